/** What is wrong with the root, the leaves and the public certificates. */
import type { Problem } from '../../../../../shared/problem.ts';
import { check, type Fault } from '../check.ts';

interface Lacking extends Fault {
  isOutside: boolean;
  fix?: string | undefined;
}

export const certificates = check<Lacking>({
  id: 'certificates',
  title: 'Certificates',
  examine({ certificates: read }) {
    const { root, certificates: list, orders } = read();
    const faults: Lacking[] = [];
    if (root.exists && root.outside.length > 0)
      faults.push({
        status: 'bad',
        message: `The local CA may not sign for ${root.outside.join(', ')}: it was made for other names.`,
        isOutside: true,
      });
    const told = [...root.problems, ...[...list, ...orders].flatMap(({ problem }) => problem ?? [])];
    faults.push(
      ...told.map(({ severity, message, fix }: Problem): Lacking => ({
        status: severity === 'error' ? 'bad' : 'warning',
        message,
        isOutside: false,
        fix,
      })),
    );
    return Promise.resolve(faults.length > 0 ? faults : 'All certificates are in order.');
  },
  remedy({ isOutside, fix }) {
    if (!isOutside) return fix === undefined ? undefined : { title: fix };
    return {
      title: 'Make a root for the names in use, then install trust again.',
      line: 'mogoly cert renew-root --yes',
      action: { kind: 'root.renew' },
    };
  },
});
