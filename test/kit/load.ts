/** Steady requests over kept connections, each answer counted, for as long as a test wants. */
import { Agent } from 'node:http';
import { send, type SendOptions } from './http.ts';

export interface Load {
  answered: () => number;
  /** Ends when every connection has its last answer; gives what was no 200. */
  stop: () => Promise<string[]>;
}

export interface LoadOptions extends Pick<SendOptions, 'host' | 'path' | 'address'> {
  connections?: number;
}

/** Each connection sends its next request when it has the answer to the one before. */
export function startLoad(port: number, { connections = 8, ...options }: LoadOptions): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const failures: string[] = [];
  let answered = 0;
  let isOn = true;
  const work = async (): Promise<void> => {
    while (isOn) {
      try {
        const { status, body } = await send(port, { ...options, agent });
        if (status === 200) answered++;
        else failures.push(`${status} ${body}`);
      } catch (error) {
        failures.push(String(error));
      }
    }
  };
  const workers = Array.from({ length: connections }, work);
  return {
    answered: () => answered,
    async stop() {
      isOn = false;
      await Promise.all(workers);
      agent.destroy();
      return failures;
    },
  };
}
