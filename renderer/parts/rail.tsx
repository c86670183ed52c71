/** The narrow rail of screens, and the theme at its foot. */
import { useStore } from 'zustand';
import { Globe, Monitor, Moon, ScrollText, Sun } from 'lucide-react';
import { IconButton } from './button.tsx';
import { setTheme } from '../store/changes.ts';
import { NEXT_THEME, setView, viewStore } from '../store/view.ts';
import type { ScreenName } from '../store/view.ts';

const SCREENS: readonly { name: ScreenName; label: string; icon: React.ReactElement }[] = [
  { name: 'sites', label: 'Sites', icon: <Globe size={18} aria-hidden /> },
  { name: 'events', label: 'Events', icon: <ScrollText size={18} aria-hidden /> },
];

const THEME_ICONS = {
  system: <Monitor size={16} aria-hidden />,
  light: <Sun size={16} aria-hidden />,
  dark: <Moon size={16} aria-hidden />,
};

export function Rail() {
  const screen = useStore(viewStore, (state) => state.screen);
  const theme = useStore(viewStore, (state) => state.theme);
  return (
    <nav className="rail" aria-label="Screens">
      {SCREENS.map((item) => (
        <button
          key={item.name}
          type="button"
          className="rail-item"
          aria-current={item.name === screen ? 'page' : undefined}
          onClick={() => setView({ screen: item.name })}
        >
          {item.icon}
          <span>{item.label}</span>
        </button>
      ))}
      <IconButton
        className="rail-foot"
        label={`Theme: ${theme}`}
        icon={THEME_ICONS[theme]}
        onClick={() => void setTheme(NEXT_THEME[theme])}
      />
    </nav>
  );
}
