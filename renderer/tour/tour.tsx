/** The guided start: from the sample to a name of one's own with trusted https, each step to take or to leave. */
import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { X } from 'lucide-react';
import { MapStep } from './map-step.tsx';
import { PlanStep } from './plan-step.tsx';
import { Button, IconButton } from '../parts/button.tsx';
import { isMac } from '../platform.ts';
import { openUrl } from '../store/changes.ts';
import { liveStore } from '../store/live.ts';
import { isSampleOnly, SAMPLE_SITE } from '../store/site-filter.ts';
import { closeTour, goToStep, nextStep, noteTrust, offerTour, TOUR_STEPS, tourStore } from '../store/tour.ts';
import '../style/tour.css';

export function Tour() {
  const { phase, step } = useStore(tourStore);
  const isFirstRun = useStore(liveStore, (state) => {
    const sites = state.snapshot?.sites;
    return sites === undefined ? undefined : isSampleOnly(sites);
  });
  useEffect(() => {
    if (isFirstRun !== undefined) offerTour(isFirstRun);
  }, [isFirstRun]);
  const box = useRef<HTMLElement>(null);
  const shown = useRef(step);
  // The button that led on is gone; what had the keyboard next would close it all.
  useEffect(() => {
    if (shown.current !== step) box.current?.querySelector<HTMLElement>('h2')?.focus();
    shown.current = step;
  }, [step]);
  if (phase !== 'open') return null;
  const next = (): void => goToStep(nextStep(step));
  const trusted = (isSkipped: boolean): void => {
    noteTrust(isSkipped);
    next();
  };
  return (
    <aside ref={box} className="tour" aria-label="Guided start">
      <header className="tour-head">
        <span>
          Step {TOUR_STEPS.indexOf(step) + 1} of {TOUR_STEPS.length}
        </span>
        <IconButton label="Close the guided start" icon={<X size={14} aria-hidden />} onClick={closeTour} />
      </header>
      {step === 'welcome' && <Welcome onNext={next} />}
      {step === 'map' && <MapStep onNext={next} />}
      {step === 'names' && <PlanStep key="names" area="names" onNext={next} />}
      {step === 'trust' && <PlanStep key="trust" area="trust" onNext={trusted} />}
      {step === 'done' && <Done />}
    </aside>
  );
}

function Welcome({ onNext }: { onNext: () => void }) {
  const sample = useStore(liveStore, ({ snapshot }) => snapshot?.sites.find(({ name }) => name === SAMPLE_SITE)?.url);
  return (
    <>
      <h2 tabIndex={-1}>{sample === undefined ? 'From a port to a name' : 'It routes already'}</h2>
      {sample === undefined ? (
        <p>A dev server on this machine gets a name of its own, with https that your browser trusts.</p>
      ) : (
        <p>
          <button type="button" className="text-link" onClick={() => void openUrl(sample)}>
            {SAMPLE_SITE}
          </button>{' '}
          is a sample with two servers behind it. Next: a dev server of your own, under a name, with https that your
          browser trusts.
        </p>
      )}
      <div className="tour-actions">
        <Button look="accent" onClick={onNext}>
          Begin
        </Button>
        <Button look="quiet" onClick={closeTour}>
          Not now
        </Button>
      </div>
    </>
  );
}

/** The address that is offered last: https where it is served and trusted. */
function Done() {
  const { site: name, isTrustSkipped } = useStore(tourStore);
  const sites = useStore(liveStore, (state) => state.snapshot?.sites) ?? [];
  const site = sites.find((each) => each.name === name) ?? sites[0];
  const url = isTrustSkipped ? site?.url : (site?.secureUrl ?? site?.url);
  return (
    <>
      <h2 tabIndex={-1}>{url === undefined ? 'All set' : 'Your name works'}</h2>
      {url !== undefined && <p className="mono">{url}</p>}
      {isTrustSkipped && site?.secureUrl !== undefined && (
        <p className="muted">https works too, with a warning until Trust is done.</p>
      )}
      <p className="muted">
        <kbd>{isMac() ? '⌘K' : 'Ctrl+K'}</kbd> finds everything; <kbd>?</kbd> shows the keys.
      </p>
      <div className="tour-actions">
        {url !== undefined && (
          <Button
            look="accent"
            onClick={() => {
              void openUrl(url);
              closeTour();
            }}
          >
            Open it
          </Button>
        )}
        <Button onClick={closeTour}>Finish</Button>
      </div>
    </>
  );
}
