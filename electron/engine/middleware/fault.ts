/** Rehearses failure: delays, errors and lost connections. */
import { z } from 'zod';
import { duration } from '../../../shared/config.ts';
import type { AbortReply, LocalReply, MiddlewareFactory, MiddlewareRequest } from '../generation.ts';
import { matchPath, pathRule, splitPath } from './path-rule.ts';
import { refuse } from './reply.ts';

/** A longer delay would hold requests and sockets for nothing. */
const MAX_DELAY_MS = 600_000;

const schema = z
  .strictObject({
    delay: duration
      .refine((ms) => ms <= MAX_DELAY_MS, 'use 10m at most')
      .optional()
      .meta({ title: 'Delay', description: 'How long a request waits before it goes on, 10m at most.' }),
    status: z.number().int().min(200).max(599).optional().meta({
      title: 'Answer with status',
      description: 'Sent in the place of what the backend would answer, from 200 to 599.',
    }),
    abort: z
      .boolean()
      .default(false)
      .meta({ title: 'Drop the connection', description: 'Ends the connection without an answer.' }),
    probability: z.number().min(0).max(1).default(1).meta({
      title: 'Share of requests',
      description: 'How many of them are struck, from 0 (none) to 1 (all).',
    }),
    methods: z
      .array(z.string().min(1))
      .optional()
      .meta({ title: 'Only these methods', description: 'Requests with these alone are struck; all unless given.' }),
    paths: z.array(pathRule).optional().meta({
      title: 'Only these paths',
      description: 'Requests to these alone are struck, exact or a prefix that ends in *; all unless given.',
    }),
  })
  .refine(
    ({ delay, status, abort }) => delay !== undefined || status !== undefined || abort,
    'has nothing to do: give delay, status or abort',
  )
  .meta({ title: 'Rehearsed faults' });

type FaultConfig = z.output<typeof schema>;

export const fault: MiddlewareFactory<typeof schema> = {
  description: 'Delays, fails or drops requests, to rehearse what happens then.',
  schema,
  create: (config, context) => {
    const naps = createNaps();
    const outcome = (): LocalReply | AbortReply | undefined => {
      if (config.abort) return { abort: true };
      if (config.status === undefined) return undefined;
      return refuse(
        config.status,
        'FAULT_INJECTED',
        `${context.site} answers ${config.status} because that is rehearsed.`,
        {
          title: 'This answer is rehearsed',
          fix: 'Remove its fault middleware in Mogoly to end it.',
        },
      );
    };
    return {
      name: 'fault',
      onRequest: (request) => {
        if (!isStruck(config, request)) return undefined;
        return config.delay ? naps.sleep(config.delay).then(outcome) : outcome();
      },
      close: naps.end,
    };
  },
};

function isStruck({ methods, paths, probability }: FaultConfig, { method, path }: MiddlewareRequest): boolean {
  if (methods && !methods.some((each) => each.toUpperCase() === method)) return false;
  const { pathname } = splitPath(path);
  if (paths && !paths.some((rule) => matchPath(rule, pathname) !== undefined)) return false;
  return Math.random() < probability;
}

/** Delays that all end at once when the middleware goes. */
function createNaps(): { sleep: (ms: number) => Promise<void>; end: () => void } {
  const waiting = new Map<NodeJS.Timeout, () => void>();
  return {
    sleep: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => {
          waiting.delete(timer);
          resolve();
        }, ms);
        waiting.set(timer, resolve);
      }),
    end: () => {
      for (const [timer, resolve] of waiting) {
        clearTimeout(timer);
        resolve();
      }
      waiting.clear();
    },
  };
}
