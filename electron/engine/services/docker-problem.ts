/** What Docker says, in our words: its API tells most causes only by their text, so that is read here and nowhere else. */
import { problem, type Problem } from '../../../shared/problem.ts';

interface DockerError extends Error {
  statusCode?: number;
  code?: string;
  json?: { message?: string };
}

/** What was being done, for the sentences. */
export interface Attempt {
  service: string;
  image?: string;
  port?: number | undefined;
}

const GONE_CODES = ['ECONNRESET', 'ECONNREFUSED', 'ENOENT', 'EPIPE', 'ETIMEDOUT'];
const GONE_TEXT = /socket hang up|aborted|premature close/i;

/** Whether the connection broke, rather than Docker refusing. */
export const isGone = (error: unknown): boolean => {
  const { statusCode, code, message } = error as DockerError;
  return statusCode === undefined && (GONE_CODES.includes(code ?? '') || GONE_TEXT.test(message ?? ''));
};

export const statusOf = (error: unknown): number | undefined => (error as DockerError).statusCode;

const CAUSES: { pattern: RegExp; make: (attempt: Attempt, said: string) => Problem }[] = [
  {
    pattern: /no space left on device|disk quota exceeded/i,
    make: ({ service }) =>
      problem('DOCKER_DISK_FULL', `Docker has no room on its disk for ${service}.`, {
        fix: 'Remove what it does not need with `docker system prune`, or give it more room.',
      }),
  },
  {
    pattern: /port is already allocated|address already in use|ports are not available/i,
    make: ({ service, port }, said) =>
      problem(
        'SERVICE_PORT_TAKEN',
        `${service} cannot have port ${port ?? portIn(said) ?? ''} of this machine: it is taken.`,
        {
          fix: 'Give another one in exposed_ports, or leave it out for a free one.',
        },
      ),
  },
  {
    pattern: /pull access denied|unauthorized|authentication required|no basic auth|denied:|forbidden/i,
    make: ({ image }) =>
      problem(
        'SERVICE_PULL_REFUSED',
        `The registry does not give out ${image ?? 'the image'}: it asks for credentials, or has no such image.`,
        {
          fix: 'Check the name of the image, or sign in with `docker login`.',
        },
      ),
  },
  {
    pattern:
      /manifest unknown|manifest for .* not found|repository .* not found|does not exist|no such image|name unknown/i,
    make: ({ image }) =>
      problem('SERVICE_IMAGE_UNKNOWN', `There is no image ${image ?? ''} at its registry.`, {
        fix: 'Check its name and version.',
      }),
  },
  {
    pattern: /invalid reference format/i,
    make: ({ image }) =>
      problem('SERVICE_IMAGE_INVALID', `"${image ?? ''}" is no name of an image.`, {
        fix: 'Write it as name:version, as in postgres:17.',
      }),
  },
  {
    pattern: /no such host|connection refused|i\/o timeout|timeout|network is unreachable|tls:|deadline exceeded|EOF/i,
    make: ({ image }, said) =>
      problem('SERVICE_PULL_FAILED', `${image ?? 'The image'} could not be pulled: ${said}.`, {
        fix: 'Check the network, or set docker.registry_mirror in the config.',
      }),
  },
];

export const dockerGone = (): Problem =>
  problem('DOCKER_GONE', 'Docker went away in the middle.', { fix: 'Start Docker; Mogoly goes on by itself.' });

export function dockerProblem(error: unknown, attempt: Attempt): Problem {
  const said = saidBy(error);
  if (isGone(error)) return dockerGone();
  const cause = CAUSES.find(({ pattern }) => pattern.test(said));
  return (
    cause?.make(attempt, said) ??
    problem('DOCKER_REFUSED', `Docker refuses it for ${attempt.service}: ${said}.`, {
      fix: 'Look at what it says, and at the settings of the service.',
    })
  );
}

/** Docker's own sentence, on one line and without its full stop. */
function saidBy(error: unknown): string {
  const { json, message } = error as DockerError;
  const text = json?.message ?? message ?? String(error);
  return text.replace(/\s+/g, ' ').trim().replace(/\.$/, '').slice(0, 500);
}

const portIn = (text: string): string | undefined => /:(\d{2,5})\b/.exec(text)?.[1];
