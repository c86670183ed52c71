/** What is promised beside speed, row by row, with the tests that keep it: read by build/quality.mjs. */

/** @typedef {{ what: string, figure?: string, tests: string[], open?: string }} Promised `open`: what is not reached, and why */

/** @type {{ title: string, rows: Promised[] }[]} */
export const PROMISES = [
  {
    title: 'Nothing lost',
    rows: [
      {
        what: 'Applies under load',
        figure: '100 applies, no request failed',
        tests: ['test/flows/apply-under-load.test.ts'],
      },
      {
        what: 'A backend killed, hung, reset, slow or answering garbage under load',
        figure: 'no GET failed while one was healthy, no POST sent twice',
        tests: ['test/flows/faults.test.ts', 'test/flows/retry.test.ts'],
      },
      {
        what: 'Kill -9 in the middle of an apply',
        figure: '12 moments; the old config or the new one, whole',
        tests: ['test/flows/faults.test.ts'],
      },
      {
        what: 'A full disk, a folder that is read-only, a corrupt file',
        figure: 'a problem that says so; the last good config serves',
        tests: ['test/flows/faults.test.ts', 'test/engine/config/file.test.ts', 'test/engine/keeper.test.ts'],
      },
      {
        what: 'No descriptors left',
        figure: 'lives on, and serves again when there are some',
        tests: ['test/flows/faults.test.ts'],
      },
      {
        what: '5,000 idle WebSockets, 10,000 kept connections, a soak',
        figure: 'memory and descriptors level off; `npm run bench -- --scenario soak --seconds N` for longer ones',
        tests: ['test/flows/many-connections.test.ts'],
      },
      {
        what: 'Sleep and wake, a clock that jumps, a network that comes back',
        figure: 'certificates, orders and health recover by themselves',
        tests: [
          'test/engine/tls/contexts.test.ts',
          'test/engine/health/registry-states.test.ts',
          'test/engine/system/doctor/machine.test.ts',
          'test/flows/acme-authority.test.ts',
        ],
      },
      {
        what: 'The config of another proxy comes over, and goes back',
        figure: '150 random configs each by Caddy and nginx, the same routing after export and import',
        tests: ['test/peers/import.test.ts', 'test/engine/import/round-trip.test.ts'],
      },
      {
        what: 'Rate limits shared through Redis when it dies',
        figure: 'each engine counts by itself; no request failed',
        tests: ['test/flows/ratelimit-shared.test.ts'],
      },
      {
        what: 'The installed package, removed',
        figure: 'every file of /etc, /usr, /opt and /var as before',
        tests: ['test/package/deb.spec.ts', 'test/cli/uninstall.test.ts'],
      },
      {
        what: 'The same behaviour as the proxies people know',
        figure: 'one table of cases run against four; [where we differ, and why](peers.md)',
        tests: ['test/peers/cases.test.ts', 'test/peers/export.test.ts'],
      },
    ],
  },
  {
    title: 'Nobody in',
    rows: [
      {
        what: 'Listeners and control on loopback; control socket 0600; no control from web pages or by DNS rebinding',
        tests: ['test/control/server.test.ts', 'test/control/abuse.test.ts', 'test/engine/binding.test.ts'],
      },
      {
        what: 'IPC: sender checked, schema parsed; sandbox, isolation, CSP, no navigation, no permission',
        tests: ['test/app/security.spec.ts', 'test/main/electronegativity.test.ts'],
      },
      {
        what: 'Request smuggling, odd heads, header injection, downgrade from HTTP/2',
        tests: [
          'test/flows/smuggling.test.ts',
          'test/flows/bad-requests.test.ts',
          'test/engine/proxy/h2/hostile.test.ts',
          'test/engine/proxy/request-head.test.ts',
        ],
      },
      { what: 'Forged forwarding headers', tests: ['test/flows/forwarded.test.ts'] },
      { what: 'Path tricks on static files', tests: ['test/engine/proxy/static.test.ts'] },
      {
        what: 'Malformed DNS packets',
        figure: '100,000 mutated ones',
        tests: ['test/engine/dns/mutations.test.ts', 'test/engine/dns/forward.test.ts'],
      },
      {
        what: 'Hostile config files: aliases and merges that double, depth, size, odd keys',
        figure: 'refused at once, the old config in force',
        tests: ['test/flows/hostile-config.test.ts', 'test/engine/config/parse.test.ts'],
      },
      {
        what: 'Models that random cases are held to',
        figure: 'router, header rules, config edits, DNS answers',
        tests: [
          'test/engine/proxy/router-model.test.ts',
          'test/engine/proxy/headers-model.test.ts',
          'test/engine/config/round-trip.test.ts',
          'test/engine/dns/dns.test.ts',
        ],
      },
      { what: 'TLS settings, by sslscan', tests: ['test/flows/tls-scan.test.ts'] },
      {
        what: 'Fuses of the package; updates that were tampered with',
        figure: 'every fuse set; a wrong sum is refused and thrown away',
        tests: ['test/package/config.test.ts', 'test/package/deb.spec.ts'],
      },
      {
        what: 'The CA signs for the names in use alone; its key is 0600; no certificate for what is not served',
        tests: ['test/flows/trusted-browser.test.ts', 'test/engine/tls/authority.test.ts', 'test/flows/https.test.ts'],
      },
    ],
  },
  {
    title: 'Friendly',
    rows: [
      {
        what: 'Every error says what to do next',
        figure: '[all of them](errors.md)',
        tests: ['test/docs.test.ts'],
      },
      {
        what: 'Keyboard everywhere, axe clean, both themes, 200 % zoom, 900×600 to 4K',
        tests: ['test/app/keyboard.spec.ts', 'test/app/looks.spec.ts', 'test/renderer/window.test.ts'],
      },
      {
        what: 'Long work shows progress and can be cancelled',
        tests: ['test/flows/services.test.ts', 'test/app/services.spec.ts'],
      },
    ],
  },
];
