/** Whether Docker, or Podman in its place, can be reached. */
import type { DockerState } from '../../../../../shared/service.ts';
import { check, type Fault } from '../check.ts';

interface DockerFault extends Fault {
  code: string | undefined;
}

export const docker = check<DockerFault>({
  id: 'docker',
  title: 'Docker',
  async skip({ docker }) {
    const { problem } = await docker();
    return problem?.code === 'DOCKER_MISSING' ? 'There is no Docker here; Mogoly works without.' : undefined;
  },
  async examine({ docker }) {
    const state = await docker();
    if (state.available) return answers(state);
    const { problem } = state;
    return [{ status: 'warning', code: problem?.code, message: problem?.message ?? 'Docker does not answer.' }];
  },
  remedy: ({ code }, { platform }) =>
    code === 'DOCKER_FORBIDDEN'
      ? { title: 'Add yourself to its group, then log in again.', line: 'sudo usermod -aG docker "$USER"' }
      : {
          title: 'Start Docker, or choose another context.',
          line:
            platform === 'linux' && code === 'DOCKER_UNAVAILABLE' ? 'sudo systemctl start docker' : 'docker context ls',
        },
});

const answers = ({ product = 'Docker', version = '', host = '' }: DockerState): string =>
  `${[product, version].filter((word) => word !== '').join(' ')} answers at ${host}.`;
