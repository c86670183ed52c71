/** Why something is not done for a service. */
import { failure, problem, type Problem } from '../../../shared/problem.ts';
import type { Entry } from './roster.ts';

export const serviceUnknown = (name: string) =>
  failure(
    problem('SERVICE_UNKNOWN', `There is no service "${name}".`, {
      fix: `List them with \`mogoly cloud list\`, or make it with \`mogoly cloud create ${name} --type …\`.`,
    }),
  );

export const notInConfig = (name: string) =>
  failure(
    problem('SERVICE_NOT_IN_CONFIG', `The config does not have ${name}, so that it is not known what to make.`, {
      fix: 'Put it back under services, or delete it.',
    }),
  );

export const exists = (name: string): Problem =>
  problem('SERVICE_EXISTS', `There is a service "${name}" already.`, {
    fix: 'Choose another name.',
    path: ['service', 'name'],
  });

export const isBusy = (name: string, { status }: Entry): Problem =>
  problem('SERVICE_BUSY', `${name} is ${status} just now.`, { fix: 'Wait for it, or cancel it.' });
