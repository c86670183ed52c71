/** Writes the events that are shown to a file: for people as text, for tools as JSON lines. */
import { DropdownMenu } from 'radix-ui';
import { Download } from 'lucide-react';
import { bridge } from '../../bridge.ts';
import { Button } from '../../parts/button.tsx';
import { plural } from '../../parts/format.ts';
import { eventsAsJson, eventsAsText } from '../../store/event-text.ts';
import { showProblems, showToast } from '../../store/toasts.ts';
import type { LogEntry } from '../../../shared/state.ts';
import '../../style/menu.css';

export function ExportEvents({ entries }: { entries: readonly LogEntry[] }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <Button disabled={entries.length === 0}>
          <Download size={14} aria-hidden /> Export
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
          <DropdownMenu.Item className="menu-item" onSelect={() => void save('log', entries, eventsAsText)}>
            As text
          </DropdownMenu.Item>
          <DropdownMenu.Item className="menu-item" onSelect={() => void save('jsonl', entries, eventsAsJson)}>
            As JSON lines
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

async function save(
  extension: 'log' | 'jsonl',
  entries: readonly LogEntry[],
  write: (entries: readonly LogEntry[]) => string,
): Promise<void> {
  const suggestedName = `mogoly-events.${extension}`;
  const answer = await bridge.callApp('app.saveText', { suggestedName, text: write(entries) });
  if (!answer.ok) return showProblems(answer.problems);
  const { file } = answer.value;
  if (file !== null) showToast({ kind: 'note', message: `${plural(entries.length, 'event')} written to ${file}.` });
}
