/** All rows, in the order of the document, and what the table says of each. */
import { readSource } from '../../kit/source-tree.ts';
import { BODIES } from './bodies.ts';
import type { Area, Outcome } from './case.ts';
import { FAILURES } from './failures.ts';
import { FORWARDING } from './forwarding.ts';
import { ODD_REQUESTS } from './odd-requests.ts';
import { UPGRADES } from './upgrades.ts';

export const TABLE: Area[] = [FORWARDING, BODIES, FAILURES, ODD_REQUESTS, UPGRADES];

/** By area and row; docs/peers.md is written from the same file. */
export const OUTCOMES = JSON.parse(readSource('test/peers/cases/outcomes.json')) as Record<
  string,
  Record<string, Outcome>
>;
