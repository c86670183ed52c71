/** A modal dialog that is open for as long as it is rendered. */
import { useEffect, useRef } from 'react';
import type { MouseEvent, RefObject, SyntheticEvent } from 'react';

interface Modal {
  /** For the `<dialog>`. */
  props: {
    ref: RefObject<HTMLDialogElement | null>;
    onCancel: (event: SyntheticEvent<HTMLDialogElement>) => void;
    onClose: () => void;
  };
  /** Gives the keyboard back, and tells the owner at once. */
  close: () => void;
  /** A click on the backdrop, which belongs to the dialog itself, closes it. */
  closeOutside: (event: MouseEvent<HTMLDialogElement>) => void;
}

/**
 * `onClose` stops rendering it. It is called in the turn of the key or click, for the browser's own `close` event comes
 * with the next frame, and would take what was opened anew before that.
 */
export function useModal(onClose: () => void, first?: RefObject<HTMLElement | null>): Modal {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    ref.current?.showModal();
    first?.current?.focus(); // else the first thing in it that can have the keyboard
  }, [first]);
  const close = (): void => {
    ref.current?.close();
    onClose();
  };
  const onCancel = (event: SyntheticEvent<HTMLDialogElement>): void => {
    if (event.target !== event.currentTarget) return;
    event.preventDefault();
    close();
  };
  const closeOutside = (event: MouseEvent<HTMLDialogElement>): void => {
    if (event.target === event.currentTarget) close();
  };
  return { props: { ref, onCancel, onClose }, close, closeOutside };
}
