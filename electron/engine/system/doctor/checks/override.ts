/** VPNs, Private Relay and others that answer in our place although the system was told to ask us. */
import { check, type DoctorDeps } from '../check.ts';

export const override = check({
  id: 'override',
  title: 'VPN and Private Relay',
  async skip(deps) {
    const { methods } = await deps.namesStatus();
    const isRouted = methods.some(({ id, state }) => id !== 'hosts-file' && state === 'active');
    return isRouted ? undefined : 'This system does not ask our DNS, so nobody can come between.';
  },
  async examine(deps) {
    const { reachedUs, message } = await deps.namesCheck();
    if (reachedUs) return 'Nobody answers in our place.';
    const links = await vpnLinks(deps);
    const who =
      links.length > 0
        ? ` A VPN is up (${links.join(', ')}) and may answer in our place.`
        : deps.platform === 'darwin'
          ? ' iCloud Private Relay, a filter or a VPN may answer in our place.'
          : ' A VPN or another resolver may answer in our place.';
    return [{ status: 'bad' as const, message: `This system was told to ask us, and does not: ${message}${who}` }];
  },
  remedy: (_fault, { platform }) =>
    platform === 'darwin'
      ? {
          title:
            'Turn Private Relay off for this network, or let the VPN leave these zones alone. This shows who answers:',
          line: 'scutil --dns',
        }
      : {
          title: 'Disconnect the VPN, or let it leave these zones alone. This shows who answers:',
          line: platform === 'win32' ? 'powershell Get-DnsClientNrptPolicy' : 'resolvectl status',
        },
});

/** Linux and Windows name them; on macOS tunnels of the system itself are up too, so only those that carry traffic count. */
async function vpnLinks({ platform, links, run }: DoctorDeps): Promise<string[]> {
  if (platform !== 'darwin')
    return links().filter((name) =>
      /^(tun|tap|wg|ppp|ipsec)\d|^(tailscale|nordlynx|proton|OpenVPN|WireGuard)/.test(name),
    );
  const { stdout } = await run('scutil', ['--nwi']);
  return [...new Set([...stdout.matchAll(/^\s*((?:utun|ipsec|ppp)\d+) : flags/gm)].map(([, name]) => name!))];
}
