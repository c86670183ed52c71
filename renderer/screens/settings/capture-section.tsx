/** How much of each exchange is kept: bodies only on request, and so much of them. */
import { Section } from '../../parts/page.tsx';
import { useAnswer } from '../../store/use-answer.ts';
import { bridge } from '../../bridge.ts';
import { showProblems } from '../../store/toasts.ts';
import type { CaptureState } from '../../../shared/capture.ts';

const KIB = 1024;
const SIZES = [16, 64, 256, 1024] as const;

export function CaptureSection() {
  const { state, put } = useAnswer('capture.get');
  if (state.phase !== 'ready') return null;
  const { enabled = false, bodyBytes = 64 * KIB, sites } = state.value;
  const set = async (next: Partial<CaptureState>): Promise<void> => {
    const wanted = { enabled, bodyBytes, ...(sites === undefined ? {} : { sites }), ...next };
    const answer = await bridge.call('capture.set', wanted);
    if (answer.ok) put(answer.value);
    else showProblems(answer.problems);
  };
  return (
    <Section title="Capture" lead="Bodies and frames of requests, in memory only, credentials taken out.">
      <label className="setting-check">
        <input type="checkbox" checked={enabled} onChange={(event) => void set({ enabled: event.target.checked })} />
        <span>Keep bodies while it runs</span>
      </label>
      <label className="setting">
        <span>Of each body</span>
        <select value={bodyBytes} onChange={(event) => void set({ bodyBytes: Number(event.target.value) })}>
          {[...new Set([...SIZES.map((size) => size * KIB), bodyBytes])].map((size) => (
            <option key={size} value={size}>
              {size / KIB} KiB
            </option>
          ))}
        </select>
      </label>
    </Section>
  );
}
