/** What the service flows share: one dockerd, one engine on it, and looks at what is left behind. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { runInside } from '../../kit/docker.ts';
import type { SiteState } from '../../../shared/state.ts';
import type { LabelledSite } from '../../../shared/service.ts';
import type { Machine, Running } from '../../kit/service-machine.ts';
import { until } from '../../kit/wait.ts';

/** Ports of the namespace of the dockerd. */
export const HTTP_PORT = 18_080;
export const DNS_PORT = 15_353;
/** Containers are made, started, and found; a database makes its files on a machine that others work on, too. */
export const TEST_MS = 400_000;
const SOON = { timeoutMs: 180_000, intervalMs: 100 };

export interface Scene {
  machine: Machine;
  engine: Running;
}

/** Filled before the first test. */
export type Open = () => Scene;

export interface Remains {
  containers: string[];
  volumes: string[];
  networks: string[];
  /** Services with a kept password. */
  secrets: string[];
}

export async function remains({ machine, engine }: Scene): Promise<Remains> {
  const { api } = machine.dockerd;
  const containers = (await api<{ Names: string[] }[]>('GET', '/containers/json?all=1')).body;
  const { Volumes } = (await api<{ Volumes: { Name: string }[] | null }>('GET', '/volumes')).body;
  const networks = (await api<{ Name: string }[]>('GET', '/networks')).body;
  const file = join(engine.home, 'services', 'secrets.json');
  const secrets = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as { services?: Record<string, unknown> };
  return {
    containers: containers.flatMap(({ Names }) => Names).sort(),
    volumes: (Volumes ?? []).map(({ Name }) => Name).sort(),
    networks: networks.map(({ Name }) => Name).sort(),
    secrets: Object.keys(secrets.services ?? {}).sort(),
  };
}

export interface Container {
  id: string;
  act: (action: 'start' | 'stop?t=0' | 'kill') => Promise<unknown>;
  remove: () => Promise<unknown>;
}

/** One that somebody else runs: a web server on port 3000 unless told. */
export async function runContainer(
  { machine: { dockerd } }: Scene,
  name: string,
  labels: Record<string, string>,
  host: Record<string, unknown> = {},
): Promise<Container> {
  await dockerd.api('POST', '/images/create?fromImage=kit/web&tag=1');
  const made = await dockerd.api<{ Id: string; message?: string }>('POST', `/containers/create?name=${name}`, {
    Image: 'kit/web:1',
    Labels: labels,
    HostConfig: host,
  });
  const id = made.body.Id;
  const act: Container['act'] = (action) => dockerd.api('POST', `/containers/${id}/${action}`);
  const started = await dockerd.api<{ message?: string }>('POST', `/containers/${id}/start`);
  if (started.status !== 204) throw new Error(`${name} does not start: ${JSON.stringify(started.body)}`);
  const remove = () => dockerd.api('DELETE', `/containers/${id}?force=1`);
  onTestFinished(async () => void (await remove()));
  return { id, act, remove };
}

/** Through our listener, as a browser asks. */
export async function get({ machine }: Scene, host: string): Promise<{ status: number; body: string }> {
  const asked = ['curl', '-s', '-H', `Host: ${host}`, '-H', 'Accept: text/plain', '-w', '\n%{http_code}'];
  const told = await runInside(machine.dockerd, [...asked, `http://127.0.0.1:${HTTP_PORT}/`]);
  const end = told.lastIndexOf('\n');
  return { status: Number(told.slice(end + 1)), body: told.slice(0, end) };
}

export const siteOf = async ({ engine }: Scene, name: string): Promise<SiteState | undefined> =>
  (await engine.ask('status.get')).sites.find((site) => site.name === name);

/** Until the labels of containers are read so. */
export const labelledAs = ({ engine }: Scene, host: string, wanted: Partial<LabelledSite> | undefined): Promise<true> =>
  until(
    async () => {
      const found = (await engine.ask('services.list')).labelled.filter((site) => site.host === host);
      if (wanted === undefined) return found.length === 0;
      return found.some((site) => Object.entries(wanted).every(([key, value]) => site[key as 'host'] === value));
    },
    { ...SOON, message: `the labels of ${host}` },
  ) as Promise<true>;

export const soon = <T>(message: string, check: () => T | Promise<T>): Promise<NonNullable<T>> =>
  until(check, { ...SOON, message });
