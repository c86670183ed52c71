/** A row of tabs: one stop of the Tab key, the arrows go from one to the next. */
import type { KeyboardEvent } from 'react';
import '../style/tabs.css';

interface TabsProps<T extends string> {
  /** Of the page: the tabs are `<id>-tab-<name>`. */
  id: string;
  label: string;
  tabs: readonly T[];
  words: Record<T, string>;
  chosen: T;
  onChoose: (tab: T) => void;
}

export function Tabs<T extends string>({ id, label, tabs, words, chosen, onChoose }: TabsProps<T>) {
  const move = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const next = tabs[(tabs.indexOf(chosen) + step + tabs.length) % tabs.length]!;
    onChoose(next);
    document.getElementById(`${id}-tab-${next}`)?.focus();
    event.preventDefault();
  };
  return (
    <div className="tabs" role="tablist" aria-label={label} onKeyDown={move}>
      {tabs.map((each) => (
        <button
          key={each}
          id={`${id}-tab-${each}`}
          type="button"
          role="tab"
          className="tab"
          aria-selected={each === chosen}
          tabIndex={each === chosen ? 0 : -1}
          onClick={() => onChoose(each)}
        >
          {words[each]}
        </button>
      ))}
    </div>
  );
}
