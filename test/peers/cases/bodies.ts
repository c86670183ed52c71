/** Bodies on their way: streamed, sized, chunked, refused, left out. */
import { Conversation, converse, outcome } from '../../kit/conversation.ts';
import { statusOf } from '../../kit/http1-text.ts';
import { answered, arrived, get, HOST, replied, shown, type Area, type Proxy } from './case.ts';
import { until } from '../../kit/wait.ts';

/** Whether the client has `part` before the backend goes on. */
const arrivesEarly =
  (script: string, part: string) =>
  async ({ port, backend }: Proxy): Promise<string> => {
    const talk = new Conversation(port).say(get('/', [`X-Do: ${script}`]));
    await talk.hears(({ text }) => text.includes(part));
    const early = talk.text.includes(part);
    backend.go();
    await talk.hearsAnswers();
    talk.end();
    return early ? 'at once' : `with the rest: ${outcome(talk)}`;
  };

const post = (lines: string[], body: string, version = '1.1'): string =>
  [`POST / HTTP/${version}`, `Host: ${HOST}`, ...lines, '', body].join('\r\n');
const CHUNKED = 'Transfer-Encoding: chunked';
const EXPECT = ['Content-Length: 4', 'Expect: 100-continue'];

/** The body comes only after the 100 that it waits for. */
async function continued({ port, backend }: Proxy): Promise<string> {
  const talk = new Conversation(port).say(post([...EXPECT, 'X-Do: continue'], ''));
  await until(() => backend.requests().length > 0 || talk.text !== '', { timeoutMs: 3_000 }).catch(() => undefined);
  await talk.hears(({ text }) => text.includes('100 Continue'));
  const by = backend.requests().length === 0 ? 'before the backend is asked' : 'with the backend asked';
  const before = talk.text.includes('100 Continue') ? `100 ${by}` : 'no 100';
  talk.say('body');
  backend.go();
  await talk.hearsAnswers();
  talk.end();
  return `${before}; ${talk.finals.map(statusOf).join()}`;
}

/** Whether an upload begins to reach the backend before it is complete. */
async function uploadStreams({ port, backend }: Proxy): Promise<string> {
  const talk = new Conversation(port).say(post([CHUNKED], '5\r\nfirst\r\n'));
  await talk.hears(() => backend.connections().join('').includes('first'));
  const early = backend.connections().join('').includes('first');
  talk.say('0\r\n\r\n');
  await talk.hearsAnswers();
  talk.end();
  return `${early ? 'at once' : 'when it is whole'}; ${outcome(talk)}`;
}

async function pipelined({ port, backend }: Proxy): Promise<string> {
  const talk = await converse(port, get('/1') + get('/2') + get('/3'), 3);
  return `${outcome(talk)}; backend: ${backend.requests().length}`;
}

async function twoOnOneConnection({ port }: Proxy): Promise<string> {
  const talk = new Conversation(port).say(get('/1'));
  await talk.hearsAnswers();
  talk.say(get('/2'));
  await talk.hearsAnswers(2);
  talk.end();
  return outcome(talk);
}

