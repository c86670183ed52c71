/** From the pools of a config to their running form, with the health policy of each backend. */
import type {
  BackendConfig,
  Config,
  HealthCheckConfig,
  PassiveHealthConfig,
  SiteConfig,
  Strategy,
} from '../../shared/config.ts';
import { healthCheckSchema, passiveHealthSchema } from '../../shared/config.ts';
import type { ConfigPath } from '../../shared/problem.ts';
import type { Backend, BackendLive, HealthPolicy, Origin, Pool } from './generation.ts';
import { parseOrigin } from './origin.ts';

/** What many backends of one config have in common is made once. */
export interface PoolMemo {
  /** By url. */
  origins: Map<string, Origin>;
  /** Of pools that say nothing of health, by interval. */
  policies: Map<string, HealthPolicy>;
}

export interface PoolScope {
  config: Config;
  site: SiteConfig;
  backends: Backend[];
  /** Of what it is in: the site, or a pool around it, is disabled. */
  off: boolean;
  memo: PoolMemo;
  deps: { folder: string; liveFor: (id: string, origin: string, policy: HealthPolicy) => BackendLive };
}

type PoolSource = Pick<SiteConfig, 'url' | 'protocol' | 'host' | 'port' | 'balance' | 'strategy' | 'sticky'> & {
  is_healthy?: boolean | undefined;
};

/** The pool of a site or route: its `balance`, or the one backend that its url names; undefined when it has neither. */
export function compilePool(
  scope: PoolScope,
  source: PoolSource,
  id: string,
  path: ConfigPath,
  check: HealthCheckConfig | undefined,
  passive: PassiveHealthConfig | undefined,
): Pool | undefined {
  const single = source.url !== undefined || source.host !== undefined || source.port !== undefined;
  if (source.balance === undefined && !single) return undefined;
  const isAlone =
    source.balance === undefined || (source.balance.length === 1 && source.balance[0]!.balance === undefined);
  const health = policyOf(scope, check, passive, isAlone);
  const { url, protocol, host, port } = source;
  const one: BackendConfig = {
    url,
    protocol,
    host,
    port,
    weight: 1,
    backup: false,
    disabled: false,
    drain: false,
    is_healthy: source.is_healthy,
  };
  const members = source.balance
    ? source.balance.map((member, i) =>
        compileMember(scope, member, id, [...path, 'balance', i], health, source.strategy),
      )
    : [compileBackend(scope, one, id, path, health)];
  return makePool('', source, members, source.strategy ?? 'round_robin');
}

function makePool(
  name: string,
  source: { sticky?: { cookie: string } | undefined; weight?: number; backup?: boolean; disabled?: boolean },
  members: (Backend | Pool)[],
  strategy: Strategy,
): Pool {
  const pool: Pool = {
    kind: 'pool',
    name,
    weight: source.weight ?? 1,
    backup: source.backup ?? false,
    disabled: source.disabled ?? false,
    strategy,
    members,
    rotation: members.map(() => 0),
  };
  return source.sticky === undefined ? pool : { ...pool, stickyCookie: source.sticky.cookie };
}

function compileMember(
  scope: PoolScope,
  member: BackendConfig,
  parent: string,
  path: ConfigPath,
  health: HealthPolicy,
  inherited: Strategy | undefined,
): Backend | Pool {
  if (member.balance === undefined) return compileBackend(scope, member, parent, path, health);
  const name = member.name ?? `pool-${String(path.at(-1))}`;
  const strategy = member.strategy ?? inherited;
  const within = member.disabled ? { ...scope, off: true } : scope;
  const members = member.balance.map((inner, i) =>
    compileMember(within, inner, `${parent}/${name}`, [...path, 'balance', i], health, strategy),
  );
  return makePool(name, member, members, strategy ?? 'round_robin');
}

function compileBackend(
  scope: PoolScope,
  config: BackendConfig,
  parent: string,
  path: ConfigPath,
  health: HealthPolicy,
): Backend {
  const origin = originOf(config, scope.memo.origins);
  const name = config.name ?? origin.authority;
  const id = `${parent}/${name}`;
  const policy: HealthPolicy =
    config.is_healthy === undefined ? health : { ...health, initial: config.is_healthy ? 'healthy' : 'down' };
  const backend: Backend = {
    kind: 'backend',
    id,
    site: scope.site.name,
    name,
    origin,
    weight: config.weight,
    backup: config.backup,
    disabled: config.disabled,
    off: scope.off || config.disabled,
    drain: config.drain,
    maxConnections: config.max_connections ?? Infinity,
    health: policy,
    live: scope.deps.liveFor(id, `${origin.protocol} ${origin.origin}`, policy),
    path,
  };
  scope.backends.push(backend);
  return backend;
}

function originOf(config: BackendConfig, known: Map<string, Origin>): Origin {
  const key = config.protocol === undefined ? config.url : undefined;
  const same = key === undefined ? undefined : known.get(key);
  if (same !== undefined) return same;
  const parsed = parseOrigin(config);
  if (!parsed.ok) throw new Error(`a checked config has a bad origin: ${parsed.problems[0]!.message}`);
  if (key !== undefined) known.set(key, parsed.value);
  return parsed.value;
}

function policyOf(
  { config, memo: { policies } }: PoolScope,
  check: HealthCheckConfig | undefined,
  passive: PassiveHealthConfig | undefined,
  isAlone: boolean,
): HealthPolicy {
  const policy = (): HealthPolicy => withoutAlternative(healthPolicy(config, check, passive), isAlone && !passive);
  if (check !== undefined || passive !== undefined) return policy();
  const key = `${config.health_check_interval} ${isAlone}`;
  const same = policies.get(key) ?? policy();
  policies.set(key, same);
  return same;
}

/** Failed requests take nothing out where nobody else could serve: one bad page would take the whole site down. Probes still do. */
function withoutAlternative(policy: HealthPolicy, isAlone: boolean): HealthPolicy {
  return isAlone ? { ...policy, maxFails: Infinity } : policy;
}

const DEFAULT_CHECK = healthCheckSchema.parse({});
const DEFAULT_PASSIVE = passiveHealthSchema.parse({});

function healthPolicy(
  config: Config,
  check: HealthCheckConfig | undefined,
  passive: PassiveHealthConfig | undefined,
): HealthPolicy {
  const active = check ?? DEFAULT_CHECK;
  const real = passive ?? DEFAULT_PASSIVE;
  return {
    enabled: active.enabled,
    path: active.path,
    intervalMs: active.interval ?? config.health_check_interval,
    intervalWhenDownMs: active.interval_when_down,
    timeoutMs: active.timeout,
    expect: parseExpect(active.expect),
    healthyAfter: active.healthy_after,
    unhealthyAfter: active.unhealthy_after,
    maxFails: real.max_fails,
    windowMs: real.window,
    cooldownMs: real.cooldown,
    initial: 'unknown',
  };
}

/** `"200-399,401"` to inclusive ranges. */
function parseExpect(text: string): (readonly [number, number])[] {
  return text.split(',').map((part) => {
    const [from, to] = part.trim().split('-').map(Number);
    return [from!, to ?? from!] as const;
  });
}
