/** Dev servers that refuse the host they are asked for. */
import { check } from '../check.ts';

export const refusedHosts = check({
  id: 'refused-hosts',
  title: 'Dev servers',
  examine({ refusals }) {
    const seen = new Map(refusals().map((item) => [`${item.site} ${item.backend}`, item]));
    if (seen.size === 0) return Promise.resolve('No dev server has refused the host of a site.');
    const faults = [...seen.values()].map(({ site, backend, framework, fix }) => ({
      status: 'bad' as const,
      message: `${framework} behind ${backend} refuses the host of ${site}.`,
      fix,
    }));
    return Promise.resolve(faults);
  },
  remedy: ({ fix }) => ({ title: fix }),
});
