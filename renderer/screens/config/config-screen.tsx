/** Config: the file as text, with the schema's help and its problems in place; and its history. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { ClipboardCopy, FolderOpen } from 'lucide-react';
import { IconButton } from '../../parts/button.tsx';
import { Failed, Loading } from '../../parts/states.tsx';
import { copyText, revealFile } from '../../store/changes.ts';
import { configText, followConfig, loadConfig } from '../../store/config-text.ts';
import { configView } from '../../store/config-view.ts';
import { showToast } from '../../store/toasts.ts';
import { EditActions, EditPane } from './edit-pane.tsx';
import { HistoryPane } from './history-pane.tsx';
import '../../style/config.css';

const TABS = [
  { name: 'text', label: 'File' },
  { name: 'history', label: 'History' },
] as const;

export function ConfigScreen() {
  const tab = useStore(configView, (state) => state.tab);
  const jump = useStore(configText, (state) => state.jump);
  useEffect(followConfig, []);
  useEffect(() => {
    if (jump) configView.setState({ tab: 'text' });
  }, [jump]);
  return (
    <section className="page config" aria-label="Config">
      <header className="page-head config-head">
        <div className="config-title">
          <h1 tabIndex={-1}>Config</h1>
          <FileLine />
        </div>
        <div className="modes" role="group" aria-label="Show">
          {TABS.map(({ name, label }) => (
            <button
              key={name}
              type="button"
              aria-pressed={tab === name}
              onClick={() => configView.setState({ tab: name })}
            >
              {label}
            </button>
          ))}
        </div>
        {tab === 'text' && <EditActions />}
      </header>
      <Body tab={tab} />
    </section>
  );
}

function Body({ tab }: { tab: 'text' | 'history' }) {
  const phase = useStore(configText, (state) => state.phase);
  const problems = useStore(configText, (state) => state.problems);
  if (phase === 'loading') return <Loading what="Reading the config" />;
  if (phase === 'failed') return <Failed problems={problems} onRetry={() => void loadConfig()} />;
  return tab === 'text' ? <EditPane /> : <HistoryPane />;
}

function FileLine() {
  const file = useStore(configText, (state) => state.current?.file ?? '');
  const revision = useStore(configText, (state) => state.current?.revision);
  const copy = async (text: string): Promise<void> => {
    if (await copyText(text)) showToast({ kind: 'note', message: 'The path is on the clipboard.' });
  };
  if (revision === undefined) return null;
  return (
    <p className="config-file">
      <span className="mono muted config-path" title={file}>
        <bdi>{file}</bdi>
      </span>
      <IconButton
        label="Copy the path"
        icon={<ClipboardCopy size={14} aria-hidden />}
        onClick={() => void copy(file)}
      />
      <IconButton
        label="Show the file in its folder"
        icon={<FolderOpen size={14} aria-hidden />}
        onClick={() => void revealFile('config')}
      />
      <span className="muted config-revision">
        {revision === 0 ? 'nothing in force' : `revision ${revision} in force`}
      </span>
    </p>
  );
}
