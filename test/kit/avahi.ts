/** avahi-daemon, with a bus of its own, inside an overlay. */
import { startOverlay, type Overlay } from './overlay.ts';
import { until } from './wait.ts';

export const AVAHI_PACKAGES = ['avahi-daemon', 'avahi-utils', 'libavahi-core7', 'libdaemon0'];

const CONFIG = `[server]
use-ipv4=yes
use-ipv6=yes
disallow-other-stacks=no
[publish]
publish-workstation=no
`;

/** Another machine of the network, without its avahi yet. */
export const startAvahiHost = (name: string): Promise<Overlay> => startOverlay(name, AVAHI_PACKAGES);

/** Starts it; call when the interfaces are up. `hosts` are lines for its `/etc/avahi/hosts`: names that it owns. */
export async function startAvahi(overlay: Overlay, hosts = ''): Promise<void> {
  const shell = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  await overlay.bash(`
    getent passwd avahi > /dev/null || useradd -r -U -s /usr/sbin/nologin avahi
    printf %s ${shell(CONFIG)} > /etc/avahi/avahi-daemon.conf
    printf %s ${shell(hosts)} > /etc/avahi/hosts
    mkdir -p /run/avahi-daemon && chown avahi:avahi /run/avahi-daemon
    dbus-daemon --system --fork --nopidfile
    avahi-daemon --no-drop-root --no-rlimits --no-chroot --daemonize --syslog
  `);
  await until(async () => (await overlay.run('avahi-daemon', ['--check'])).code === 0, { message: 'avahi-daemon' });
}

/** What `avahi-resolve -n` says: the address, or undefined when nobody answers. */
export async function avahiResolve(overlay: Overlay, name: string, family: 4 | 6 = 4): Promise<string | undefined> {
  const { stdout } = await overlay.run('avahi-resolve', [`-${family}`, '-n', name]);
  return stdout.trim().split(/\s+/)[1];
}
