/** The clock, by which certificates live and die: against itself, our own files, and whom we speak to anyway. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { check, type DoctorDeps, type Fault } from '../check.ts';

/** Two machines that keep time differ less. */
const TOLERANCE_MS = 90_000;
const ASK_MS = 3_000;
/** Written by this program and nobody else. */
const OWN_FILES = ['mogoly.lock', 'changes.json', 'history', 'ca/root.pem', 'logs/mogoly.log'];

export const clock = check({
  id: 'clock',
  title: 'Clock',
  async examine(deps) {
    const faults = [...(await againstFiles(deps)), ...(await againstAuthority(deps))];
    const jump = deps.clockJumpMs();
    if (faults.length === 0 && Math.abs(jump) > TOLERANCE_MS)
      faults.push({
        status: 'warning',
        message: `The clock has jumped ${inWords(jump)} since Mogoly started. Certificates go by it.`,
      });
    return faults.length > 0 ? faults : 'The clock goes as it should.';
  },
  remedy: (_fault, { platform }) => ({
    title: 'See that the clock is right, and let the system keep it.',
    line:
      { darwin: 'sudo sntp -sS time.apple.com', win32: 'w32tm /resync' }[platform as string] ??
      'sudo timedatectl set-ntp true',
  }),
});

/** What was made cannot have been made later than now. */
async function againstFiles({ home, now, certificates }: DoctorDeps): Promise<Fault[]> {
  const times = await Promise.all(
    OWN_FILES.map((name) =>
      stat(join(home, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  const behind = Math.max(certificates().root.notBefore ?? 0, ...times) - now();
  if (behind <= TOLERANCE_MS) return [];
  return [
    {
      status: 'bad',
      message: `The clock is at least ${inWords(behind)} behind: Mogoly made files later than it says it is now.`,
    },
  ];
}

/** The ACME directories in use, which are asked anyway, say what time it is (RFC 9110 section 6.6.1). */
async function againstAuthority({ now, certificates }: DoctorDeps): Promise<Fault[]> {
  const [directory] = certificates().orders.map((order) => order.directory);
  if (directory === undefined) return [];
  const date = await fetch(directory, { method: 'HEAD', signal: AbortSignal.timeout(ASK_MS) }).then(
    ({ headers }) => Date.parse(headers.get('date') ?? ''),
    () => NaN, // not reached, or not trusted: it tells nothing of the clock
  );
  const ahead = now() - date;
  if (Number.isNaN(ahead) || Math.abs(ahead) <= TOLERANCE_MS) return [];
  const way = ahead > 0 ? 'ahead of' : 'behind';
  return [
    {
      status: 'bad',
      message: `The clock is ${inWords(ahead)} ${way} that of ${new URL(directory).host}. Certificates are refused by it.`,
    },
  ];
}

function inWords(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000);
  if (minutes < 120) return `${minutes} minutes`;
  return minutes < 2_880 ? `${Math.round(minutes / 60)} hours` : `${Math.round(minutes / 1_440)} days`;
}
