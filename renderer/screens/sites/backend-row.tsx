/** One backend of a pool, what can be done to it, and what its last test said. */
import { useStore } from 'zustand';
import { CirclePause, CirclePlay, HeartPulse, Hourglass, LoaderCircle, Pencil, Play, Trash2, X } from 'lucide-react';
import { ShareBar } from './share-bar.tsx';
import { WeightCell } from './weight-cell.tsx';
import { IconButton } from '../../parts/button.tsx';
import { formatCount } from '../../parts/format.ts';
import { HealthMark, HealthShape } from '../../parts/health-mark.tsx';
import { useSortableItem } from '../../parts/sortable.tsx';
import { removeBackend, setBackendDisabled, setBackendDrain } from '../../store/changes.ts';
import { openDraft } from '../../store/draft.ts';
import { forgetTest, testBackend, testStore } from '../../store/backend-tests.ts';
import type { BackendState, SiteState } from '../../../shared/state.ts';
import type { Share } from './share-bar.tsx';

interface BackendRowProps {
  site: SiteState;
  backend: BackendState;
  depth: number;
  share: Share;
  canMove: boolean;
}

export function BackendRow({ site, backend, depth, share, canMove }: BackendRowProps) {
  const { attach, style, isDragging, handle } = useSortableItem(backend.id, backend.name);
  const look = backend.disabled ? 'is-off' : `is-${backend.health}`;
  return (
    <>
      <tr ref={attach} style={style} className={`${look} ${isDragging ? 'is-dragged' : ''}`}>
        <td className="col-handle">{canMove && handle}</td>
        <td className="col-state">
          <HealthMark health={backend.health} disabled={backend.disabled} />
        </td>
        <td
          className={`col-name mono indent-${Math.min(depth, 3)}`}
          title={backend.backup ? `${backend.name}, backup` : backend.name}
        >
          {backend.name}
          {backend.backup && <span className="tag">backup</span>}
        </td>
        <td className="col-url mono" title={backend.url}>
          <Url url={backend.url} />
        </td>
        <td className="col-num col-weight num">
          <WeightCell site={site} backend={backend} />
        </td>
        <td className="col-share">
          <ShareBar {...share} />
        </td>
        <td className="col-num col-active num">{formatCount(backend.active)}</td>
        <td className="col-num col-requests num">{formatCount(backend.requests)}</td>
        <td className={`col-num col-failures num ${backend.failures > 0 ? '' : 'muted'}`}>
          {formatCount(backend.failures)}
        </td>
        <td className="col-last muted" title={backend.lastFailure}>
          {backend.lastFailure ?? '–'}
        </td>
        <td className="col-actions">
          <RowActions site={site} backend={backend} />
        </td>
      </tr>
      <TestRow backend={backend} />
    </>
  );
}

/** A narrow table shows it without the scheme that every dev server has. */
function Url({ url }: { url: string }) {
  const plain = url.startsWith('http://') ? 'http://' : '';
  return (
    <>
      {plain !== '' && <span className="url-scheme">{plain}</span>}
      {url.slice(plain.length)}
    </>
  );
}

function RowActions({ site, backend }: { site: SiteState; backend: BackendState }) {
  const { name, drain, disabled, path } = backend;
  const isTesting = useStore(testStore, (state) => state.tests[backend.id]?.phase === 'testing');
  const edit = (): void => void openDraft({ form: 'backend.edit', site: site.name, label: name, path });
  return (
    <span className="row-actions">
      <IconButton label={`Edit ${name}`} icon={<Pencil size={14} aria-hidden />} onClick={edit} />
      <IconButton
        label={`Test ${name}`}
        icon={
          isTesting ? <LoaderCircle size={14} className="spin" aria-hidden /> : <HeartPulse size={14} aria-hidden />
        }
        aria-busy={isTesting}
        onClick={() => {
          if (!isTesting) void testBackend(site.name, backend);
        }}
      />
      <IconButton
        label={`${disabled ? 'Enable' : 'Disable'} ${name}`}
        icon={disabled ? <CirclePlay size={14} aria-hidden /> : <CirclePause size={14} aria-hidden />}
        onClick={() => void setBackendDisabled(site, backend, !disabled)}
      />
      <IconButton
        label={`${drain ? 'Stop draining' : 'Drain'} ${name}`}
        icon={drain ? <Play size={14} aria-hidden /> : <Hourglass size={14} aria-hidden />}
        onClick={() => void setBackendDrain(site, backend, !drain)}
      />
      <IconButton
        label={`Remove ${name}`}
        icon={<Trash2 size={14} aria-hidden />}
        onClick={() => void removeBackend(site, backend)}
      />
    </span>
  );
}

/** More columns than any table here has: the cell takes the whole width. */
const ALL_COLUMNS = 12;

function TestRow({ backend }: { backend: BackendState }) {
  const test = useStore(testStore, (state) => state.tests[backend.id]);
  if (test?.phase !== 'done') return null;
  return (
    <tr className="test-row">
      <td colSpan={ALL_COLUMNS}>
        <span className="test-said" role="status">
          <HealthShape health={test.passed ? 'healthy' : 'down'} />
          <span>
            Test of <span className="mono">{backend.name}</span>: {test.text}
          </span>
          <IconButton
            label={`Close the test of ${backend.name}`}
            icon={<X size={14} aria-hidden />}
            onClick={() => forgetTest(backend.id)}
          />
        </span>
      </td>
    </tr>
  );
}
