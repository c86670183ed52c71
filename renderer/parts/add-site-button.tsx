/** The way to a site of one's own, wherever there is none yet. */
import { Plus } from 'lucide-react';
import { Button } from './button.tsx';
import { openDraft } from '../store/draft.ts';

export function AddSiteButton() {
  return (
    <Button look="accent" onClick={() => void openDraft({ form: 'site.add', site: '' })}>
      <Plus size={14} aria-hidden /> Add site
    </Button>
  );
}
