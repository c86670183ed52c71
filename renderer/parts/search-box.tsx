/** A search over a list: Escape empties it; Escape, Enter and arrow down lead to the rows. */
import { Search } from 'lucide-react';

interface SearchBoxProps {
  /** Read to those who do not see the glass. */
  label: string;
  value: string;
  onSearch: (text: string) => void;
  /** CSS selector of the rows that are searched. */
  rows: string;
}

export function SearchBox({ label, value, onSearch, rows }: SearchBoxProps) {
  const leave = (event: React.KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Escape') onSearch('');
    if (event.key !== 'Escape' && event.key !== 'ArrowDown' && event.key !== 'Enter') return;
    document.querySelector<HTMLElement>(rows)?.focus();
    event.preventDefault();
  };
  return (
    <label className="search">
      <Search size={14} aria-hidden />
      <input
        type="search"
        aria-label={label}
        placeholder="Search"
        value={value}
        onChange={(event) => onSearch(event.target.value)}
        onKeyDown={leave}
      />
      <kbd aria-hidden="true">/</kbd>
    </label>
  );
}
