/** The `services` and `docker` keys of the config: database containers beside the pools. */
import { z } from 'zod';

export const SERVICE_TYPES = ['postgresql', 'mysql', 'mariadb', 'mongodb', 'redis', 'custom'] as const;
export type ServiceType = (typeof SERVICE_TYPES)[number];

const portNumber = z.number().int().min(1).max(65_535);

/** The first names a port of this machine; `15432:5432`, `5432`, `5432/tcp`. */
const PORT_TEXT = /^(?:(?:127\.0\.0\.1|localhost):)?(?:\d{1,5}:)?\d{1,5}(?:\/(?:tcp|udp))?$/;

const volume = z.strictObject({
  name: z.string().min(1).describe('A volume of Docker, or an absolute folder of this machine.'),
  container_path: z.string().startsWith('/').describe('Where it is inside the container.'),
  read_only: z.boolean().optional(),
  driver: z.string().optional().describe('Of a new volume (local).'),
  driver_opts: z.record(z.string(), z.string()).optional(),
});

const domain = z.union([
  z.string().min(1),
  z.strictObject({
    domain: z.string().min(1),
    cert_resolver: z.string().optional().describe('Of the old project; databases have no certificate here.'),
    entrypoint: z.string().optional().describe('A port to listen on; that of the type unless given.'),
    allowed_cidrs: z
      .array(z.string())
      .optional()
      .describe('Who else may connect, as in 192.168.1.0/24; only this machine unless given.'),
  }),
]);

export const serviceSchema = z
  .strictObject({
    type: z
      .string()
      .min(1)
      .optional()
      .describe('postgresql (or postgres), mysql, mariadb, mongodb, redis, or custom; custom unless given.'),
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, 'use letters, digits, "_", "." and "-", at most 63')
      .describe('Unique among the services.'),
    image: z.string().min(1).optional().describe('In place of that of the type; needed for custom.'),
    username: z.string().min(1).optional().describe('Made when the data are; a usual one unless given.'),
    password: z
      .string()
      .min(1)
      .optional()
      .describe('Generated unless given, and then kept in the home folder, never here.'),
    database_name: z
      .string()
      .min(1)
      .optional()
      .describe('Made when the data are; the name of the service unless given.'),
    version: z.string().min(1).optional().describe('Tag of the image.'),
    use_latest_version: z.boolean().optional().describe('The tag latest.'),
    variables: z.record(z.string(), z.string()).optional().describe('Environment of the container.'),
    exposed_ports: z
      .array(
        z.union([portNumber, z.string().regex(PORT_TEXT, 'use "5432" or "15432:5432"; ports open on loopback only')]),
      )
      .optional()
      .describe('Of the container, each published on 127.0.0.1: "15432:5432" on that port, "5432" on a free one.'),
    volumes: z.array(volume).optional().describe('Where the data are; one named after the service unless given.'),
    domain: domain.optional().describe('A name that leads to the service, on the usual port of its type.'),
  })
  .describe('A database container.');

export const dockerSchema = z
  .strictObject({
    host: z.string().min(1).optional().describe('As in unix:///run/docker.sock; found by itself unless given.'),
    registry_mirror: z
      .string()
      .min(1)
      .optional()
      .describe('Where images of Docker Hub are pulled from, as in mirror.example.com or 127.0.0.1:5000.'),
    labels: z
      .boolean()
      .default(true)
      .describe('Running containers labelled mogoly.host and mogoly.port are sites by themselves.'),
  })
  .prefault({})
  .describe('How Docker, or Podman, is used.');

export type ServiceConfig = z.output<typeof serviceSchema>;
export type ServiceFile = z.input<typeof serviceSchema>;
export type DockerConfig = z.output<typeof dockerSchema>;

/** Names that the old project and people use for a type. */
const ALIASES = new Map<string, ServiceType>([
  ...SERVICE_TYPES.map((type) => [type, type] as const),
  ['postgres', 'postgresql'],
  ['pg', 'postgresql'],
  ['mongo', 'mongodb'],
]);

/** Undefined for a type that there is none of. */
export const serviceType = (name = 'custom'): ServiceType | undefined => ALIASES.get(name.toLowerCase());

/** The name of its `domain`, whichever way that is written. */
export const domainOf = ({ domain }: Pick<ServiceConfig, 'domain'>): string | undefined =>
  typeof domain === 'string' ? domain : domain?.domain;
