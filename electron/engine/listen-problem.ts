/** Why an address cannot be listened on, in codes and words. */
import { problem, type Problem } from '../../shared/problem.ts';
import type { ListenAddress } from './generation.ts';

/** LISTEN_PORT_TAKEN, LISTEN_PORT_PRIVILEGED, LISTEN_ADDRESS_UNKNOWN or LISTEN_FAILED. */
export function listenProblem(address: ListenAddress, error: NodeJS.ErrnoException): Problem {
  const where = `${address.address.includes(':') ? `[${address.address}]` : address.address}:${address.port}`;
  const path = ['listen', address.kind];
  if (error.code === 'EADDRINUSE') {
    return problem('LISTEN_PORT_TAKEN', `${where} is taken by another program.`, {
      path,
      fix: `Stop that program, or set listen.${address.kind} to another port.`,
    });
  }
  if (error.code === 'EACCES') {
    return problem('LISTEN_PORT_PRIVILEGED', `${where} may not be bound by this user.`, {
      path,
      fix: `Set listen.${address.kind} to a port above 1023.`,
    });
  }
  if (error.code === 'EADDRNOTAVAIL') {
    return problem('LISTEN_ADDRESS_UNKNOWN', `${where} is not an address of this machine.`, {
      path,
      fix: 'Use a port alone, or an address of this machine.',
    });
  }
  return problem('LISTEN_FAILED', `${where} cannot be listened on: ${error.message}.`, {
    path,
    fix: 'Choose another address.',
  });
}
