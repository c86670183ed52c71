/** Names under .local, which belong to multicast DNS. */
import { check, type DoctorDeps } from '../check.ts';

const localHosts = ({ wanted }: DoctorDeps): string[] => {
  const { hosts, zones } = wanted();
  return [
    ...hosts.filter((host) => host.endsWith('.local')),
    ...zones.filter((zone) => zone === 'local' || zone.endsWith('.local')),
  ];
};

export const localNames = check({
  id: 'local-names',
  title: 'Names under .local',
  skip: (deps) => (localHosts(deps).length === 0 ? 'No site has a name under .local.' : undefined),
  async examine(deps) {
    const { methods } = await deps.namesStatus();
    const isThere = methods.some(({ id, state }) => id === 'hosts-file' && state === 'active');
    const wild = localHosts(deps).filter((host) => !deps.wanted().hosts.includes(host) || host.startsWith('*.'));
    const belongs = '.local belongs to multicast DNS (RFC 6762), so only the hosts file can carry it';
    if (wild.length > 0)
      return [
        {
          status: 'warning' as const,
          isThere,
          message: `${wild.join(', ')}: ${belongs}, and that takes whole names only.`,
        },
      ];
    if (isThere) return `${localHosts(deps).join(', ')}: ${belongs}, and it does.`;
    return [
      {
        status: 'warning' as const,
        isThere,
        message: `${localHosts(deps).join(', ')}: ${belongs}, and it does not yet.`,
      },
    ];
  },
  remedy: ({ isThere }) => {
    const title = 'Use names under .test, which have no such trouble';
    if (isThere) return { title: `${title}.` };
    return {
      title: `Put the hosts into the hosts file. ${title}.`,
      line: 'mogoly domain install',
      action: { kind: 'names.install' },
    };
  },
});
