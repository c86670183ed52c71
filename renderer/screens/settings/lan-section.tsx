/** Opening the listeners to the network: what that means, and how another device gets there. */
import { useState } from 'react';
import { useStore } from 'zustand';
import { QrCode } from './qr-code.tsx';
import { Button } from '../../parts/button.tsx';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { Section } from '../../parts/page.tsx';
import { editConfig } from '../../store/changes.ts';
import { liveStore } from '../../store/live.ts';
import type { ListenerState } from '../../../shared/state.ts';

/** One code after another is of no use; the rest is a choice away. */
const SITES_SHOWN = 200;

export function LanSection({ lan, onApplied }: { lan: readonly string[]; onApplied: () => void }) {
  const [asking, setAsking] = useState(false);
  const listeners = useStore(liveStore, (state) => state.snapshot?.listeners) ?? [];
  const http = listeners.find(({ kind, problem }) => kind === 'http' && problem === undefined);
  const isOpen = listeners.some(({ address }) => address === '0.0.0.0' || address === '::');
  const set = async (open: boolean): Promise<void> => {
    const edits = (['http', 'https', 'dns'] as const).flatMap((kind) => {
      const port = listeners.find((each) => each.kind === kind && each.problem === undefined)?.port;
      if (port === undefined) return [];
      return [{ op: 'set' as const, path: ['listen', kind], value: open ? `0.0.0.0:${port}` : port }];
    });
    if (edits.length === 0) return;
    await editConfig(edits, open ? 'Opened to the network.' : 'This machine only.');
    onApplied();
  };
  return (
    <Section
      title="Other devices"
      lead={isOpen ? 'Everyone on this network reaches your sites.' : 'Only this machine reaches your sites.'}
      actions={
        isOpen ? (
          <Button onClick={() => void set(false)}>Close to the network</Button>
        ) : (
          <Button disabled={http === undefined} onClick={() => setAsking(true)}>
            Open to the network
          </Button>
        )
      }
    >
      {isOpen && <Reach lan={lan} http={http} />}
      {asking && (
        <ConfirmDialog
          title="Open to the network"
          confirm="Open to the network"
          look="accent"
          onConfirm={() => void set(true)}
          onClose={() => setAsking(false)}
        >
          <p>
            Every device on the networks of this machine ({lan.join(', ') || 'none now'}) can then reach every site, and
            the dev servers behind them. Do this on a network you trust; you can close it again here.
          </p>
        </ConfirmDialog>
      )}
    </Section>
  );
}

function Reach({ lan, http }: { lan: readonly string[]; http: ListenerState | undefined }) {
  const sites = useStore(liveStore, (state) => state.snapshot?.sites) ?? [];
  const [name, setName] = useState<string>();
  const site = sites.find((each) => each.name === name) ?? sites[0];
  if (site === undefined || http === undefined) return null;
  return (
    <div className="reach">
      <QrCode text={site.url} />
      <div>
        <label className="inline-field">
          <span>Site</span>
          <select value={site.name} onChange={(event) => setName(event.target.value)}>
            {sites.slice(0, SITES_SHOWN).map((each) => (
              <option key={each.name}>{each.name}</option>
            ))}
          </select>
        </label>
        <p className="mono">{site.url}</p>
        <p className="muted">
          The device finds the name when it asks Mogoly for names: give it {lan[0] ?? 'the address of this machine'} as
          its DNS server. For https it also has to trust the root CA.
        </p>
        <p>
          This machine: <span className="mono">{lan.join('  ') || 'no network'}</span>
        </p>
      </div>
    </div>
  );
}
