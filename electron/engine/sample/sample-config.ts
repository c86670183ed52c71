/** The commented config of a first run: it works at once, and teaches the next step. */

export interface SamplePorts {
  http: number;
  hello: readonly [number, number];
}

export function sampleConfig({ http, hello }: SamplePorts): string {
  return `# Mogoly: names, load balancing and health for the dev servers on this machine.
# Edit this file or use the window: a change is checked and applied as you save, comments stay.
# Check it with \`mogoly check\`, see what happens with \`mogoly status\` and \`mogoly events -f\`.

listen:
  http: ${http}        # on this machine only; "0.0.0.0:${http}" opens it to the network

# One entry a site: the name you open, and the dev servers behind it.
server:
  # Open http://demo.localhost:${http} and reload: two sample servers answer in turn.
  - name: demo.localhost
    strategy: round_robin        # or least_connections, random, ip_hash
    balance:
      - { name: hello-1, url: "http://127.0.0.1:${hello[0]}" }
      - { name: hello-2, url: "http://127.0.0.1:${hello[1]}" }   # weight: 2 gives it twice the share
    health_check:
      path: /healthz             # asked of each; one that fails gets no requests until it is back
      interval: 10s

  # Your own: start a dev server on port 3000, take the # away below, save, and open
  # http://app.localhost:${http}. Or run: mogoly map app.localhost 3000
  # - name: app.localhost
  #   url: http://localhost:3000
`;
}