export const BODIES: Area = {
  title: 'Bodies',
  cases: [
    { what: 'the first bytes of a slow answer', run: arrivesEarly('stream', 'first') },
    { what: 'a server-sent event', run: arrivesEarly('events', 'data: 1') },
    { what: 'the head of an answer whose body is late', run: arrivesEarly('head', '200 OK') },
    { what: 'the first chunk of a slow upload', run: uploadStreams },
    {
      what: 'a chunked upload at the backend',
      run: arrived(
        post([CHUNKED], '4\r\nbody\r\n2;ext=1\r\n!!\r\n0\r\n\r\n'),
        (seen) =>
          `"${seen.body}", ${shown(seen, 'transfer-encoding') === 'none' ? `length ${shown(seen, 'content-length')}` : 'chunked'}`,
      ),
    },
    {
      what: 'trailers of an upload',
      run: arrived(
        post([CHUNKED, 'Trailer: X-Sum'], '4\r\nbody\r\n0\r\nX-Sum: 42\r\n\r\n'),
        ({ trailers }) => trailers || 'left out',
      ),
    },
    {
      what: 'trailers of an answer, with TE: trailers',
      run: replied(
        get('/', ['X-Do: trailers', 'TE: trailers', 'Connection: TE']),
        ({ trailers }) => trailers || 'left out',
      ),
    },
    {
      what: '103 Early Hints',
      run: replied(get('/', ['X-Do: hints']), (_answer, talk) => talk.answers.map(statusOf).join(', ')),
    },
    {
      what: '102 Processing',
      run: replied(get('/', ['X-Do: processing']), (_answer, talk) => talk.answers.map(statusOf).join(', ')),
    },
    { what: 'Expect: 100-continue', run: continued },
    {
      what: 'Expect: 100-continue that the backend refuses',
      run: replied(post([...EXPECT, 'X-Do: refuse'], ''), (_answer, talk) => talk.answers.map(statusOf).join(', ')),
    },
    { what: 'Expect: miracles', run: answered(get('/', ['Expect: miracles'])) },
    {
      what: 'HEAD',
      run: replied(
        get('/', ['X-Do: headOnly'], 'HEAD'),
        (answer, { text }) =>
          `${statusOf(answer)}, length ${shown(answer, 'content-length')}, ${text.length - answer.raw.length} bytes`,
        ['HEAD'],
      ),
    },
    ...[204, 304].map((status) => ({
      what: `an answer of ${status}`,
      run: replied(
        get('/', [`X-Do: ${status}`]),
        (answer, { text }) =>
          `${statusOf(answer)}, ${shown(answer, 'transfer-encoding') === 'none' ? 'no chunks' : 'chunks'}, ${text.length - answer.raw.length} bytes`,
      ),
    })),
    {
      what: 'an answer that ends with its connection',
      run: replied(
        get('/', ['X-Do: untilClose']),
        (answer) => `${statusOf(answer)} "${answer.body}"${answer.isWhole ? ', framed' : ''}`,
      ),
    },
    {
      what: 'an answer of HTTP/1.0',
      run: replied(get('/', ['X-Do: http10']), (answer) => `${answer.line.slice(0, 12)} "${answer.body}"`),
    },
    {
      what: 'an answer before the upload is complete',
      run: replied(post(['Content-Length: 100000', 'X-Do: early'], 'beginning'), (answer) => `${statusOf(answer)}`),
    },
    { what: 'GET with a body', run: arrived(get('/', ['Content-Length: 4']) + 'body', ({ body }) => `"${body}"`) },
    {
      what: 'POST with a length of 0',
      run: arrived(post(['Content-Length: 0'], ''), (seen) => `length ${shown(seen, 'content-length')}`),
    },
    { what: 'POST without a length', run: arrived(post([], ''), (seen) => `length ${shown(seen, 'content-length')}`) },
    { what: 'three requests at once on a connection', run: pipelined },
    { what: 'a second request on a connection', run: twoOnOneConnection },
    {
      what: 'HTTP/1.0 with a chunked answer',
      run: replied(
        `GET / HTTP/1.0\r\nHost: ${HOST}\r\nX-Do: trailers\r\n\r\n`,
        (answer) =>
          `${answer.line.slice(0, 12)} "${answer.body}", ${shown(answer, 'transfer-encoding') === 'none' ? 'no chunks' : 'chunks'}`,
      ),
    },
    {
      what: 'HTTP/1.0 with keep-alive',
      run: replied(
        `GET / HTTP/1.0\r\nHost: ${HOST}\r\nConnection: keep-alive\r\n\r\n`,
        (answer, talk) => `${statusOf(answer)}, ${talk.isClosed ? 'closed' : 'kept'}`,
      ),
    },
  ],
};
