/** Puts the theme in use on the document: the chosen one, or the system's. */
import { viewStore } from './store/view.ts';

/** Follows the choice and the system for the life of the window. */
export function followTheme(): void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const update = (): void => {
    const { theme } = viewStore.getState();
    document.documentElement.dataset['theme'] = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme;
  };
  dark.addEventListener('change', update);
  viewStore.subscribe(update);
  update();
}
