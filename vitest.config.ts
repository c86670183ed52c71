/** Every test but the app's, in few processes: the tests open real sockets and the machine may be small. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/app/**', 'node_modules/**'],
    pool: 'forks',
    maxWorkers: 2,
    // What hangs is told by what it waited for (test/kit/wait.ts); these only end what does not wait so.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
