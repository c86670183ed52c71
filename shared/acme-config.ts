/** The schema of the config's `acme` key. */
import { z } from 'zod';
import { duration } from './duration.ts';

/** What every provider of dns-01 records takes. */
const dnsProviderKeys = {
  resolvers: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe(
      "Asked whether the record is visible, as in 1.1.1.1 or [::1]:53; the zone's own name servers unless given.",
    ),
  propagation_timeout: duration.default(120_000).describe('How long the record may take to become visible (2m).'),
};

const acmeDns = z
  .discriminatedUnion('provider', [
    z.strictObject({
      provider: z.literal('cloudflare'),
      token: z
        .string()
        .min(1)
        .describe('An API token with Zone:Read and DNS:Edit; ${env:NAME} keeps it out of the file.'),
      zone: z.string().min(1).optional().describe('Name or id of the zone; found by the host unless given.'),
      api: z.url().optional().describe('Base URL of the API (https://api.cloudflare.com/client/v4).'),
      ...dnsProviderKeys,
    }),
    z.strictObject({
      provider: z.literal('exec'),
      command: z.string().min(1).describe('Run with "present" or "cleanup", the record name and its value.'),
      args: z.array(z.string()).optional().describe('Put before those three.'),
      ...dnsProviderKeys,
    }),
  ])
  .describe('Who sets the TXT records of dns-01.');

export const ACME_CHALLENGES = ['http-01', 'tls-alpn-01', 'dns-01'] as const;
export type AcmeChallenge = (typeof ACME_CHALLENGES)[number];

function isDirectory(text: string): boolean {
  if (text === 'letsencrypt' || text === 'letsencrypt-staging') return true;
  try {
    return new URL(text).protocol === 'https:';
  } catch {
    return false; // said by the caller
  }
}

export const acmeSchema = z
  .strictObject({
    email: z.email().optional(),
    directory: z
      .string()
      .refine(isDirectory, 'use letsencrypt, letsencrypt-staging, or an https URL')
      .default('letsencrypt')
      .describe('letsencrypt, letsencrypt-staging, or an https URL.'),
    ca_file: z.string().optional().describe("PEM file, trusted for the directory's own TLS only."),
    challenge: z
      .enum(ACME_CHALLENGES)
      .optional()
      .describe('How names are proved: dns-01 when dns is given, else http-01, then tls-alpn-01, unless told.'),
    dns: acmeDns.optional(),
  })
  .refine(({ challenge, dns }) => challenge !== 'dns-01' || dns !== undefined, {
    path: ['dns'],
    message: 'use a provider, since the challenge is dns-01',
  });

export type AcmeConfig = z.output<typeof acmeSchema>;
export type AcmeDnsConfig = z.output<typeof acmeDns>;
