/** What to do where no Docker answers, by the system and by the reason. Pure. */

export interface DockerStep {
  text: string;
  /** To be pasted into a terminal. */
  line?: string;
}

const LINUX_INSTALL: DockerStep = {
  text: 'Install Docker, as on Debian and Ubuntu:',
  line: 'sudo apt install docker.io',
};
const LINUX: DockerStep[] = [
  { text: 'Start it:', line: 'sudo systemctl enable --now docker' },
  { text: 'Or let Podman answer for your user:', line: 'systemctl --user enable --now podman.socket' },
];
const MAC: DockerStep[] = [
  { text: 'Start Docker Desktop, OrbStack or Rancher Desktop where you have one.' },
  { text: 'Or install Colima and start it:', line: 'brew install colima docker && colima start' },
];
const WINDOWS: DockerStep[] = [
  { text: 'Start Docker Desktop where you have it.' },
  { text: 'Or install it:', line: 'winget install Docker.DockerDesktop' },
];
const FORBIDDEN: DockerStep[] = [
  { text: 'Add yourself to the group of Docker:', line: 'sudo usermod -aG docker "$USER"' },
  { text: 'Log out and in again, so that it counts.' },
];
const ELSEWHERE: DockerStep[] = [
  { text: 'Name a Docker of this machine as docker.host in the config, or choose another context.' },
];

/** `code`: of the problem; `agent`: Chromium's own answer to what it runs on. */
export function dockerSteps(code: string | undefined, agent: string): readonly DockerStep[] {
  if (code === 'DOCKER_FORBIDDEN') return FORBIDDEN;
  if (code === 'DOCKER_REMOTE' || code === 'DOCKER_HOST_INVALID') return ELSEWHERE;
  if (/Macintosh|Mac OS X/.test(agent)) return MAC;
  if (/Windows/.test(agent)) return WINDOWS;
  // One that is there and silent needs no second one.
  return code === 'DOCKER_MISSING' ? [LINUX_INSTALL, ...LINUX] : LINUX;
}
