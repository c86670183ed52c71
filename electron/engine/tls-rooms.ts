/** The certificates of an engine: local and public ones, and the door by which TLS listeners get them. */
import { dirname, join } from 'node:path';
import type { CertificatesReport } from '../../shared/certificate.ts';
import type { Config } from '../../shared/config.ts';
import { success, type Result } from '../../shared/problem.ts';
import type { EventBus } from './events.ts';
import type { Generation, Site } from './generation.ts';
import type { ServerKind, TlsDoor } from './proxy/tls-listener.ts';
import type { TrustedRoot } from './system/trust/store.ts';
import { createAcme } from './tls/acme.ts';
import { createCertificates, sortByHello, type CertificateSite, type KeyWrapper } from './tls/contexts.ts';

export interface TlsRoomsOptions {
  home: string;
  configFile: string;
  bus: EventBus;
  current: () => Generation;
  config: () => Config | undefined;
  keyWrapper?: KeyWrapper | undefined;
  /** Whether any trust store has the root. */
  isTrusted: () => Promise<boolean>;
}

export type TlsRooms = ReturnType<typeof createTlsRooms>;

export function createTlsRooms(options: TlsRoomsOptions) {
  const { home, configFile, bus, current, config, keyWrapper, isTrusted } = options;
  const sites = (): CertificateSite[] => current().sites.filter(({ disabled }) => !disabled);
  const acme = createAcme({
    folder: join(home, 'acme'),
    configFolder: dirname(configFile),
    now: Date.now,
    report: (name, data) => bus.emit(name, data as never),
    settings: () => config()?.acme,
    hosts: () =>
      current()
        .sites.filter(isPublic)
        .map(({ name, hosts }) => ({ site: name, hosts })),
  });
  const certificates = createCertificates({
    home,
    now: Date.now,
    report: ({ name, data }) => bus.emit(name, data as never),
    zones: () => config()?.zones ?? [],
    sites,
    siteFor(host) {
      const site = current().findSite(host);
      return site?.disabled === false ? site : undefined;
    },
    acme: acme.certificateFor,
    isTrusted,
    ...(keyWrapper === undefined ? {} : { keyWrapper }),
  });
  return {
    acme,
    certificates,
    door: createDoor(certificates, acme),
    /** What the engine shows of them. */
    reported: {
      list: (): CertificatesReport => ({
        root: certificates.root(),
        certificates: certificates.list(),
        orders: acme.list(),
      }),
      renewRoot: (consent: { consent: boolean }) => certificates.renewRoot(undefined, consent),
      order: acme.renew,
    },
    /** As trust stores take it; made where there is none yet. */
    async trustedRoot(): Promise<Result<TrustedRoot>> {
      const pem = await certificates.rootPem();
      if (!pem.ok) return pem;
      const { file, former } = certificates.root();
      return success({ pem: pem.value, file, former });
    },
    /** After the swap; nothing waits for it. */
    adopt(): void {
      void certificates.adopt();
      void acme.adopt();
    },
    /** After a wake, a change of the clock or of the network. */
    async refresh(): Promise<void> {
      acme.refresh();
      await certificates.refresh();
    },
    async close(): Promise<void> {
      await Promise.all([acme.close(), certificates.close()]);
    },
  };
}

const isPublic = ({ disabled, tls }: Site): boolean => !disabled && tls.kind === 'acme';

function createDoor(certificates: ReturnType<typeof createCertificates>, acme: ReturnType<typeof createAcme>): TlsDoor {
  return {
    options: () => ({
      named: certificates.namedOptions(),
      nameless: certificates.namelessOptions(),
      acme: { SNICallback: (serverName, answer) => answer(null, acme.alpnContextFor(serverName)) },
    }),
    attach({ named, nameless }) {
      const ends = [certificates.attachNamed(named), certificates.attachNameless(nameless)];
      return () => ends.forEach((end) => end());
    },
    sort: (socket, take: (kind: ServerKind | 'plain') => void) =>
      sortByHello(socket, (kind) => {
        if (kind !== 'nameless') return take(kind);
        void certificates.prepareNameless().then(() => socket.destroyed || take(kind));
      }),
  };
}
