/** The commands of the services: what each takes and gives. */
import { z } from 'zod';
import type {
  ServiceAddress,
  ServiceDetail,
  ServiceLogs,
  ServicePlan,
  ServiceSecret,
  ServicesReport,
  ServiceState,
} from './service.ts';
import { serviceSchema } from './service-config.ts';

const none = z.strictObject({}).optional();
const serviceName = z.string().min(1).max(63);
const namedService = z.strictObject({ name: serviceName });

export const serviceRequests = {
  'services.list': none,
  /** Begins; what comes of it is pushed. The password, given or made, is kept in the home folder and not in the config. */
  'services.create': z.strictObject({ service: serviceSchema }),
  'services.start': namedService,
  'services.stop': namedService,
  'services.restart': namedService,
  /** Makes the container anew from the config; data and credentials stay. */
  'services.recreate': namedService,
  'services.delete': z.strictObject({
    name: serviceName,
    volumes: z.boolean().default(false).describe('Also the data and the password.'),
  }),
  /** Ends what is under way for it. */
  'services.cancel': namedService,
  'services.logs': z.strictObject({
    name: serviceName,
    tail: z.number().int().min(0).max(5_000).default(200),
    cursor: z.string().max(64).optional().describe('Of the last answer: only what came after it.'),
    wait: z.number().int().min(0).max(25_000).default(0).describe('Milliseconds, for a first new line.'),
  }),
  'services.inspect': namedService,
  /** Without the password. */
  'services.url': namedService,
  /** With the password, for whoever asks for it outright. */
  'services.secret': namedService,
  'services.plan': z.strictObject({ name: serviceName.optional() }).optional(),
} as const;

export interface ServiceReplies {
  'services.list': ServicesReport;
  'services.create': ServiceState;
  'services.start': ServiceState;
  'services.stop': ServiceState;
  'services.restart': ServiceState;
  'services.recreate': ServiceState;
  /** Names of the volumes that went. */
  'services.delete': { volumes: string[] };
  'services.cancel': { cancelled: boolean };
  'services.logs': ServiceLogs;
  'services.inspect': ServiceDetail;
  'services.url': ServiceAddress;
  'services.secret': ServiceSecret;
  'services.plan': ServicePlan[];
}
