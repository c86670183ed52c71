/** Backends that are down, hang up, or answer what is no answer. */
import { converse, outcome } from '../../kit/conversation.ts';
import { statusOf } from '../../kit/http1-text.ts';
import { answered, failingHost, get, replied, type Area, type Proxy } from './case.ts';

const COUNT = 4;

/** The same request some times, one after the other. */
const several =
  (bytes: string) =>
  async ({ port, backend }: Proxy): Promise<string> => {
    const failed = new Set<string>();
    for (let i = 0; i < COUNT; i++) {
      const status = outcome(await converse(port, bytes.replace(' / ', ` /${i} `)));
      if (status !== '200') failed.add(status);
    }
    const lines = backend.requests().map(({ line }) => line);
    const twice = new Set(lines).size < lines.length ? ', some sent twice' : '';
    return (failed.size === 0 ? 'all answered' : `some are ${[...failed].join(', ')}`) + twice;
  };

const post = (host: string): string => `POST / HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 4\r\n\r\nbody`;
const script = (name: string): string => get('/', [`X-Do: ${name}`], 'GET', failingHost(name));

/** What a client is told when the answer breaks off. */
const cut = (name: string) =>
  replied(script(name), (answer, talk) =>
    answer.isWhole
      ? `${statusOf(answer)}, looks whole`
      : `${statusOf(answer)}, cut off${talk.isClosed ? '' : ', left open'}`,
  );

/** A stray answer after the first must not become the answer to the next request. */
async function stray({ port }: Proxy): Promise<string> {
  const first = await converse(port, script('twice'));
  const next = await converse(port, get('/next', [], 'GET', failingHost('twice')));
  return [...first.finals, ...next.finals].map(({ body }) => body).join(', ');
}

export const FAILURES: Area = {
  title: 'Backends that fail',
  cases: [
    { what: `${COUNT} GETs, one of two backends down`, run: several(get('/', [], 'GET', 'half.test')) },
    { what: `${COUNT} POSTs, one of two backends down`, run: several(post('half-post.test')) },
    { what: `${COUNT} GETs, one of two backends hangs up`, run: several(get('/', [], 'GET', 'drops.test')) },
    { what: `${COUNT} POSTs, one of two backends hangs up`, run: several(post('drops-post.test')) },
    { what: 'the only backend is down', run: answered(get('/', [], 'GET', 'down.test')) },
    { what: 'the only backend hangs up', run: answered(script('drop')) },
    { what: 'the only backend resets', run: answered(script('reset')) },
    { what: 'hangs up in a body with a length', run: cut('halfLength') },
    { what: 'hangs up in a chunked body', run: cut('halfChunks') },
    { what: 'hangs up in its head', run: cut('halfHead') },
    { what: 'answers garbage', run: answered(script('garbage')) },
    { what: 'answers with two lengths', run: answered(script('twoLengths')) },
    {
      what: 'answers with a length and chunks',
      run: replied(
        script('lengthAndChunks'),
        (answer) => `${statusOf(answer)}${statusOf(answer) === 200 ? ` "${answer.body}"` : ''}`,
      ),
    },
    { what: 'answers with a chunk that is none', run: cut('badChunk') },
    { what: 'answers with a folded field', run: answered(script('folded')) },
    { what: 'answers with bare line feeds', run: answered(script('bareLf')) },
    { what: 'answers with a NUL in a field', run: answered(script('nul')) },
    { what: 'answers with a space before a colon', run: answered(script('spaceColon')) },
    { what: 'answers twice: bodies of this request and the next', run: stray },
  ],
};
