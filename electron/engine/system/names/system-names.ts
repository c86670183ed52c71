/** Makes the operating system find our names: the best way is chosen, shown as steps, taken, checked and taken back. */
import { failure, problem, success, type Problem, type Result } from '../../../../shared/problem.ts';
import type {
  NamesCheck,
  NamesMethodId,
  NamesMethodStatus,
  SystemNamesEvents,
  SystemNamesStatus,
  WantedNames,
} from '../../../../shared/system-names.ts';
import { askSystem, canaryName, type CanaryDeps } from './canary.ts';
import { divide, routableZones, type Division } from './divide.ts';
import { dnsmasq, networkManager } from './dnsmasq.ts';
import { hostsMethod } from './hosts-method.ts';
import type { MethodDeps, MethodWants, NamesMethod } from './method.ts';
import { nrpt } from './nrpt.ts';
import { resolverFiles } from './resolver-folder.ts';
import type { SystemStep } from '../../../../shared/system-change.ts';
import { systemdResolved } from './systemd-resolved.ts';

export interface SystemNamesDeps extends MethodDeps, Omit<CanaryDeps, 'addresses'> {
  wanted: () => WantedNames;
  /** Makes the changes through the one elevation point and writes each into the ledger. */
  makeChanges: (steps: SystemStep[]) => Promise<Result<unknown>>;
  report: <K extends keyof SystemNamesEvents>(name: K, data: SystemNamesEvents[K]) => void;
}

export interface SystemNames {
  status: () => Promise<SystemNamesStatus>;
  /**
   * What would be done; nothing where all is as wanted. `install` takes the best way, or the one that is named, and takes
   * back other ways of ours; `remove` takes back all, or the one. Fails with `NAMES_METHOD_UNAVAILABLE`,
   * `NAMES_FILE_TAKEN`, `NAMES_DNS_OFF` or the `HOSTS_…` codes; what a way cannot do is a warning.
   */
  plan: (action: 'install' | 'remove', method?: NamesMethodId) => Promise<Result<SystemStep[]>>;
  /** Plans and makes the changes. */
  install: (method?: NamesMethodId) => Promise<Result<SystemStep[]>>;
  remove: (method?: NamesMethodId) => Promise<Result<SystemStep[]>>;
  /** Asks the operating system for a name: a canary in the first zone unless told. */
  check: (name?: string) => Promise<NamesCheck>;
}

interface Choice {
  resolver: NamesMethod | undefined;
  because: string;
  division: Division;
}

export function createSystemNames(deps: SystemNamesDeps): SystemNames {
  const hosts = hostsMethod(deps);
  const resolvers = [resolverFiles, nrpt, systemdResolved, networkManager, dnsmasq].map((make) => make(deps));
  const methods: Methods = { resolvers, hosts };
  const act = async (action: 'install' | 'remove', method?: NamesMethodId): Promise<Result<SystemStep[]>> => {
    const plan = await planOf(methods, deps.wanted(), action, method);
    if (plan.ok && plan.value.length > 0) {
      const made = await deps.makeChanges(plan.value);
      if (!made.ok) {
        deps.report('names.failed', { problems: made.problems });
        return made;
      }
      const { methods: done } = (await statusOf(deps, methods)).choice;
      if (action === 'install') deps.report('names.installed', { methods: method ? [method] : done });
      else deps.report('names.removed', { methods: method ? [method] : [...resolvers, hosts].map(({ id }) => id) });
    } else if (!plan.ok) deps.report('names.failed', { problems: plan.problems });
    return plan;
  };
  return {
    status: () => statusOf(deps, methods),
    plan: (action, method) => planOf(methods, deps.wanted(), action, method),
    install: (method) => act('install', method),
    remove: (method) => act('remove', method),
    check: (name) => checkName(deps, name),
  };
}

interface Methods {
  resolvers: NamesMethod[];
  hosts: NamesMethod;
}

async function checkName(deps: SystemNamesDeps, name?: string): Promise<NamesCheck> {
  const { zones, addresses } = deps.wanted();
  const [zone] = routableZones(zones);
  const asked = name ?? (zone === undefined ? undefined : canaryName(zone));
  if (asked !== undefined) return askSystem(asked, { ...deps, addresses });
  return { name: '', reachedUs: false, addresses: [], message: 'The config has no zone in which to ask for a name.' };
}

