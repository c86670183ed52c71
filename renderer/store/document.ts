/** The config as it is written, in step with the revision in force: what lists of the file are read from and reordered by. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { bridge } from '../bridge.ts';
import { liveStore } from './live.ts';

export interface Written {
  revision: number;
  value: unknown;
}

export const documentStore = createStore<{ written: Written | undefined }>(() => ({ written: undefined }));

let asked = 0;

/** The newest; undefined when the engine does not answer. */
export async function readDocument(): Promise<Written | undefined> {
  const turn = (asked += 1);
  const answer = await bridge.call('config.get', {});
  if (!answer.ok) return undefined;
  const written = { revision: answer.value.revision, value: answer.value.value };
  if (turn === asked) documentStore.setState({ written });
  return written;
}

/** Read again whenever another revision is in force. */
export function useDocument(): Written | undefined {
  const revision = useStore(liveStore, (state) => state.snapshot?.revision);
  useEffect(() => {
    if (documentStore.getState().written?.revision !== revision) void readDocument();
  }, [revision]);
  return useStore(documentStore, (state) => state.written);
}
