/** All checks there are, in the order of their weight. */
import type { Check } from './check.ts';
import { certificates } from './checks/certificates.ts';
import { clock } from './checks/clock.ts';
import { docker } from './checks/docker.ts';
import { files } from './checks/files.ts';
import { instance } from './checks/instance.ts';
import { ipv6 } from './checks/ipv6.ts';
import { localNames } from './checks/local-names.ts';
import { override } from './checks/override.ts';
import { ports } from './checks/ports.ts';
import { privilegedPorts } from './checks/privileged-ports.ts';
import { refusedHosts } from './checks/refused-hosts.ts';
import { resolver } from './checks/resolver.ts';
import { trust } from './checks/trust.ts';

export const CHECKS: readonly Check[] = [
  ports,
  privilegedPorts,
  resolver,
  override,
  localNames,
  ipv6,
  trust,
  certificates,
  clock,
  refusedHosts,
  files,
  instance,
  docker,
];
