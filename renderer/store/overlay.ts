/** Which of the things that float over the whole window is open. */
import { createStore } from 'zustand/vanilla';

export type Overlay = 'palette' | 'explain' | 'keys';

export const overlayStore = createStore<{ overlay: Overlay | undefined }>(() => ({ overlay: undefined }));

export const openOverlay = (overlay: Overlay): void => overlayStore.setState({ overlay });
export const closeOverlay = (): void => overlayStore.setState({ overlay: undefined });
