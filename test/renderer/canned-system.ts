/** Canned answers about names, trust and this machine: a working day with something of each. */
import type { CertificatesReport } from '../../shared/certificate.ts';
import type { DnsAnswer, DnsQuery } from '../../shared/dns.ts';
import type { DoctorReport } from '../../shared/doctor.ts';
import type { SystemChange, SystemStep } from '../../shared/system-change.ts';
import type { NamesCheck, NamesPlan, SystemNamesStatus } from '../../shared/system-names.ts';
import type { TrustPlan, TrustReport, TrustResult } from '../../shared/trust.ts';

export const ok = <T>(value: T): { ok: true; value: T } => ({ ok: true, value });
export const EVIL = '<img src=x onerror="document.title=1"><script>document.title=2</script>';

const DAY = 86_400_000;
/** Around which all moments lie: the pages tell them against the clock. */
export const TODAY = Date.now();

export const STEP: SystemStep = {
  title: 'Route .test to Mogoly in systemd-resolved',
  privileged: true,
  commands: [
    {
      file: 'tee',
      args: ['/etc/systemd/resolved.conf.d/mogoly.conf'],
      input: '[Resolve]\nDNS=127.0.0.1:53\nDomains=~test\n',
    },
    { file: 'systemctl', args: ['restart', 'systemd-resolved'] },
  ],
  writes: ['/etc/systemd/resolved.conf.d/mogoly.conf'],
  undo: [{ file: 'rm', args: ['-f', '/etc/systemd/resolved.conf.d/mogoly.conf'] }],
};

export const namesStatus = (rest: Partial<SystemNamesStatus> = {}): SystemNamesStatus => ({
  platform: 'linux',
  methods: [
    { id: 'resolver-files', name: '/etc/resolver', state: 'unavailable', reason: 'Only macOS has it.' },
    {
      id: 'systemd-resolved',
      name: 'systemd-resolved',
      state: 'inactive',
      reason: 'It can route zones to our DNS on port 53.',
    },
    { id: 'network-manager', name: 'NetworkManager', state: 'unavailable', reason: 'It is not installed.' },
    { id: 'hosts-file', name: 'Hosts file', state: 'active', reason: 'It holds 2 hosts, as wanted.' },
  ],
  choice: {
    methods: ['systemd-resolved', 'hosts-file'],
    because: 'systemd-resolved looks up names here. It takes any name in a zone.',
  },
  problems: [
    {
      code: 'NAMES_LOCAL',
      severity: 'warning',
      message: 'shop.local belongs to multicast DNS (RFC 6762), so only the hosts file can carry it.',
      fix: 'A name under .test has no such trouble.',
    },
  ],
  ...rest,
});

export const namesPlan: NamesPlan = { steps: [STEP], warnings: [] };
export const dnsAnswer: DnsAnswer = {
  name: 'shop.test',
  type: 'A',
  rcode: 'NOERROR',
  source: 'local',
  isAuthoritative: true,
  answers: [{ name: 'shop.test', type: 'A', ttl: 5, data: '127.0.0.1' }],
  authorities: [],
  durationMs: 0.21,
};
export const namesCheck: NamesCheck = {
  name: 'shop.test',
  reachedUs: false,
  addresses: [],
  message: '"shop.test" did not come to our DNS: the system says ENOTFOUND.',
};
export const queries: DnsQuery[] = Array.from({ length: 60 }, (_, i) => ({
  at: TODAY - i * 731,
  client: i % 3 === 0 ? '::1' : '127.0.0.1',
  name: ['shop.test', 'api.shop.test', 'registry.npmjs.org', 'nope.test'][i % 4]!,
  type: i % 2 === 0 ? 'A' : 'AAAA',
  rcode: i % 4 === 3 ? 'NXDOMAIN' : 'NOERROR',
  source: i % 4 === 2 ? 'forward' : 'local',
  durationMs: i % 4 === 2 ? 12.4 : 0.06,
  ...(i % 4 === 2 ? { upstream: '192.168.1.1:53' } : {}),
}));
export const changes: SystemChange[] = [
  {
    id: 1,
    at: TODAY - 3 * DAY,
    area: 'trust',
    step: { ...STEP, title: 'Trust the local CA in Firefox (default)', privileged: false },
    state: 'undone',
    undoneAt: TODAY - 2 * DAY,
  },
  {
    id: 2,
    at: TODAY - DAY,
    area: 'names',
    step: { ...STEP, title: 'Put 2 hosts into the hosts file', writes: ['/etc/hosts'] },
    state: 'done',
  },
];

