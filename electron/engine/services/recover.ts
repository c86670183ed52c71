/** What was half done when the engine or Docker died is taken back. */
import { inspect, type OwnContainer, LABEL_FORMER_SUFFIX, LABEL_HOME, LABEL_SERVICE } from './containers.ts';
import type { Client } from './docker.ts';
import type { Entry, Roster } from './roster.ts';

/** Before containers are looked at: what nobody works on is brought into a state that somebody meant. */
export async function recover(client: Client, home: string, roster: Roster): Promise<void> {
  for (const entry of roster.all())
    if (entry.work === undefined && entry.cutOff?.client !== client) await takeBack(entry);
  const busy = new Set(roster.all().flatMap(({ name, work }) => (work === undefined ? [] : [name])));
  await removeUnstarted(client, home, busy);
  await recoverFormers(client, home, busy);
}

export async function takeBack(entry: Entry): Promise<void> {
  const { cutOff } = entry;
  entry.cutOff = undefined;
  await cutOff?.takeBack().catch(() => undefined); // what is left is found by its labels
}

/** It ran until Docker died: Docker itself forgets some of those (moby 20.10 those it is to start unless stopped). */
export function wentWithDocker(entry: Entry, before: OwnContainer | undefined, client: Client): boolean {
  const { container, seenBy } = entry;
  entry.seenBy = client;
  const isDown = container !== undefined && !container.isRunning && !container.isRestarting;
  return isDown && before?.id === container.id && before.isRunning && seenBy !== undefined && seenBy !== client;
}

/** It failed by Docker's absence, and Docker is here again. */
export const wasCutOff = ({ cutOff, problem }: Entry): boolean =>
  cutOff === undefined && ['DOCKER_GONE', 'DOCKER_UNAVAILABLE'].includes(problem?.code ?? '');

/** A container that was made and never started has no data of its own, and stands in the way of its successor. */
async function removeUnstarted(client: Client, home: string, busy: ReadonlySet<string>): Promise<void> {
  const filters = { label: [`${LABEL_HOME}=${home}`], status: ['created'] };
  for (const { Id, Labels } of await client.listContainers({ all: true, filters }))
    if (!busy.has(Labels[LABEL_SERVICE] ?? '')) await client.getContainer(Id).remove({ force: true });
}

/** The waiting old container of one that was being made anew goes on, or goes. `busy`: services that are being made anew right now. */
async function recoverFormers(client: Client, home: string, busy: ReadonlySet<string>): Promise<void> {
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
