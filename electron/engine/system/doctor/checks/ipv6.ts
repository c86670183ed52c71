/** The IPv6 loopback address: dev servers listen there alone more often than they say. */
import { createServer } from 'node:net';
import { check } from '../check.ts';

export const ipv6 = check({
  id: 'ipv6',
  title: 'IPv6 loopback',
  examine: async () =>
    (await canListen('::1'))
      ? '::1 is there.'
      : [
          {
            status: 'warning' as const,
            message: 'This machine has no ::1. Dev servers that listen on it alone cannot be reached.',
          },
        ],
  remedy: (_fault, { platform }) => ({
    title: 'Turn IPv6 on for the loopback interface.',
    ...(platform === 'linux' ? { line: 'sudo sysctl -w net.ipv6.conf.lo.disable_ipv6=0' } : {}),
  }),
});

const canListen = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(0, address, () => server.close(() => resolve(true)));
  });
