/** Whether Docker, or Podman in its place, can be reached. */
import { connect, type NetConnectOpts } from 'node:net';
import { check } from '../check.ts';
import { dockerPlaces, type DockerPlace } from '../docker-places.ts';

/** A socket of this machine takes a connection at once, or nobody is behind it. */
const CONNECT_MS = 2_000;

export const docker = check({
  id: 'docker',
  title: 'Docker',
  async skip(deps) {
    const states = await reached(await dockerPlaces(deps));
    return states.every(({ place, code }) => !place.isNamed && (code === 'ENOENT' || code === 'ENOTDIR'))
      ? 'There is no Docker here; Mogoly works without.'
      : undefined;
  },
  async examine(deps) {
    const states = await reached(await dockerPlaces(deps));
    const found = states.find(({ code }) => code === undefined);
    if (found !== undefined) return `Docker answers at ${found.place.host}.`;
    const closed = states.find(({ code }) => code === 'EACCES');
    if (closed !== undefined)
      return [
        {
          status: 'warning' as const,
          isClosed: true,
          message: `Docker is at ${closed.place.host}, and this user may not use it.`,
        },
      ];
    const { place, code } = states.find((state) => state.code !== 'ENOENT') ?? states[0]!;
    const isElsewhere = place.connect === undefined;
    const message = isElsewhere
      ? `${place.host} is not on this machine, so what runs there has no port on this one.`
      : `Nobody answers at ${place.host} (${code}).`;
    return [{ status: 'warning' as const, isClosed: false, message }];
  },
  remedy: ({ isClosed }, { platform }) =>
    isClosed
      ? { title: 'Add yourself to its group, then log in again.', line: 'sudo usermod -aG docker "$USER"' }
      : {
          title: 'Start Docker, or choose another context.',
          line: platform === 'linux' ? 'sudo systemctl start docker' : 'docker context ls',
        },
});

interface Reached {
  place: DockerPlace;
  /** Why not; undefined where it took the connection. */
  code: string | undefined;
}

const reached = (places: DockerPlace[]): Promise<Reached[]> =>
  Promise.all(
    places.map(async (place) => ({
      place,
      code: place.connect === undefined ? 'ELSEWHERE' : await tried(place.connect),
    })),
  );

const tried = (options: NetConnectOpts): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = connect(options);
    const end = (code: string | undefined): void => {
      socket.destroy();
      resolve(code);
    };
    socket.setTimeout(CONNECT_MS, () => end('ETIMEDOUT'));
    socket.once('connect', () => end(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'EFAIL'));
  });
