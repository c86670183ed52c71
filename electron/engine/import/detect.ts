/** Which proxy a config is of, by its name and what stands in it. */
import { posix } from 'node:path';
import type { ImportSource } from '../../../shared/import.ts';

/** Undefined where nothing tells. */
export function detectSource(file: string, text: string): ImportSource | undefined {
  const name = posix.basename(file.replaceAll('\\', '/')).toLowerCase();
  if (/caddyfile/.test(name) || name.endsWith('.caddy')) return 'caddy';
  if (/^(docker-)?compose.*\.ya?ml$/.test(name)) return 'compose';
  if (/^nginx/.test(name)) return 'nginx';
  const lines = text.split('\n', 2_000).map((line) => line.replace(/#.*/, '').trim());
  if (/\.ya?ml$/.test(name)) return lines.some((line) => /^services:/.test(line)) ? 'compose' : undefined;
  if (
    lines.some((line) =>
      /^(server|http|events)\s*\{|^(server_name|listen|proxy_pass)\s.*;$|^upstream\s+\S+\s*\{/.test(line),
    )
  )
    return 'nginx';
  if (lines.some((line) => /^(reverse_proxy|file_server|handle|handle_path|redir|respond|encode|tls)(\s|$)/.test(line)))
    return 'caddy';
  return lines.some((line) => line === 'services:') ? 'compose' : undefined;
}
