/** The page of a sample server: which one answered, and how often. */

export interface HelloPage {
  server: string;
  count: number;
  host: string;
  path: string;
}

/** The second server has another colour, so that the turn shows at a glance. */
const HUES = new Map([
  ['hello-1', 210],
  ['hello-2', 28],
]);

export function helloPage({ server, count, host, path }: HelloPage): string {
  const hue = HUES.get(server) ?? 270;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(server)} · Mogoly</title>
<style>
  :root { color-scheme: light dark; --accent: hsl(${hue} 80% 45%); --ground: hsl(${hue} 30% 97%); --card: #fff; --text: #1c2430; --quiet: #5d6878; }
  @media (prefers-color-scheme: dark) { :root { --accent: hsl(${hue} 85% 65%); --ground: hsl(${hue} 18% 10%); --card: hsl(${hue} 16% 15%); --text: #eef1f5; --quiet: #a3adba; } }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--ground); color: var(--text); font: 16px/1.6 system-ui, sans-serif; }
  main { max-width: 30rem; margin: 1.5rem; padding: 2.5rem; border-radius: 1rem; background: var(--card); border-top: 6px solid var(--accent); box-shadow: 0 10px 40px rgb(0 0 0 / .08); }
  h1 { margin: 0 0 .5rem; font-size: 2.25rem; line-height: 1.2; color: var(--accent); }
  p { margin: .5rem 0; }
  .quiet { color: var(--quiet); }
  code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
  output { font-weight: 600; }
</style>
</head>
<body>
<main>
  <h1>${escapeHtml(server)}</h1>
  <p>answered <code>${escapeHtml(host)}${escapeHtml(path)}</code>.<br>It has answered <strong>${count}</strong> ${count === 1 ? 'time' : 'times'}.</p>
  <p>Reload: Mogoly lets its two sample servers take turns.</p>
  <p class="quiet">Live through the proxy: <output id="live">connecting…</output></p>
</main>
<script>
  const live = document.getElementById('live');
  const events = new EventSource('/events');
  events.onmessage = (event) => { live.textContent = event.data; };
  events.onerror = () => { live.textContent = 'reconnecting…'; };
</script>
</body>
</html>
`;
}

const ENTITIES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES.get(char) ?? char);
}
