/** A real Vite dev server on a copy of the React fixture. */
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { createLogger, createServer } from 'vite';

const FIXTURE = fileURLToPath(new URL('../fixtures/vite-react', import.meta.url));
const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** Told beforehand: one that Vite finds out by itself, while the page already runs, makes it reload the page. */
const DEPENDENCIES = ['react', 'react/jsx-dev-runtime', 'react-dom/client'];

export interface ViteProject {
  folder: string;
  url: string;
  /** What Vite says, as why it reloads a page. */
  log: string[];
  close: () => Promise<void>;
}

export async function startViteProject(): Promise<ViteProject> {
  const folder = await mkdtemp(join(tmpdir(), 'mogoly-vite-'));
  await cp(FIXTURE, folder, { recursive: true });
  await symlink(MODULES, join(folder, 'node_modules'), 'dir');
  const log: string[] = [];
  const keep = (message: string): void => void log.push(message);
  const server = await createServer({
    configFile: false,
    root: folder,
    cacheDir: join(folder, '.vite'),
    customLogger: { ...createLogger('error'), info: keep, warn: keep, error: keep },
    plugins: [react()],
    optimizeDeps: { include: DEPENDENCIES },
    server: { host: '127.0.0.1', port: 0, fs: { allow: [folder, MODULES] } },
  });
  await server.listen();
  const address = server.httpServer?.address();
  if (typeof address !== 'object' || address === null) throw new Error('Vite does not listen');
  return {
    folder,
    url: `http://127.0.0.1:${address.port}`,
    log,
    async close() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
