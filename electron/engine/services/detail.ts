/** A service in full: what Docker says of its container, its passwords as dots, and what it uses just now. */
import type { ServiceDetail, ServiceState } from '../../../shared/service.ts';
import type { Credentials } from './catalogue.ts';
import { fromInspect } from './containers.ts';
import type { Client } from './docker.ts';

const DOTS = '••••••••';
const SECRET_NAME = /pass(word|wd)?|secret|token|key|credential/i;

export async function detailOf(
  client: Client,
  id: string,
  state: ServiceState,
  { password }: Credentials,
): Promise<ServiceDetail> {
  const info = await client.getContainer(id).inspect();
  const own = fromInspect(info)!;
  const facts: [string, string | undefined][] = [
    ['Container', own.containerName],
    ['Id', own.id.slice(0, 12)],
    ['Image', own.image],
    ['Image id', info.Image.replace('sha256:', '').slice(0, 12)],
    ['Made', info.Created],
    ['Network', own.network],
    ['Ports', [...own.ports].map(([container, port]) => `127.0.0.1:${port} → ${container}`).join(', ')],
    ['Volumes', info.Mounts.map(({ Name, Source, Destination }) => `${Name ?? Source} → ${Destination}`).join(', ')],
    ['Restarts', String(own.restartCount)],
  ];
  const stats = own.isRunning ? await statsOf(client, id) : undefined;
  return {
    state,
    facts: facts.flatMap(([label, value]) => (value === undefined || value === '' ? [] : [{ label, value }])),
    environment: own.environment.map(({ name, value }) => ({
      name,
      value: SECRET_NAME.test(name) || (password !== undefined && value.includes(password)) ? DOTS : value,
    })),
    ...(stats === undefined ? {} : { stats }),
  };
}

/** Docker takes two samples a second apart. */
async function statsOf(client: Client, id: string): Promise<ServiceDetail['stats']> {
  const {
    cpu_stats: now,
    precpu_stats: before,
    memory_stats: memory,
  } = await client.getContainer(id).stats({ stream: false });
  const used = now.cpu_usage.total_usage - before.cpu_usage.total_usage;
  const passed = now.system_cpu_usage - (before.system_cpu_usage ?? 0);
  const cpus = now.online_cpus || 1;
  return {
    cpuPercent: passed > 0 ? Math.round((used / passed) * cpus * 1_000) / 10 : 0,
    memoryBytes: memory.usage ?? 0,
    memoryLimitBytes: memory.limit ?? 0,
  };
}
