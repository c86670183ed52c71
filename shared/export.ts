/** What `mogoly export` gives: the config of another proxy. */
export const EXPORT_TARGETS = ['caddy', 'traefik', 'nginx', 'haproxy', 'gateway-api'] as const;
export type ExportTarget = (typeof EXPORT_TARGETS)[number];

export interface Exported {
  target: ExportTarget;
  text: string;
  /** What the target cannot say, or says in another way. */
  losses: { where: string; what: string }[];
}
