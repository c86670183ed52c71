/** Addresses of a site block: `shop.test`, `http://shop.test:8080`, `:80`, `https://`. */
import type { Place } from '../../../../shared/problem.ts';
import { isHostPattern } from '../../../../shared/host.ts';
import type { Notes } from '../notes.ts';
import type { Token } from './tokens.ts';

export interface Address {
  /** `*` for every host. */
  host: string;
  scheme: 'http' | 'https';
  port: number;
  /** No scheme and no port: http leads to https. */
  isBare: boolean;
  at: Place;
}

export interface Ports {
  http: number;
  https: number;
}

export function readAddresses(tokens: readonly Token[], ports: Ports, notes: Notes): Address[] {
  return tokens.flatMap(({ text, at }) =>
    text
      .split(',')
      .filter((part) => part !== '')
      .flatMap((part) => readAddress(part, at, ports, notes) ?? []),
  );
}

function readAddress(text: string, at: Place, ports: Ports, notes: Notes): Address | undefined {
  const parts = /^(?:(https?):\/\/)?(\[[^\]]+\]|[^:/]*)(?::(\d{1,5}))?(\/.*)?$/i.exec(text);
  const host = parts?.[2] === '' || parts?.[2] === '0.0.0.0' ? '*' : (parts?.[2] ?? '');
  if (parts === null || !isHostPattern(host)) {
    notes.leftOut(at, `the address ${text}`, 'Hosts are names as shop.test, *.shop.test, or * for all.');
    return undefined;
  }
  if (parts[4] !== undefined && parts[4] !== '/')
    notes.changed(at, `The path in ${text} is left out.`, 'Give the site a route with that path.');
  const written = parts[1]?.toLowerCase() as 'http' | 'https' | undefined;
  const port = parts[3] === undefined ? undefined : Number(parts[3]);
  const scheme = written ?? schemeOf(port, host, ports);
  return { host, scheme, port: port ?? ports[scheme], isBare: written === undefined && port === undefined, at };
}

/** A name gets https by itself; a bare port does not. */
function schemeOf(port: number | undefined, host: string, ports: Ports): 'http' | 'https' {
  if (port === ports.http) return 'http';
  return port === ports.https || host !== '*' ? 'https' : 'http';
}
