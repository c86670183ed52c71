/** Writes the config of another proxy, and lists what that one cannot say. */
import type { Generation, ListenAddress } from '../generation.ts';
import type { ExportTarget, Exported } from '../../../shared/export.ts';
import { toCaddy } from './caddy.ts';
import { toGatewayApi } from './gateway-api.ts';
import { toHaproxy } from './haproxy.ts';
import { toNginx } from './nginx.ts';
import { planExport, type ExportPlan, type Loss } from './plan.ts';
import { toTraefik } from './traefik.ts';

const WRITERS: Record<ExportTarget, (plan: ExportPlan) => { text: string; losses: Loss[] }> = {
  caddy: toCaddy,
  traefik: toTraefik,
  nginx: toNginx,
  haproxy: toHaproxy,
  'gateway-api': toGatewayApi,
};

export function exportConfig(
  target: ExportTarget,
  generation: Pick<Generation, 'sites'>,
  listeners: readonly ListenAddress[],
): Exported {
  const plan = planExport(generation, listeners);
  const { text, losses } = WRITERS[target](plan);
  return { target, text, losses: once([...plan.losses, ...losses]) };
}

const once = (losses: Loss[]): Loss[] => [
  ...new Map(losses.map((loss) => [`${loss.where} ${loss.what}`, loss])).values(),
];
