// The main process's end of the bridge: calls from the page to the workstation, events back to it.
import { bridgeChannels, type BridgeAnswer } from '../../contract/bridge.ts';
import type { WorkstationEvent } from '../../contract/requests.ts';
import { isTrustedSender, type SenderFrame } from './security.ts';

/** What is used of Electron's ipcMain. */
export interface InvokeHandlers {
  handle(
    channel: string,
    listener: (event: { readonly senderFrame: SenderFrame | null }, ...values: unknown[]) => Promise<BridgeAnswer>,
  ): void;
  removeHandler(channel: string): void;
}

/** What is used of Electron's WebContents. */
export interface EventTarget {
  send(channel: string, event: WorkstationEvent): void;
  isDestroyed(): boolean;
}

/** What is used of the workstation. It checks every request against the contract's schemas itself. */
export interface Answering {
  answer(name: unknown, request: unknown): Promise<BridgeAnswer>;
  subscribe(listener: (event: WorkstationEvent) => void): () => void;
}

/** Answers the calls of our own page, and of nobody else. */
export function serveBridge(handlers: InvokeHandlers, workstation: Answering, targets: () => readonly EventTarget[]): { close(): void } {
  handlers.handle(bridgeChannels.call, async (event, name, request) => {
    if (!isTrustedSender(event.senderFrame)) {
      return { ok: false, error: { code: 'invalid-request', message: 'Only the window of Elbow itself may ask.', field: null } };
    }
    return workstation.answer(name, request);
  });
  const unsubscribe = workstation.subscribe((event) => {
    for (const target of targets()) if (!target.isDestroyed()) target.send(bridgeChannels.event, event);
  });
  return {
    close() {
      unsubscribe();
      handlers.removeHandler(bridgeChannels.call);
    },
  };
}
