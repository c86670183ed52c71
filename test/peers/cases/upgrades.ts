/** WebSocket handshakes, and what looks like one. */
import { Conversation, outcome } from '../../kit/conversation.ts';
import { statusOf } from '../../kit/http1-text.ts';
import { answered, arrived, failingHost, get, HOST, shown, targetOf, type Area, type Proxy } from './case.ts';

const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];
const upgrade = (script: string, lines: string[] = []): string =>
  get('/ws//a%2Fb?c', [...UPGRADE, `X-Do: ${script}`, ...lines], 'GET', script === '' ? HOST : failingHost(script));

async function switched({ port, backend }: Proxy): Promise<string> {
  const talk = new Conversation(port).say(upgrade('switch'));
  await talk.hears(({ text }) => text.includes('hello'));
  talk.say('ping');
  await talk.hears(() => backend.connections().join('').endsWith('ping'));
  const passed = backend.connections().join('').endsWith('ping');
  backend.go();
  await talk.hears(({ text }) => text.endsWith('bye'));
  await talk.hears(({ isClosed }) => isClosed);
  const closed = talk.isClosed;
  talk.end();
  return `${outcome(talk)}, bytes ${passed && talk.text.endsWith('bye') ? 'both ways' : 'lost'}, ${closed ? 'closes with the backend' : 'left open'}`;
}

/** A second request behind the handshake must not reach the backend when there is no switch. */
const behind =
  (script: string, lines: string[] = [], body = '') =>
  async ({ port, backend }: Proxy): Promise<string> => {
    const talk = new Conversation(port).say(upgrade(script, lines) + body);
    await talk.hearsAnswers();
    talk.say(get('/smuggled'));
    await talk.hears(
      ({ finals, text }) =>
        finals.length > 1 || (text.includes(' 101 ') && backend.connections().join('').includes('/smuggled')),
    );
    talk.end();
    const seen = backend.connections().find((text) => text.includes('/smuggled'));
    const own = /\/smuggled HTTP[^]*x-forwarded-for/i.test(seen ?? '');
    const how = seen === undefined ? 'not sent on' : own ? 'read as the next request' : 'tunnelled unread';
    return `${talk.finals.map(statusOf).join(', ') || outcome(talk)}; ${how}`;
  };

export const UPGRADES: Area = {
  title: 'Upgrades',
  cases: [
    { what: 'a WebSocket', run: switched },
    { what: 'its path at the backend', run: arrived(upgrade('switch'), targetOf) },
    {
      what: 'its Sec-WebSocket-Key and Upgrade at the backend',
      run: arrived(upgrade('switch'), (seen) => `${shown(seen, 'sec-websocket-key')}, ${shown(seen, 'upgrade')}`),
    },
    { what: 'a refusal by the backend', run: answered(upgrade('refuseSwitch')) },
    { what: 'no 101 but 200, and a request behind', run: behind('') },
    { what: 'a refusal, and a request behind', run: behind('refuseSwitch') },
    { what: 'a 101 without Upgrade, and a request behind', run: behind('fakeSwitch') },
    { what: 'a handshake with a body', run: behind('', ['Content-Length: 4'], 'body') },
    { what: 'a handshake with chunks', run: behind('', ['Transfer-Encoding: chunked'], '0\r\n\r\n') },
    {
      what: 'a handshake for http://half.test/x, Host: shop.test',
      run: arrived(
        [`GET http://half.test/x HTTP/1.1`, `Host: ${HOST}`, ...UPGRADE, 'X-Do: refuseSwitch', '', ''].join('\r\n'),
        (seen) => `${targetOf(seen)} at ${shown(seen, 'host')}`,
      ),
    },
    { what: 'a handshake where the backend hangs up', run: answered(upgrade('drop')) },
    { what: 'a handshake where the backend answers garbage', run: answered(upgrade('garbage')) },
    {
      what: 'Upgrade: h2c',
      run: arrived(
        get('/', ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk']),
        (seen) => shown(seen, 'upgrade'),
      ),
    },
    {
      what: 'Upgrade: other',
      run: arrived(get('/', ['Connection: Upgrade', 'Upgrade: other']), (seen) => shown(seen, 'upgrade')),
    },
  ],
};
