/** Services beside the pools, on one real dockerd: pulls, labels, names, failures, a Docker that dies, and the CLI. */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { dockerMissing } from '../kit/docker.ts';
import { startMachine } from '../kit/service-machine.ts';
import { commandFlows } from './services/commands.ts';
import { deathFlows } from './services/death.ts';
import { failureFlows } from './services/failures.ts';
import { labelFlows } from './services/labels.ts';
import { nameFlows } from './services/names.ts';
import { pullFlows } from './services/pulls.ts';
import { DNS_PORT, HTTP_PORT, type Scene } from './services/scene.ts';

const missing = dockerMissing();

describe.skipIf(missing !== undefined)(`beside the pools${missing ? ` (not run: ${missing})` : ''}`, () => {
  let scene: Scene | undefined;
  beforeAll(async () => {
    const machine = await startMachine();
    scene = { machine, engine: undefined as never };
    scene.engine = await machine.run({
      listen: { http: `127.0.0.1:${HTTP_PORT}`, https: 'off', dns: `127.0.0.1:${DNS_PORT}` },
      docker: { labels: true },
    });
  }, 400_000);
  afterAll(() => scene?.machine.close(), 60_000);
  const open = (): Scene => scene!;

  pullFlows(open);
  labelFlows(open);
  nameFlows(open);
  commandFlows(open);
  failureFlows(open);
  deathFlows(open);

  it.skip('mongodb and mysql (not run: Debian packages neither server; mariadb shows the protocol of mysql)');
});
