/** What running services use, asked one after another while somebody looks: an answer takes Docker a second. */
import { bridge } from '../bridge.ts';
import { isRunning, servicesOf, servicesStore } from './services.ts';

/** Between two rounds. */
const PAUSE_MS = 4_000;
/** Of one round: with more, a round takes longer than anyone waits. */
const ASKED_MAX = 12;

/** Asks until it is ended. `chosen` is asked first. */
export function watchUsage(chosen: () => string | undefined): () => void {
  let isOn = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const round = async (): Promise<void> => {
    for (const name of document.hidden ? [] : namesFrom(chosen())) {
      const answer = await bridge.call('services.inspect', { name });
      if (!isOn) return;
      if (!answer.ok) continue; // its state says why
      const { stats } = answer.value;
      const { [name]: _, ...usage } = servicesStore.getState().usage;
      servicesStore.setState({ usage: stats === undefined ? usage : { ...usage, [name]: stats } });
    }
    timer = setTimeout(() => void round(), PAUSE_MS);
  };
  void round();
  return () => {
    isOn = false;
    clearTimeout(timer);
  };
}

function namesFrom(chosen: string | undefined): string[] {
  const names = servicesOf(servicesStore.getState())
    .filter(isRunning)
    .map(({ name }) => name);
  return names.sort((a, b) => Number(b === chosen) - Number(a === chosen)).slice(0, ASKED_MAX);
}
