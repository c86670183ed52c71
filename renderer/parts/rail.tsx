/** The narrow rail of screens, and the theme at its foot. */
import { useStore } from 'zustand';
import { Monitor, Moon, Sun } from 'lucide-react';
import { IconButton } from './button.tsx';
import { SCREENS } from '../screens/screens.ts';
import { setTheme } from '../store/changes.ts';
import { NEXT_THEME, setView, viewStore } from '../store/view.ts';

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
      {SCREENS.map(({ name, label, icon: Icon }) => (
        <button
          key={name}
          type="button"
          className="rail-item"
          aria-current={name === screen ? 'page' : undefined}
          onClick={() => setView({ screen: name })}
        >
          <Icon size={18} aria-hidden />
          <span>{label}</span>
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
