/** The app's own settings, read when a screen shows them and changed at once. */
import { useEffect, useState } from 'react';
import { bridge } from '../bridge.ts';
import { showProblems } from './toasts.ts';
import type { AppSettings } from '../../shared/window-api.ts';

export function useAppSettings(): [
  AppSettings | undefined,
  (change: { notifications?: boolean; autostart?: boolean }) => Promise<void>,
] {
  const [settings, setSettings] = useState<AppSettings>();
  useEffect(() => {
    let isOver = false;
    void bridge.callApp('app.getSettings', {}).then((answer) => {
      if (!isOver && answer.ok) setSettings(answer.value ?? undefined);
    });
    return () => void (isOver = true);
  }, []);
  const change = async (next: { notifications?: boolean; autostart?: boolean }): Promise<void> => {
    const answer = await bridge.callApp('app.setSettings', next);
    if (answer.ok) setSettings(answer.value ?? undefined);
    else showProblems(answer.problems);
  };
  return [settings, change];
}
