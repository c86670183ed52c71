/** What floats over the whole window: the palette, or the sheet of keys. */
import { useStore } from 'zustand';
import { overlayStore } from '../store/overlay.ts';
import { KeySheet } from './key-sheet.tsx';
import { Palette } from './palette.tsx';

export function Overlays() {
  const overlay = useStore(overlayStore, (state) => state.overlay);
  if (overlay === undefined) return null;
  if (overlay === 'keys') return <KeySheet />;
  return <Palette key={overlay} first={{ kind: overlay === 'explain' ? 'explain' : 'root' }} />;
}
