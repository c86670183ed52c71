/** `cert`: the certificates in use, the root that signs the local ones, and orders of public ones. */
import type { Command } from 'commander';
import type { CertificatesReport, CertificateState, RootState } from '../../shared/certificate.ts';
import { problem, ProblemError } from '../../shared/problem.ts';
import { ask } from './client.ts';
import type { Context, Runner } from './command.ts';
import { plain, type Printer } from './print.ts';

export function register(program: Command, run: Runner): void {
  const group = program.command('cert').description('certificates, and the local CA');
  group
    .command('list')
    .description('all certificates')
    .action(run((context) => list(context)));
  group
    .command('show')
    .description('one certificate, or the root')
    .argument('<name>', 'of a certificate, or "root"')
    .action(run((context, name: string) => show(context, name)));
  group
    .command('order')
    .description('order a public certificate now')
    .argument('<host>', 'of a site with tls: acme')
    .action(run((context, host: string) => order(context, host)));
  group
    .command('renew-root')
    .description('make another local CA for the names in use; trust has to be installed again')
    .option('--yes', 'that is meant')
    .action(run((context, { yes }: { yes?: boolean }) => renewRoot(context, yes === true)));
}

async function list({ print, target }: Context): Promise<void> {
  const report = await ask(target, 'certificates.list');
  print.result(report, () => {
    const rows = [...report.certificates.map(localRow), ...orderRows(report)];
    print.table(['NAME', 'KIND', 'UNTIL', 'HOSTS', 'PROBLEM'], rows);
    if (rows.length === 0) print.line('No certificates yet: the first is made when a host is opened over https.');
    print.warnings(report.root.problems);
  });
}

const localRow = ({ name, kind, notAfter, hosts, problem: wrong }: CertificateState): string[] => [
  plain(name),
  kind,
  day(notAfter),
  plain(hosts.join(', ')),
  plain(wrong?.message ?? ''),
];

const orderRows = ({ orders }: CertificatesReport): string[][] =>
  orders.map(({ site, status, certificate, hosts, problem: wrong }) => [
    plain(site),
    `acme (${status})`,
    certificate === undefined ? '' : day(certificate.notAfter),
    plain(hosts.join(', ')),
    plain(wrong?.message ?? ''),
  ]);

async function show({ print, target }: Context, name: string): Promise<void> {
  const report = await ask(target, 'certificates.list');
  if (name === 'root') return print.result(report.root, () => showRoot(print, report.root));
  const wanted = name.toLowerCase();
  const found =
    report.certificates.find((item) => item.name === wanted) ??
    report.certificates.find((item) => item.hosts.includes(wanted));
  const ordered = report.orders.find(({ site, hosts }) => site === name || hosts.includes(wanted));
  if (found === undefined && ordered === undefined) {
    throw new ProblemError([
      problem('CERT_UNKNOWN', `There is no certificate for ${name}.`, {
        fix: 'See `mogoly cert list`; the first of a host is made when it is opened over https.',
      }),
    ]);
  }
  print.result(found ?? ordered, () => {
    const fields = found ?? { ...ordered, ...ordered?.certificate };
    for (const [key, value] of Object.entries(fields)) fact(print, key, shown(key, value));
  });
}

function showRoot(print: Printer, root: RootState): void {
  if (!root.exists) return print.line('There is no local CA yet: it is made when a host is opened over https.');
  fact(print, 'name', root.name);
  fact(print, 'file', root.file);
  fact(print, 'fingerprint', root.fingerprint256);
  fact(print, 'until', root.notAfter === undefined ? undefined : day(root.notAfter));
  fact(print, 'may sign for', root.permitted?.join(', ') ?? 'anything');
  fact(print, 'key kept by', root.keeper);
  if (root.outside.length > 0) fact(print, 'not for', `${root.outside.join(', ')} (mogoly cert renew-root)`);
  print.warnings(root.problems);
}

async function order({ print, target }: Context, host: string): Promise<void> {
  const state = await ask(target, 'certificates.order', { host });
  print.result(state, () =>
    print.line(
      `${plain(state.site)}: ${state.status}${state.certificate ? `, good until ${day(state.certificate.notAfter)}` : ''}`,
    ),
  );
}

async function renewRoot({ print, target }: Context, isMeant: boolean): Promise<void> {
  if (!isMeant) {
    throw new ProblemError([
      problem('CERT_CONSENT_NEEDED', 'Another root means that every trust store has to be told of it.', {
        fix: 'Add --yes, then run `mogoly trust install`.',
      }),
    ]);
  }
  const renewed = await ask(target, 'certificates.renewRoot', { consent: true });
  print.result(renewed, () => {
    print.line(`The local CA may now sign for ${plain(renewed.permitted.join(', '))}.`);
    if (renewed.isTrustNeeded) print.line('Install trust again: mogoly trust install');
  });
}

function fact(print: Printer, name: string, value: string | undefined): void {
  if (value !== undefined && value !== '') print.line(`${print.paint('grey', name.padEnd(14))} ${plain(value)}`);
}

function shown(key: string, value: unknown): string {
  if (typeof value === 'number' && /^not|At$/.test(key)) return day(value);
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
