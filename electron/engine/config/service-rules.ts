/** What holds for services beyond the types of their keys. */
import { isValidCidr } from '../../../shared/cidr.ts';
import { isHostPattern, whyTooLong } from '../../../shared/host.ts';
import { nearest } from '../../../shared/nearest.ts';
import { problem, type ConfigPath, type Problem } from '../../../shared/problem.ts';
import { domainOf, SERVICE_TYPES, serviceType, type ServiceConfig } from '../../../shared/service-config.ts';

export function checkServices(services: readonly ServiceConfig[]): Problem[] {
  const names = new Map<string, number>();
  return services.flatMap((service, index) => {
    const path = ['services', index];
    const first = names.get(service.name);
    if (first === undefined) names.set(service.name, index);
    return [
      ...(first === undefined ? [] : [duplicate(service.name, [...path, 'name'])]),
      ...checkType(service, path),
      ...checkPorts(service, path),
      ...checkDomain(service, path),
    ];
  });
}

const duplicate = (name: string, path: ConfigPath): Problem =>
  problem('CONFIG_SERVICE_DUPLICATE', `Two services are named "${name}".`, {
    path,
    fix: 'Give each a name of its own.',
  });

function checkType({ type, image, name }: ServiceConfig, path: ConfigPath): Problem[] {
  const known = serviceType(type);
  if (known === undefined) {
    const near = nearest(type ?? '', SERVICE_TYPES);
    return [
      problem('CONFIG_SERVICE_TYPE', `There is no service type "${type}".`, {
        path: [...path, 'type'],
        fix: near === undefined ? `Use one of ${SERVICE_TYPES.join(', ')}.` : `Did you mean "${near}"?`,
      }),
    ];
  }
  if (known !== 'custom' || image !== undefined) return [];
  return [
    problem('CONFIG_SERVICE_IMAGE', `It is not said which image "${name}" is made from.`, {
      path: [...path, 'image'],
      fix: `Give an image, or a type: ${SERVICE_TYPES.filter((each) => each !== 'custom').join(', ')}.`,
    }),
  ];
}

function checkPorts({ exposed_ports = [] }: ServiceConfig, path: ConfigPath): Problem[] {
  return exposed_ports.flatMap((entry, index) => {
    const numbers = String(entry)
      .split('/')[0]!
      .split(':')
      .filter((part) => /^\d+$/.test(part));
    return numbers.every((text) => Number(text) >= 1 && Number(text) <= 65_535)
      ? []
      : [
          problem('CONFIG_SERVICE_PORT', `"${entry}" is beyond the ports there are.`, {
            path: [...path, 'exposed_ports', index],
            fix: 'Use 1 to 65535.',
          }),
        ];
  });
}

function checkDomain(service: ServiceConfig, path: ConfigPath): Problem[] {
  const host = domainOf(service);
  const problems: Problem[] = [];
  if (host !== undefined && (!isHostPattern(host) || host.includes('*'))) {
    const why = whyTooLong(host);
    problems.push(
      problem('CONFIG_SERVICE_DOMAIN', `"${host}" is no host name${why ? `: ${why}` : ''}.`, {
        path: typeof service.domain === 'string' ? [...path, 'domain'] : [...path, 'domain', 'domain'],
        fix: why ? 'Shorten it.' : 'Write it as app-db.local.',
      }),
    );
  }
  const cidrs = typeof service.domain === 'object' ? (service.domain.allowed_cidrs ?? []) : [];
  for (const [index, cidr] of cidrs.entries())
    if (!isValidCidr(cidr))
      problems.push(
        problem('CONFIG_CIDR', `"${cidr}" is not an address or a CIDR block.`, {
          path: [...path, 'domain', 'allowed_cidrs', index],
          fix: 'Write it as 10.0.0.0/8 or fd00::/8.',
        }),
      );
  return problems;
}
