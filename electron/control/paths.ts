/** Where a home folder and its control socket are; server and client find them the same way. */
import { createHash } from 'node:crypto';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** `sun_path` holds 104 bytes on macOS and 108 on Linux, with its closing zero. */
const SOCKET_PATH_BYTES = 100;

type Env = Record<string, string | undefined>;

/** MOGOLY_HOME, else the platform's own place for settings; always absolute. */
export function homeFolder(env: Env = process.env, platform: NodeJS.Platform = process.platform): string {
  if (env['MOGOLY_HOME']) return resolve(env['MOGOLY_HOME']);
  const user = env['HOME'] ?? homedir();
  if (platform === 'win32') return join(env['APPDATA'] ?? join(user, 'AppData', 'Roaming'), 'Mogoly');
  if (platform === 'darwin') return join(user, 'Library', 'Application Support', 'Mogoly');
  return join(env['XDG_CONFIG_HOME'] ?? join(user, '.config'), 'mogoly');
}

/**
 * `control.sock` in the home folder. A path too long for a socket address is replaced by a short one, made from a hash
 * of the home, in `$XDG_RUNTIME_DIR` or the temporary folder; on Windows it is a named pipe.
 */
export function socketPath(home: string, env: Env = process.env, platform: NodeJS.Platform = process.platform): string {
  const hash = createHash('sha256').update(home).digest('hex').slice(0, 16);
  if (platform === 'win32') return `\\\\.\\pipe\\mogoly-${hash}`;
  const path = join(home, 'control.sock');
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES) return path;
  const short = join(env['XDG_RUNTIME_DIR'] || tmpdir(), `mogoly-${process.getuid?.() ?? 0}-${hash}`, 'control.sock');
  return Buffer.byteLength(short) <= SOCKET_PATH_BYTES
    ? short
    : join('/tmp', `mogoly-${process.getuid?.() ?? 0}-${hash}`, 'control.sock');
}

export const lockPath = (home: string): string => join(home, 'mogoly.lock');

/** What starts the app at login on Linux (XDG Autostart specification). */
export function autostartFile(env: Env = process.env): string {
  const config = env['XDG_CONFIG_HOME'] || join(env['HOME'] ?? homedir(), '.config');
  return join(config, 'autostart', 'mogoly.desktop');
}
