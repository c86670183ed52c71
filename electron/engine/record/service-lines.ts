/** What the log says of services and of Docker. */
import type { ServiceEvents, ServiceStatus } from '../../../shared/service.ts';
import type { Problem } from '../../../shared/problem.ts';
import type { Sentences } from './line.ts';

const because = (problem: Problem | undefined): string =>
  problem === undefined ? '' : `: ${problem.message}${problem.fix === undefined ? '' : ` ${problem.fix}`}`;

const SAYS: Record<ServiceStatus, string> = {
  absent: 'has no container',
  pulling: 'is being pulled',
  creating: 'is being made',
  starting: 'starts',
  ready: 'is ready',
  unready: 'does not answer',
  stopping: 'is being stopped',
  stopped: 'is stopped',
  failed: 'failed',
  removing: 'is being removed',
  unreachable: 'cannot be reached',
};

/** Many machines have none, and need none. */
const NO_DOCKER = ['DOCKER_MISSING', 'DOCKER_UNAVAILABLE'];

export const SERVICE_LINES: Sentences<keyof ServiceEvents> = {
  'service.changed': ({ name, status, problem }) => ({
    level: status === 'failed' ? 'error' : status === 'unready' ? 'warn' : 'info',
    message: `${name} ${SAYS[status]}${because(problem)}`,
    fields: { service: name, status, ...(problem === undefined ? {} : { code: problem.code }) },
  }),
  'docker.changed': ({ available, product = 'Docker', problem }) => ({
    level: available || NO_DOCKER.includes(problem?.code ?? '') ? 'info' : 'warn',
    message: available ? `${product} is there` : `Services go without Docker${because(problem)}`,
    fields: { available },
  }),
  'service.labelled': ({ host, container, mapped, problem }) => ({
    level: problem === undefined ? 'info' : 'warn',
    message:
      problem !== undefined
        ? `${host}, a label of the container ${container}, is no site${because(problem)}`
        : mapped
          ? `${host} is the container ${container}, by its label`
          : `${host} is no longer a container by its label`,
    fields: { host, container, mapped, ...(problem === undefined ? {} : { code: problem.code }) },
  }),
};
