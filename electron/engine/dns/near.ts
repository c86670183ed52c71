/** Who is answered: an open resolver would serve, and be abused by, the whole internet. */
import { createAddressMatcher } from '../../../shared/cidr.ts';

const isPrivate = createAddressMatcher([
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
]);

/** Whether a client's address is one of this machine or of a private network; remembers the last one asked about. */
export function createNearness(): (client: string) => boolean {
  let last = '';
  let isLastNear = false;
  return (client) => {
    if (client !== last) {
      isLastNear = isPrivate(client);
      last = client;
    }
    return isLastNear;
  };
}
