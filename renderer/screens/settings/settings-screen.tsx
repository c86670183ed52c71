/** Settings: ports, other devices, this app, names, the engine, capture, and where the files are. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { FolderOpen } from 'lucide-react';
import { CaptureSection } from './capture-section.tsx';
import { ConfigField, type KeySpec } from './config-field.tsx';
import { LanSection } from './lan-section.tsx';
import { DEFAULT_LOG, ENGINE_KEYS, LISTEN_KEYS, NAME_KEYS } from './settings-keys.ts';
import { UpdateSection } from './update-section.tsx';
import { Button } from '../../parts/button.tsx';
import { Page, Section } from '../../parts/page.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Failed, Loading } from '../../parts/states.tsx';
import { editConfig, revealFile, setTheme } from '../../store/changes.ts';
import { liveStore } from '../../store/live.ts';
import { useAnswer } from '../../store/use-answer.ts';
import { useAppSettings } from '../../store/use-app-settings.ts';
import { startTour } from '../../store/tour.ts';
import { viewStore } from '../../store/view.ts';
import { valueAt } from '../../../shared/value-at.ts';
import { THEMES, type Theme } from '../../../shared/window-api.ts';
import '../../style/settings.css';

export function SettingsScreen() {
  const { state, reload } = useAnswer('config.get');
  const [settings, change] = useAppSettings();
  const revision = useStore(liveStore, (live) => live.snapshot?.revision);
  useEffect(reload, [reload, revision]); // an undo, or a change made elsewhere
  if (state.phase !== 'ready')
    return (
      <Page title="Settings">
        {state.phase === 'loading' && <Loading what="Reading the config" />}
        {state.phase === 'failed' && <Failed problems={state.problems} onRetry={reload} />}
      </Page>
    );
  const { value } = state.value;
  const fields = (keys: readonly KeySpec[]) =>
    keys.map((spec) => <ConfigField key={spec.path.join('.')} spec={spec} document={value} onApplied={reload} />);
  const isStreamed = (value as { stream?: unknown } | null)?.stream === true;
  return (
    <Page
      title="Settings"
      lead="A change holds at once. What belongs to the config is written there and can be undone."
    >
      <div className="settings">
        <Section title="Ports">
          {fields(LISTEN_KEYS)}
          <InForce />
        </Section>
        <LanSection lan={settings?.lan ?? []} onApplied={reload} />
        <Section title="This app" actions={<Button onClick={startTour}>Guided start</Button>}>
          <ThemeSetting />
          <Switch
            label="Notify when a site goes down or comes back"
            isOn={settings?.notifications ?? true}
            onChange={(notifications) => void change({ notifications })}
          />
          <Switch
            label="Start at login, in the tray"
            hint={settings && `Written to ${settings.autostart.place}`}
            isOn={settings?.autostart.isOn ?? false}
            onChange={(autostart) => void change({ autostart })}
          />
        </Section>
        <UpdateSection />
        <Section title="Names and certificates">{fields(NAME_KEYS)}</Section>
        <Section title="Health and log">
          {fields(ENGINE_KEYS)}
          <Switch
            label="Also write the log to standard output"
            isOn={isStreamed}
            onChange={(stream) => {
              void editConfig([{ op: 'set', path: ['stream'], value: stream }], 'Log output changed.').then(reload);
            }}
          />
        </Section>
        <CaptureSection />
        <Files log={valueAt(value, ['log_output'])} />
      </div>
    </Page>
  );
}

function InForce() {
  const listeners = useStore(liveStore, (state) => state.snapshot?.listeners) ?? [];
  return (
    <ul className="in-force" aria-label="In force">
      {listeners.map(({ kind, address, port, problem }) => (
        <li key={`${kind} ${address} ${port}`}>
          <span className="muted">{kind}</span>
          <span className="mono">{address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`}</span>
          {problem === undefined ? (
            <StateMark shape="healthy" word="Listening" />
          ) : (
            <span>
              <StateMark shape="down" word="Failed" /> {problem.message} <span className="muted">{problem.fix}</span>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

const THEME_WORDS: Record<Theme, string> = { system: 'As the system', light: 'Light', dark: 'Dark' };

function ThemeSetting() {
  const theme = useStore(viewStore, (state) => state.theme);
  return (
    <label className="setting">
      <span>Theme</span>
      <select value={theme} onChange={(event) => void setTheme(event.target.value as Theme)}>
        {THEMES.map((name) => (
          <option key={name} value={name}>
            {THEME_WORDS[name]}
          </option>
        ))}
      </select>
    </label>
  );
}

interface SwitchProps {
  label: string;
  hint?: string | undefined;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}

export function Switch({ label, hint, isOn, onChange }: SwitchProps) {
  return (
    <label className="setting-check">
      <input type="checkbox" checked={isOn} onChange={(event) => onChange(event.target.checked)} />
      <span>
        {label}
        {hint !== undefined && <span className="muted setting-hint">{hint}</span>}
      </span>
    </label>
  );
}

function Files({ log }: { log: unknown }) {
  const home = useStore(liveStore, (state) => state.snapshot?.home);
  const config = useStore(liveStore, (state) => state.snapshot?.configFile);
  const rows = [
    ['home', 'Home folder', home],
    ['config', 'Config', config],
    ['log', 'Log', typeof log === 'string' ? log : DEFAULT_LOG],
  ] as const;
  return (
    <Section title="Files">
      {rows.map(([file, label, place]) => (
        <div key={file} className="setting">
          <span>{label}</span>
          <span className="setting-file">
            <span className="mono">{place}</span>
            <Button onClick={() => void revealFile(file)} aria-label={`Reveal ${label.toLowerCase()}`}>
              <FolderOpen size={14} aria-hidden /> Reveal
            </Button>
          </span>
        </div>
      ))}
    </Section>
  );
}
