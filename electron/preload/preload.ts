/** Gives the window `window.api`: the contract's commands and pushes by name, and nothing else. */
import { contextBridge, ipcRenderer } from 'electron';
import { isAsk, type Ask } from '../../shared/actions.ts';
import { ASK_CHANNEL, CALL_CHANNEL, isAppCommand, isCommand, PUSH_CHANNEL } from '../../shared/names.ts';
import type { Api } from '../../shared/window-api.ts';

const failed = (code: string, message: string, fix: string): { ok: false; problems: object[] } => ({
  ok: false,
  problems: [{ code, severity: 'error', message, fix }],
});

async function call(known: (name: string) => boolean, name: unknown, request: unknown): Promise<unknown> {
  if (typeof name !== 'string' || !known(name))
    return failed('COMMAND_UNKNOWN', 'There is no such command.', 'Restart Mogoly.');
  try {
    return await ipcRenderer.invoke(CALL_CHANNEL, name, request);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failed('APP_UNREACHABLE', `Mogoly does not answer: ${reason}`, 'Restart Mogoly.');
  }
}

function onPush(listener: (pushes: string) => void): () => void {
  const receive = (_event: unknown, pushes: unknown): void => {
    if (typeof pushes === 'string') listener(pushes);
  };
  ipcRenderer.on(PUSH_CHANNEL, receive);
  return () => {
    ipcRenderer.removeListener(PUSH_CHANNEL, receive);
  };
}

function onAsk(listener: (ask: Ask) => void): () => void {
  const receive = (_event: unknown, ask: unknown): void => {
    if (isAsk(ask)) listener(ask);
  };
  ipcRenderer.on(ASK_CHANNEL, receive);
  return () => {
    ipcRenderer.removeListener(ASK_CHANNEL, receive);
  };
}

const api = {
  call: (name: string, request?: unknown) => call(isCommand, name, request),
  onPush,
  app: {
    info: () => call(isAppCommand, 'app.info', undefined),
    onAsk,
    call: (name: string, request?: unknown) => call(isAppCommand, name, request),
  },
};

contextBridge.exposeInMainWorld('api', api as unknown as Api);