export const certificates = (): CertificatesReport => ({
  root: {
    exists: true,
    file: '/home/dev/.config/mogoly/ca/root.pem',
    keyFile: '/home/dev/.config/mogoly/ca/root-key.pem',
    name: 'Mogoly local CA 3f9c21ab',
    fingerprint256: Array.from({ length: 32 }, (_, i) => (i * 7 + 16).toString(16).padStart(2, '0').toUpperCase()).join(
      ':',
    ),
    notBefore: TODAY - 20 * DAY,
    notAfter: TODAY + 3_630 * DAY,
    permitted: ['test', 'shop.local', 'localhost'],
    keeper: 'file',
    former: [],
    outside: ['new.example'],
    problems: [],
  },
  certificates: [
    {
      name: 'shop.test',
      kind: 'local',
      hosts: ['shop.test', '*.shop.test'],
      notBefore: TODAY,
      notAfter: TODAY + 89.5 * DAY,
      fingerprint256: 'AA',
      issuer: 'Mogoly local CA',
    },
    {
      name: 'old.test',
      kind: 'files',
      hosts: ['old.test'],
      notBefore: TODAY - 400 * DAY,
      notAfter: TODAY - 3.5 * DAY,
      fingerprint256: 'BB',
      issuer: 'Company CA',
      problem: { code: 'CERT_ENDED', severity: 'error', message: 'It has ended.', fix: 'Put a new one in its place.' },
    },
  ],
  orders: [
    {
      site: 'www',
      hosts: ['www.example.com'],
      status: 'valid',
      directory: 'https://acme-v02.api.letsencrypt.org/directory',
      failures: 0,
      nextAttemptAt: TODAY + 58 * DAY,
      certificate: {
        hosts: ['www.example.com'],
        serial: '01',
        issuer: 'Let’s Encrypt R11',
        notBefore: TODAY,
        notAfter: TODAY + 88 * DAY,
        renewAt: TODAY + 58 * DAY,
        renewBy: 'authority',
        challenge: 'http-01',
      },
    },
    {
      site: 'blog',
      hosts: ['blog.example.com'],
      status: 'failed',
      directory: 'https://acme-v02.api.letsencrypt.org/directory',
      failures: 3,
      nextAttemptAt: TODAY + DAY / 4,
      problem: {
        code: 'ACME_CHALLENGE',
        severity: 'error',
        message: 'The authority could not reach blog.example.com on port 80.',
        fix: 'Open the port, or use dns-01.',
      },
    },
  ],
});

export const trust = (system: 'trusted' | 'notTrusted' = 'notTrusted'): TrustReport => ({
  stores: [
    { id: 'system', name: 'Debian system store', state: system, detail: 'Read by curl, openssl, wget and git.' },
    {
      id: 'nss:chromium',
      name: 'Chromium (NSS)',
      state: 'trusted',
      detail: 'Read by Chromium, Chrome, Edge and Brave.',
    },
    {
      id: 'nss:firefox',
      name: 'Firefox (default-release)',
      state: 'otherRoot',
      detail: 'Read by this Firefox profile.',
    },
    {
      id: 'nss:snap',
      name: 'Chromium (NSS, snap)',
      state: 'unavailable',
      detail: 'The program certutil is not installed.',
      fix: 'Install libnss3-tools (Debian).',
    },
  ],
  lines: [
    {
      name: 'Node',
      line: "export NODE_EXTRA_CA_CERTS='/home/dev/.config/mogoly/ca/root.pem'",
      note: 'From 22.15, NODE_USE_SYSTEM_CA=1 reads the system store instead.',
    },
    { name: 'curl', line: "curl --cacert '/home/dev/.config/mogoly/ca/root.pem' https://…" },
  ],
});
export const trustPlan: TrustPlan[] = [
  {
    id: 'system',
    name: 'Debian system store',
    steps: [
      {
        title: 'Trust the local CA in the Debian system store',
        privileged: true,
        commands: [
          {
            file: 'tee',
            args: ['/usr/local/share/ca-certificates/mogoly-3f9c21ab.crt'],
            input: '-----BEGIN CERTIFICATE-----',
          },
          { file: 'update-ca-certificates', args: [] },
        ],
        writes: [],
        undo: [],
      },
    ],
  },
];
export const trustResult: TrustResult[] = [{ id: 'system', name: 'Debian system store', ok: true, isVerified: true }];

export const doctorReport = (): DoctorReport => ({
  at: TODAY,
  durationMs: 312,
  findings: [
    {
      id: 'ports',
      title: 'Ports',
      status: 'bad',
      message: 'Port 443 is taken by nginx (process 812: nginx: master process). Mogoly cannot answer https there.',
      remedy: {
        title: 'Stop that program, then stop and start routing; or set listen.https to another port.',
        line: 'kill 812',
        action: { kind: 'port.free', port: 443, pid: 812 },
      },
    },
    {
      id: 'refused-hosts',
      title: 'Dev servers',
      status: 'bad',
      message: 'Vite behind web-1 refuses the host of shop.local.',
      remedy: { title: 'Add shop.local to server.allowedHosts in vite.config.' },
    },
    {
      id: 'trust',
      title: 'Trust',
      status: 'warning',
      message:
        'Debian system store does not trust the local CA, so https pages look unsafe there. Read by curl, openssl, wget and git.',
      remedy: {
        title: 'Trust the local CA there.',
        line: "mogoly trust install --store 'system'",
        action: { kind: 'trust.install', store: 'system' },
      },
    },
    { id: 'clock', title: 'Clock', status: 'good', message: 'The clock goes as it should.' },
    { id: 'ipv6', title: 'IPv6 loopback', status: 'good', message: '::1 is there.' },
    { id: 'docker', title: 'Docker', status: 'skipped', message: 'There is no Docker here; Mogoly works without.' },
  ],
});

/** All of them by command. */
export const systemAnswers = (rest: Record<string, unknown> = {}): Record<string, unknown> => ({
  'names.status': ok(namesStatus()),
  'names.plan': ok(namesPlan),
  'names.apply': ok(namesPlan),
  'names.check': ok(namesCheck),
  'dns.query': ok(dnsAnswer),
  'dns.queries': ok(queries),
  'changes.list': ok(changes),
  'changes.undo': ok([]),
  'certificates.list': ok(certificates()),
  'trust.status': ok(trust()),
  'trust.plan': ok(trustPlan),
  'trust.apply': ok(trustResult),
  'doctor.run': ok(doctorReport()),
  'doctor.mend': ok({ message: 'Port 443 is free.' }),
  ...rest,
});
