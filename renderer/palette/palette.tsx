/** The command palette: everything that can be done, by typing. Ctrl or Cmd with K. */
import { useRef, useState } from 'react';
import { Command } from 'cmdk';
import { ArrowLeft } from 'lucide-react';
import { useStore } from 'zustand';
import { ExplainResult } from './explain-result.tsx';
import { RootItems } from './root-items.tsx';
import { SiteItems } from './site-items.tsx';
import { IconButton } from '../parts/button.tsx';
import { useModal } from '../parts/use-modal.ts';
import { liveStore } from '../store/live.ts';
import { closeOverlay } from '../store/overlay.ts';
import '../style/palette.css';

/** What the list below the input is about. */
export type PalettePage = { kind: 'root' } | { kind: 'site'; site: string } | { kind: 'explain'; url?: string };

const PLACEHOLDER: Record<PalettePage['kind'], string> = {
  root: 'Type a command, a site, or a URL to explain',
  site: 'What to do with it',
  explain: 'A URL, as in http://shop.test/api/users',
};

export function Palette({ first }: { first: PalettePage }) {
  const [page, setPage] = useState<PalettePage>(first);
  const [query, setQuery] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const { props, close, closeOutside } = useModal(closeOverlay, input);
  const turn = (next: PalettePage): void => {
    setPage(next);
    setQuery('');
  };
  const back = (): void => turn({ kind: 'root' });
  const isRoot = page.kind === 'root';
  const handle = (event: React.KeyboardEvent): void => {
    const isBack = event.key === 'Escape' || (event.key === 'Backspace' && query === '');
    if (isRoot || !isBack) return;
    event.preventDefault();
    back();
  };
  return (
    <dialog {...props} className="palette" aria-label="Command palette" onClick={closeOutside}>
      <Command label="Commands" shouldFilter={false} loop onKeyDown={handle}>
        <div className="palette-head">
          {!isRoot && <IconButton label="Back" icon={<ArrowLeft size={16} aria-hidden />} onClick={back} />}
          {page.kind === 'site' && <span className="tag mono">{page.site}</span>}
          <Command.Input ref={input} value={query} onValueChange={setQuery} placeholder={PLACEHOLDER[page.kind]} />
          <kbd aria-hidden>Esc</kbd>
        </div>
        <Command.List className="palette-list" label="Results">
          <PageItems page={page} query={query} turn={turn} close={close} />
        </Command.List>
      </Command>
    </dialog>
  );
}

interface PageProps {
  page: PalettePage;
  query: string;
  turn: (page: PalettePage) => void;
  close: () => void;
}

function PageItems({ page, query, turn, close }: PageProps) {
  const sites = useStore(liveStore, (state) => state.snapshot?.sites) ?? [];
  if (page.kind === 'explain') return <ExplainResult asked={page.url} query={query} turn={turn} />;
  const site = page.kind === 'site' ? sites.find(({ name }) => name === page.site) : undefined;
  if (site !== undefined) return <SiteItems site={site} query={query} turn={turn} close={close} />;
  return <RootItems sites={sites} query={query} turn={turn} close={close} />;
}
