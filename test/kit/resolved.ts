/** systemd-resolved by hand, inside an overlay with a network of its own: never on the machine itself. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleInto, startOverlay, type Overlay } from './overlay.ts';
import { until } from './wait.ts';

const PACKAGES = ['systemd-resolved', 'libsystemd-shared', 'libnss-resolve'];
const DNS_GUEST = new URL('../engine/system/names/dns-guest.ts', import.meta.url).pathname;

/** There is no init inside: this starts and stops the two services that the product asks it for. */
const SYSTEMCTL = `#!/bin/bash
echo "$@" >> /run/kit/systemctl.log
case "$*" in
  *systemd-resolved*)
    pkill -x systemd-resolve
    while pgrep -x systemd-resolve > /dev/null; do sleep 0.02; done
    rm -f /run/systemd/resolve/stub-resolv.conf
    setsid /lib/systemd/systemd-resolved >> /run/kit/resolved.log 2>&1 < /dev/null &
    until [ -f /run/systemd/resolve/stub-resolv.conf ] && resolvectl status > /dev/null 2>&1; do sleep 0.02; done ;;
  *dnsmasq*)
    [ -f /run/dnsmasq.pid ] && kill "$(cat /run/dnsmasq.pid)"
    while pgrep -x dnsmasq > /dev/null; do sleep 0.02; done
    dnsmasq --conf-file=/etc/dnsmasq.conf --pid-file=/run/dnsmasq.pid --user=root ;;
  *) exit 1 ;;
esac
`;

/** Of the network: every name is this, asked on 10.9.9.2. */
export const NETWORK_ANSWER = '11.0.0.9';

/** A machine with a cable, a default route, a DNS of its network on 10.9.9.2, and ours on 127.0.0.1:5354. */
export async function startNameHost(name: string, packages: string[] = []): Promise<Overlay> {
  const overlay = await startOverlay(name, packages);
  await writeFile(join(overlay.shared, 'systemctl'), SYSTEMCTL, { mode: 0o755 });
  const dns = await bundleInto(overlay, DNS_GUEST, 'dns-guest');
  await overlay.bash(`
    rm -f /usr/bin/systemctl && cp /run/kit/systemctl /usr/bin/systemctl
    rm -f /etc/resolv.conf && echo nameserver 10.9.9.2 > /etc/resolv.conf
    ip link add lan0 type veth peer name lan1 && ip link set lan1 up && ip link set lan0 up
    ip addr add 10.9.9.1/24 dev lan0 && ip addr add 10.9.9.2/32 dev lo && ip route add default via 10.9.9.3
    for server in 'ours 127.0.0.1 5354 127.0.0.1' 'network 10.9.9.2 53 ${NETWORK_ANSWER}'; do
      set -- $server
      setsid ${process.execPath} ${dns} "$2" "$3" "$4" > "/run/kit/$1.log" 2>&1 < /dev/null &
    done
  `);
  for (const server of ['ours', 'network'])
    await until(async () => (await askedOf(overlay, server)).includes('ready'), { message: server });
  return overlay;
}

/** The same, with systemd-resolved as its resolver. */
export async function startResolvedHost(name: string): Promise<Overlay> {
  const overlay = await startNameHost(name, PACKAGES);
  await overlay.bash(`
    getent passwd systemd-resolve > /dev/null || useradd -r -U -s /usr/sbin/nologin systemd-resolve
    dbus-daemon --system --fork --nopidfile
    systemctl restart systemd-resolved
    rm -f /etc/resolv.conf && ln -s /run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
    resolvectl dns lan0 10.9.9.2
  `);
  return overlay;
}

/** The names that `ours` or `network` was asked for, in order, each as often as it was. */
export async function askedOf(overlay: Overlay, server: string): Promise<string[]> {
  return (await readFile(join(overlay.shared, `${server}.log`), 'utf8')).split('\n').filter(Boolean);
}
