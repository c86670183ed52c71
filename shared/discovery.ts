/** A dev server that runs on this machine, found by the port it listens on. */

export interface DevServer {
  port: number;
  /** As bound: `127.0.0.1`, `::1`, `0.0.0.0`, `::`, or an address of this machine. */
  address: string;
  pid?: number;
  /** Name of its program, as in `node`. */
  process?: string;
  /** Where it was started, or the project its command line points into. */
  folder?: string;
  /** As in `Vite`; absent where nothing tells. */
  framework?: string;
  /** What a backend takes. */
  url: string;
  /** Name of the site that already routes to it. */
  mappedBy?: string;
}

/** The longest label of a host name (RFC 1035, section 2.3.4). */
const MAX_LABEL_LENGTH = 63;

/** `/home/me/My_Shop` → `my-shop`: a label for a host name; `app` where the folder says nothing. */
export function labelFor({ folder }: Pick<DevServer, 'folder'>): string {
  const last =
    folder
      ?.split(/[\\/]/)
      .filter((part) => part !== '')
      .at(-1) ?? '';
  const label = last
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_LABEL_LENGTH)
    .replace(/^-+|-+$/g, '');
  return label === '' || /^[a-z]$/.test(label) ? 'app' : label;
}

/** What a person calls it: `shop · Vite`, `node :3000`. */
export function titleOf(server: DevServer): string {
  const where = server.folder === undefined ? undefined : labelFor(server);
  // A server of many processes names itself with a colon, as in `nginx: master process`.
  const what = server.framework ?? server.process?.replace(/:$/, '');
  return [where, what].filter((part) => part !== undefined).join(' · ') || `port ${server.port}`;
}
