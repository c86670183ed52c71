/** Where a backend is, from its url or from protocol, host and port. */
import type { BackendConfig } from '../../shared/config.ts';
import { failure, problem, success, type Result } from '../../shared/problem.ts';
import type { Origin } from './generation.ts';

const MAX_PORT = 65_535;
const DEFAULT_PORTS = { http: 80, h2c: 80, https: 443 } as const;

type Place = Pick<BackendConfig, 'url' | 'protocol' | 'host' | 'port'>;

/** What most origins look like; parsed without `new URL`, which costs 20 times as much and counts with 100,000 backends. */
const PLAIN = /^(http|https|h2c):\/\/(localhost|127\.0\.0\.1):([1-9]\d{0,4})$/;

/** Errors: CONFIG_BACKEND_URL. A url goes before protocol, host and port. */
export function parseOrigin(place: Place): Result<Origin> {
  const text = place.url ?? joined(place);
  const plain = PLAIN.exec(text);
  if (plain !== null && !(place.url !== undefined && place.protocol !== undefined)) {
    const [, protocol, hostname, digits] = plain as unknown as [string, Origin['protocol'], string, string];
    const port = Number(digits);
    if (port <= MAX_PORT && port !== DEFAULT_PORTS[protocol]) {
      const authority = `${hostname}:${digits}`;
      return success({
        protocol,
        hostname,
        port,
        origin: `${protocol === 'h2c' ? 'http' : protocol}://${authority}`,
        authority,
        basePath: '',
      });
    }
  }
  const match = /^(http|https|h2c):\/\/(.+)$/i.exec(text.includes('://') ? text : `http://${text}`);
  if (match === null) return wrong(text);
  const protocol = (
    place.url !== undefined && place.protocol === 'h2c' ? 'h2c' : match[1]!.toLowerCase()
  ) as Origin['protocol'];
  const scheme = protocol === 'https' ? 'https' : 'http';
  let url: URL;
  try {
    url = new URL(`${scheme}://${match[2]!}`);
  } catch {
    return wrong(text);
  }
  const port = url.port === '' ? DEFAULT_PORTS[protocol] : Number(url.port);
  const hostname = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  const path = url.pathname + url.search;
  return success({
    protocol,
    hostname,
    port,
    origin: url.origin,
    authority: url.host,
    basePath: path.endsWith('/') ? path.slice(0, -1) : path,
  });
}

function joined({ protocol = 'http', host = 'localhost', port }: Place): string {
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return port === undefined ? `${protocol}://${name}` : `${protocol}://${name}:${port}`;
}

const wrong = (text: string): Result<Origin> =>
  failure(
    problem('CONFIG_BACKEND_URL', `"${text}" is not the address of a backend.`, {
      fix: 'Write it as http://localhost:3000; http, https and h2c are known.',
    }),
  );
