/** The way of a name through the operating system: whether it was told of us. */
import type { SystemNamesStatus } from '../../../../../shared/system-names.ts';
import { check } from '../check.ts';

/** Browsers and most resolvers find these by themselves (RFC 6761). */
const isLoopbackName = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost');

export const resolver = check({
  id: 'resolver',
  title: 'System resolver',
  skip(deps) {
    const { zones, hosts } = deps.wanted();
    const isNeeded = zones.length > 0 || hosts.some((host) => host !== '*' && !isLoopbackName(host));
    return isNeeded ? undefined : 'No site has a name that this system would have to look up.';
  },
  async examine(deps) {
    const [status, { reachedUs, name, message }] = await Promise.all([deps.namesStatus(), deps.namesCheck()]);
    if (reachedUs) return `A made-up name came to us: ${name}.`;
    const lacking = chosen(status).filter(({ state }) => state !== 'active');
    if (lacking.length === 0) return `This system is told of the names by ${listed(chosen(status))}.`;
    const why = name === '' ? '' : ` ${message}`;
    return [
      {
        status: 'warning' as const,
        message: `This system has not been told of the names in use.${why} Browsers find a site only when it has.`,
      },
    ];
  },
  remedy: () => ({
    title: 'Install the names into this system.',
    line: 'mogoly domain install',
    action: { kind: 'names.install' },
  }),
});

const chosen = ({ methods, choice }: SystemNamesStatus): SystemNamesStatus['methods'] =>
  methods.filter(({ id }) => choice.methods.includes(id));

const listed = (methods: SystemNamesStatus['methods']): string => methods.map(({ name }) => name).join(', ');