/** The first resolver that this machine has and that can do it; none where there is no zone to route, or no DNS. */
async function choose({ resolvers }: Methods, wanted: WantedNames): Promise<Choice> {
  const routed = divide(wanted, true);
  const none = (because: string): Choice => ({ resolver: undefined, because, division: divide(wanted, false) });
  if (routed.resolver.zones.length === 0) return none('No zone is to be routed, so the hosts file does.');
  if (wanted.dns === undefined) return none('Our DNS is off, so the hosts file has to do.');
  const reasons: string[] = [];
  for (const resolver of resolvers) {
    const { ok, reason } = await resolver.applicable();
    if (!ok) continue;
    const { state, reason: why } = await resolver.state(routed.resolver);
    if (state === 'unavailable') reasons.push(why);
    else return { resolver, because: `${reason} It takes any name in a zone.`, division: routed };
  }
  const [first] = reasons;
  return none(`${first ?? 'No resolver here can be told to ask our DNS.'} So the hosts file has to do.`);
}

async function statusOf(deps: SystemNamesDeps, methods: Methods): Promise<SystemNamesStatus> {
  const { resolver, because, division } = await choose(methods, deps.wanted());
  const routed = divide(deps.wanted(), true).resolver;
  const statuses = await Promise.all(methods.resolvers.map((method) => methodStatus(method, routed)));
  const hosts = await methodStatus(methods.hosts, division.hosts);
  const usesHosts = division.hosts.hosts.length > 0;
  return {
    platform: deps.platform,
    methods: [...statuses, hosts],
    choice: {
      methods: [...(resolver ? [resolver.id] : []), ...(usesHosts ? [methods.hosts.id] : [])],
      because,
    },
    problems: [...division.problems, ...dnsOff(deps.wanted())],
  };
}

async function methodStatus(method: NamesMethod, wants: MethodWants): Promise<NamesMethodStatus> {
  const { id, name } = method;
  const applicable = await method.applicable();
  const state = applicable.ok
    ? await method.state(wants)
    : { state: 'unavailable' as const, reason: applicable.reason };
  return { id, name, ...state };
}

async function planOf(
  methods: Methods,
  wanted: WantedNames,
  action: 'install' | 'remove',
  id?: NamesMethodId,
): Promise<Result<SystemStep[]>> {
  const all = [...methods.resolvers, methods.hosts];
  if (action === 'remove') {
    return gather(all.filter((method) => id === undefined || method.id === id).map((method) => method.removeSteps()));
  }
  const choice = id === undefined ? await choose(methods, wanted) : await chosen(all, wanted, id);
  if ('ok' in choice) return choice;
  const { resolver, division } = choice;
  const others = methods.resolvers.filter((method) => method !== resolver);
  const plan = await gather([
    ...others.map((method) => method.removeSteps()),
    ...(resolver ? [resolver.installSteps(division.resolver)] : []),
    methods.hosts.installSteps(division.hosts),
  ]);
  return plan.ok ? success(plan.value, [...division.problems, ...dnsOff(wanted), ...plan.warnings]) : plan;
}

async function chosen(all: NamesMethod[], wanted: WantedNames, id: NamesMethodId): Promise<Choice | FailedResult> {
  const method = all.find((one) => one.id === id);
  if (method === undefined || id === 'hosts-file') {
    return { resolver: undefined, because: 'It was asked for.', division: divide(wanted, false) };
  }
  const division = divide(wanted, true);
  const applicable = await method.applicable();
  const { state, reason } = applicable.ok
    ? await method.state(division.resolver)
    : { state: 'unavailable', ...applicable };
  if (state === 'unavailable') {
    return failure(
      problem('NAMES_METHOD_UNAVAILABLE', `${method.name} cannot be used: ${reason}`, {
        fix: 'Leave the choice to Mogoly, or use the hosts file.',
      }),
    );
  }
  if (wanted.dns === undefined)
    return failure(...dnsOff(wanted).map((off) => ({ ...off, severity: 'error' as const })));
  return { resolver: method, because: 'It was asked for.', division };
}

type FailedResult = ReturnType<typeof failure>;

function dnsOff({ dns, zones }: WantedNames): Problem[] {
  if (dns !== undefined || zones.length === 0) return [];
  return [
    problem('NAMES_DNS_OFF', 'Our DNS does not answer, so the system cannot be told to ask it.', {
      severity: 'warning',
      fix: 'Start the engine, or turn "listen.dns" on.',
    }),
  ];
}

/** All steps in order, or all problems. */
async function gather(plans: Promise<Result<SystemStep[]>>[]): Promise<Result<SystemStep[]>> {
  const results = await Promise.all(plans);
  const problems = results.flatMap((result) => (result.ok ? [] : result.problems));
  if (problems.length > 0) return failure(...problems);
  const parts = results.flatMap((result) => (result.ok ? [result] : []));
  return success(
    parts.flatMap(({ value }) => value),
    parts.flatMap(({ warnings }) => warnings),
  );
}
