/** Docker is not there, or went away: what that means, where it was looked for, and what to do. */
import { useState } from 'react';
import { LoaderCircle, OctagonAlert, Settings2 } from 'lucide-react';
import { Button } from '../../parts/button.tsx';
import { CopyLine } from '../../parts/copy-line.tsx';
import { loadServices } from '../../store/services.ts';
import { setView } from '../../store/view.ts';
import { dockerSteps } from './docker-steps.ts';
import type { DockerState } from '../../../shared/service.ts';

export function NoDocker({ docker }: { docker: DockerState }) {
  const { problem } = docker;
  return (
    <section className="page" aria-label="Services">
      <div className="no-docker">
        <h1 tabIndex={-1}>Services need Docker or Podman</h1>
        <p role="alert">{problem?.message ?? 'None answers on this machine.'}</p>
        <p className="muted">Everything else goes on: sites, names and certificates do not need it.</p>
        <Steps docker={docker} />
        <div className="no-docker-actions">
          <LookAgain look="accent" />
          <ToConfig />
        </div>
        <p className="muted">It is also looked for by itself; this page changes when it answers.</p>
        <Tried docker={docker} />
      </div>
    </section>
  );
}

/** Above the services that are known. */
export function DockerAway({ docker }: { docker: DockerState }) {
  const { problem } = docker;
  return (
    <section className="banner banner-error" role="alert" aria-label="Docker">
      <OctagonAlert size={16} aria-hidden className="banner-icon" />
      <div className="banner-body">
        <h2>{problem?.message ?? 'Docker does not answer.'}</h2>
        <p>
          {problem?.fix} <span className="muted">It is looked for by itself.</span>
        </p>
        <Tried docker={docker} />
      </div>
      <LookAgain look="plain" />
    </section>
  );
}

function Steps({ docker }: { docker: DockerState }) {
  const { problem } = docker;
  return (
    <ol className="no-docker-steps">
      {dockerSteps(problem?.code, navigator.userAgent).map(({ text, line }) => (
        <li key={text}>
          <p>{text}</p>
          {line !== undefined && <CopyLine line={line} label={text} />}
        </li>
      ))}
    </ol>
  );
}

function LookAgain({ look }: { look: 'accent' | 'plain' }) {
  const [isLooking, setLooking] = useState(false);
  const again = async (): Promise<void> => {
    setLooking(true);
    await loadServices();
    setLooking(false);
  };
  return (
    <Button look={look} busy={isLooking} onClick={() => void again()}>
      {isLooking && <LoaderCircle size={14} className="spin" aria-hidden />} Look again
    </Button>
  );
}

function ToConfig() {
  return (
    <Button title="docker.host names one elsewhere on this machine" onClick={() => setView({ screen: 'config' })}>
      <Settings2 size={14} aria-hidden /> Set docker.host in the config
    </Button>
  );
}

function Tried({ docker: { tried = [], host } }: { docker: DockerState }) {
  const places = tried.length > 0 ? tried : host === undefined ? [] : [host];
  if (places.length === 0) return null;
  return (
    <details className="tried">
      <summary>Where it was looked for ({places.length})</summary>
      <ul>
        {places.map((place) => (
          <li key={place} className="mono">
            {place}
          </li>
        ))}
      </ul>
    </details>
  );
}
