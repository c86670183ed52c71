/** CPU time per DNS answer about a local name, over UDP. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROXY_CORE, runLoad, startPinned } from '../measure.mjs';
import { HOST, PEERS } from '../peers.mjs';
import { compare, takeRounds } from './rounds.mjs';

export const name = 'dns';
export const needs = ['dnsperf', 'dnsmasq'];

/** At least half of dnsmasq's answers per CPU second, said as a cost. */
const LIMITS = new Map([['dnsmasq', 2]]);

/** @param {import('../stage.mjs').Stage} stage @returns {Promise<import('../report.mjs').Section>} */
export async function run(stage) {
  const place = await stage.place('dns');
  const questions = join(place.dir, 'questions');
  writeFileSync(questions, `${HOST} A\n${HOST} AAAA\n`);
  const running = [await startDnsmasq(stage)];
  const mogoly = stage.peers((peer) => peer.name === PEERS[0]?.name)[0];
  if (mogoly) running.unshift(await stage.start(mogoly));
  const samples = await takeRounds(stage.options, running, ({ place: { dnsPort } }, seconds) =>
    dnsperf(dnsPort, questions, seconds),
  );
  return {
    title: 'DNS answers about a local name, UDP (dnsperf)',
    note: 'A and AAAA in turn. The bar, half of the answers per CPU second, is twice the cost.',
    ...compare(samples, { unit: 'µs/answer', limits: LIMITS, what: 'DNS CPU per answer' }),
  };
}

/** @param {import('../stage.mjs').Stage} stage @returns {Promise<import('../stage.mjs').RunningPeer>} */
async function startDnsmasq(stage) {
  const place = await stage.place('dnsmasq');
  const launch = {
    command: 'dnsmasq',
    args: [
      ...['--keep-in-foreground', '--no-resolv', '--no-hosts', '--conf-file=/dev/null', '--pid-file='],
      ...[`--port=${place.dnsPort}`, '--listen-address=127.0.0.1', '--bind-interfaces', '--user=', '--group='],
      ...[`--address=/${HOST}/127.0.0.1`, `--address=/${HOST}/::1`],
    ],
  };
  return { ...stage.adopt(startPinned('dnsmasq', launch, PROXY_CORE, place.dir)), place };
}

/** @param {number} port @param {string} questions @param {number} seconds @returns {Promise<import('../measure.mjs').Load>} */
async function dnsperf(port, questions, seconds) {
  const out = await runLoad('dnsperf', [
    '-s',
    '127.0.0.1',
    '-p',
    String(port),
    '-d',
    questions,
    '-l',
    String(seconds),
    '-c',
    '4',
  ]);
  const number = (/** @type {RegExp} */ pattern) => Number(pattern.exec(out)?.[1] ?? 0);
  const completed = number(/Queries completed:\s+(\d+)/);
  return {
    requests: completed,
    errors: number(/Queries lost:\s+(\d+)/) + completed - number(/NOERROR (\d+)/),
    perSecond: number(/Queries per second:\s+([\d.]+)/),
  };
}
