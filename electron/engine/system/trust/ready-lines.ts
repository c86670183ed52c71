/** Lines to copy for programs that read no store of the system. */
import type { ReadyLine } from '../../../../shared/trust.ts';
import { shellQuoted } from '../../../../shared/shown-command.ts';

/** `file`: the root as PEM. */
export function readyLines(file: string, platform: NodeJS.Platform): ReadyLine[] {
  const isWindows = platform === 'win32';
  const path = isWindows ? `"${file}"` : shellQuoted(file);
  const set = (name: string): string => (isWindows ? `setx ${name} ${path}` : `export ${name}=${path}`);
  return [
    {
      name: 'Node',
      line: set('NODE_EXTRA_CA_CERTS'),
      note: 'From 22.15, NODE_USE_SYSTEM_CA=1 reads the system store instead.',
    },
    {
      name: 'Java',
      line: `keytool -importcert -cacerts -storepass changeit -noprompt -alias mogoly -file ${path}`,
      note: 'For each JDK; remove it with -delete -alias mogoly.',
    },
    {
      name: 'curl',
      line: `curl --cacert ${path} https://…`,
      note: 'Needed only where it does not read the system store.',
    },
    {
      name: 'Python',
      line: set('REQUESTS_CA_BUNDLE'),
      note: 'It replaces the store that requests brings along; SSL_CERT_FILE does so for the rest.',
    },
    {
      name: 'Git',
      line: `git config --global http.https://shop.local/.sslCAInfo ${path}`,
      note: 'With your host in place of shop.local.',
    },
    {
      name: 'Containers',
      line: `docker run -v ${path}:/etc/ssl/certs/mogoly.pem:ro -e NODE_EXTRA_CA_CERTS=/etc/ssl/certs/mogoly.pem …`,
      note: 'Debian images: copy it to /usr/local/share/ca-certificates/mogoly.crt and run update-ca-certificates.',
    },
  ];
}
