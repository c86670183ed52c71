/** Runs our responder inside an overlay: a line `publish lan a.local b.local` on standard input, a line of JSON back. */
import { createInterface } from 'node:readline';
import { createMdns } from '../../../../electron/engine/system/mdns.ts';

const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
const mdns = createMdns({ report: (name, data) => say({ event: name, ...data }) });

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, reach, ...hosts] = line.split(' ');
  if (verb === 'publish') {
    say({ published: await mdns.publish(hosts, reach === 'lan' ? 'lan' : 'machine'), state: mdns.state() });
  } else if (verb === 'state') say({ state: mdns.state() });
}
await mdns.close();
say({ closed: true });
