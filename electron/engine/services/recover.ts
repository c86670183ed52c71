/** After an engine that died while it made a service anew: the waiting old container goes on, or goes. */
import { inspect, LABEL_FORMER_SUFFIX, LABEL_HOME, LABEL_SERVICE } from './containers.ts';
import type { Client } from './docker.ts';

/** `busy`: services that are being made anew right now. */
export async function recoverFormers(client: Client, home: string, busy: ReadonlySet<string>): Promise<void> {
  const all = await client.listContainers({ all: true, filters: { label: [`${LABEL_HOME}=${home}`] } });
  const nameOf = (names: string[]): string => (names[0] ?? '').replace(/^\//, '');
  for (const { Id, Names, Labels } of all) {
    const name = nameOf(Names);
    const service = Labels[LABEL_SERVICE] ?? '';
    if (!name.endsWith(LABEL_FORMER_SUFFIX) || busy.has(service)) continue;
    const usual = name.slice(0, -LABEL_FORMER_SUFFIX.length);
    const successor = all.find((other) => nameOf(other.Names) === usual);
    const hasStarted = successor !== undefined && (await inspect(client, successor.Id))?.isRunning === true;
    const former = client.getContainer(Id);
    if (hasStarted) {
      await former.remove({ force: true });
      continue;
    }
    if (successor !== undefined) await client.getContainer(successor.Id).remove({ force: true });
    await former.rename({ name: usual });
    await former.start();
  }
}
