/** Brings an image here: from its registry or the mirror, with progress, until it is cancelled. */
import { failure, problem, success, type Problem, type Result } from '../../../shared/problem.ts';
import type { PullProgress } from '../../../shared/service.ts';
import type { Client } from './docker.ts';
import { dockerProblem, statusOf } from './docker-problem.ts';
import { pullReference } from './spec.ts';

export interface PullOptions {
  service: string;
  image: string;
  mirror: string | undefined;
  signal: AbortSignal;
  onProgress: (progress: PullProgress) => void;
}

/** Registry, path in lower case, tag, digest: github.com/distribution/reference. */
const IMAGE_NAME =
  /^(?:[\w.-]+(?::\d+)?\/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

export const cancelled = (service: string): Problem =>
  problem('SERVICE_CANCELLED', `${service} was cancelled.`, { fix: 'Create it again when you want it.' });

/** Nothing is pulled where the image is here. Errors: SERVICE_CANCELLED, those of docker-problem.ts. */
export async function ensureImage(client: Client, options: PullOptions): Promise<Result<undefined>> {
  const { image, service, mirror, signal } = options;
  if (!IMAGE_NAME.test(image)) return failure(dockerProblem(new Error('invalid reference format'), { service, image }));
  try {
    if (await hasImage(client, image)) return success(undefined);
    const reference = pullReference(image, mirror);
    const pulled = await pull(client, reference, options);
    if (!pulled.ok) return pulled;
    // Docker that dies, too, ends what it says without a word; Podman says no more when all went well.
    if (!(await hasImage(client, reference))) return failure(cutShort(image));
    if (reference === image) return pulled;
    const { repository, tag } = splitTag(image);
    await client.getImage(reference).tag({ repo: repository, tag });
    await dropName(client, reference);
    return success(undefined);
  } catch (error) {
    return failure(signal.aborted ? cancelled(service) : dockerProblem(error, { service, image }));
  }
}

const cutShort = (image: string): Problem =>
  problem('SERVICE_PULL_FAILED', `${image} could not be pulled: it ended too early.`, { fix: 'Try again.' });

/** Its name at the mirror; one that Podman knows by no other would go with it. */
async function dropName(client: Client, reference: string): Promise<void> {
  const { RepoTags } = await client.getImage(reference).inspect();
  if (RepoTags.length > 1) await client.getImage(reference).remove();
}

async function hasImage(client: Client, image: string): Promise<boolean> {
  try {
    await client.getImage(image).inspect();
    return true;
  } catch (error) {
    if (statusOf(error) === 404 || statusOf(error) === 500) return false;
    throw error;
  }
}

const splitTag = (image: string): { repository: string; tag: string } => {
  const colon = image.lastIndexOf(':');
  return colon > image.lastIndexOf('/')
    ? { repository: image.slice(0, colon), tag: image.slice(colon + 1) }
    : { repository: image, tag: 'latest' };
};

interface PullLine {
  id?: string;
  status?: string;
  error?: string;
  progressDetail?: { current?: number; total?: number };
}

async function pull(client: Client, reference: string, options: PullOptions): Promise<Result<undefined>> {
  const { service, image, signal, onProgress } = options;
  const stream = (await client.pull(reference, { abortSignal: signal })) as NodeJS.ReadableStream & {
    destroy: () => void;
  };
  // Docker stops a pull that nobody reads.
  signal.addEventListener('abort', () => stream.destroy(), { once: true });
  const layers = createLayers();
  return new Promise((resolve) => {
    let problemSaid: Problem | undefined;
    let rest = '';
    stream.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      for (const text of lines.filter((line) => line.trim() !== '')) {
        const line = JSON.parse(text) as PullLine;
        if (line.error !== undefined) problemSaid = dockerProblem(new Error(line.error), { service, image });
        if (layers.take(line)) onProgress(layers.progress());
      }
    });
    const end = (): void => {
      if (signal.aborted) resolve(failure(cancelled(service)));
      else resolve(problemSaid === undefined ? success(undefined) : failure(problemSaid));
    };
    stream.on('end', end);
    stream.on('close', end);
    stream.on('error', end);
  });
}

/** Downloading is most of the wait, unpacking the rest. */
const DOWNLOAD_SHARE = 0.8;

/** Adds the layers up; exported for its test. */
export function createLayers(): { take: (line: PullLine) => boolean; progress: () => PullProgress } {
  const layers = new Map<string, { bytes: number; total: number; unpacked: number }>();
  return {
    take({ id, status = '', progressDetail }) {
      if (id === undefined) return false;
      const layer = layers.get(id) ?? { bytes: 0, total: 0, unpacked: 0 };
      const { current = 0, total = 0 } = progressDetail ?? {};
      if (status === 'Downloading' && total > 0) layers.set(id, { ...layer, bytes: current, total });
      else if (status === 'Download complete') layers.set(id, { ...layer, bytes: layer.total });
      else if (status === 'Extracting' && total > 0)
        layers.set(id, { bytes: total, total, unpacked: Math.min(current, total) });
      else if (status === 'Pull complete' && layer.total > 0)
        layers.set(id, { ...layer, bytes: layer.total, unpacked: layer.total });
      else return false;
      return true;
    },
    progress() {
      let [bytes, totalBytes, unpacked] = [0, 0, 0];
      for (const layer of layers.values()) {
        bytes += layer.bytes;
        totalBytes += layer.total;
        unpacked += layer.unpacked;
      }
      const done = totalBytes === 0 ? 0 : (bytes * DOWNLOAD_SHARE + unpacked * (1 - DOWNLOAD_SHARE)) / totalBytes;
      return { percent: Math.min(100, Math.round(done * 100)), bytes, totalBytes };
    },
  };
}
