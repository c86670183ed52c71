/** The frame of the window: rail, top bar, the screen, status bar, and what floats. */
import { Suspense, useEffect } from 'react';
import { useStore } from 'zustand';
import { LoaderCircle } from 'lucide-react';
import { ProblemsBanner } from './parts/problems-banner.tsx';
import { Rail } from './parts/rail.tsx';
import { StatusBar } from './parts/status-bar.tsx';
import { ToastList } from './parts/toast-list.tsx';
import { TopBar } from './parts/top-bar.tsx';
import { Loading } from './parts/states.tsx';
import { SCREENS } from './screens/screens.ts';
import { answerAsk } from './actions/run.ts';
import { focusHeading } from './actions/focus.ts';
import { keepFocus } from './actions/keep-focus.ts';
import { bridge } from './bridge.ts';
import { Tour } from './tour/tour.tsx';
import { Overlays } from './palette/overlays.tsx';
import { handleShortcut } from './shortcuts.ts';
import { liveStore } from './store/live.ts';
import { viewStore, type ScreenName } from './store/view.ts';

export function App() {
  const phase = useStore(liveStore, (state) => state.phase);
  const known = useStore(liveStore, (state) => state.snapshot !== undefined);
  const screen = useStore(viewStore, (state) => state.screen);
  useEffect(() => {
    window.addEventListener('keydown', handleShortcut);
    const endAsks = bridge.onAsk(answerAsk);
    const endKeeping = keepFocus(document.getElementById('root')!);
    return () => {
      endAsks();
      endKeeping();
      window.removeEventListener('keydown', handleShortcut);
    };
  }, []);
  const Screen = SCREENS.find(({ name }) => name === screen)?.Screen;
  if (!known) return phase === 'failed' ? <Unreachable /> : <Connecting />;
  return (
    <div className="shell">
      <Rail />
      <TopBar />
      <main className="stage" tabIndex={-1}>
        {phase === 'failed' && <Stale />}
        <ProblemsBanner />
        <Suspense fallback={<Loading what="Opening" />}>
          {Screen && <Screen />}
          <HeadingFocus screen={screen} />
        </Suspense>
      </main>
      <Tour />
      <StatusBar />
      <ToastList />
      <Overlays />
    </div>
  );
}

/** A screen that was switched to begins at its heading; the first one leaves the keyboard where it is. */
let shownScreen = viewStore.getState().screen;
function HeadingFocus({ screen }: { screen: ScreenName }) {
  useEffect(() => {
    if (shownScreen !== screen) focusHeading();
    shownScreen = screen;
  }, [screen]);
  return null;
}

function Connecting() {
  return (
    <main className="blank" role="status">
      <LoaderCircle size={20} className="spin" aria-hidden />
      <p>Waiting for the engine…</p>
    </main>
  );
}

/** What is shown is from before; it is asked for again until it answers. */
function Stale() {
  return (
    <p className="stale" role="alert">
      The engine does not answer. What you see is from before; it is asked again every two seconds.
    </p>
  );
}

function Unreachable() {
  const reason = useStore(liveStore, (state) => state.problem);
  return (
    <main className="blank" role="alert">
      <h1>The engine does not answer</h1>
      <p>{reason?.message}</p>
      <p className="muted">{reason?.fix ?? 'It is asked again every two seconds.'}</p>
    </main>
  );
}
