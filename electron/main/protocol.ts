/** Serves the built window under app://mogoly/, with a strict content security policy. */
import { readFile } from 'node:fs/promises';
import { protocol } from 'electron';
import { APP_SCHEME, mediaType, resolveAsset, securityHeaders } from './asset.ts';

/** Before the app is ready: makes app:// an origin of its own, like https. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

export function setupProtocol(root: string): void {
  protocol.handle(APP_SCHEME, (request) => serve(root, request.method, request.url));
}

async function serve(root: string, method: string, address: string): Promise<Response> {
  if (method !== 'GET' && method !== 'HEAD') return refuse(405, 'Only GET is answered here.');
  const file = resolveAsset(root, address);
  if (file === undefined) return refuse(404, 'There is no such file.');
  try {
    const body = await readFile(file);
    return new Response(method === 'HEAD' ? null : new Uint8Array(body), {
      headers: { ...securityHeaders(), 'content-type': mediaType(file) },
    });
  } catch {
    return refuse(404, 'There is no such file.');
  }
}

const refuse = (status: number, text: string): Response =>
  new Response(`${text}\n`, { status, headers: { ...securityHeaders(), 'content-type': 'text/plain; charset=utf-8' } });
