// The sandboxed preload: puts `window.elbow` on the page and nothing else. Bundled into one CommonJS file.
// The build replaces ELBOW_REQUEST_NAMES by the names of the contract's requests, so that neither a channel
// nor a name from elsewhere can pass, and the schemas (zod) stay out of this file.
import { contextBridge, ipcRenderer } from 'electron';
import { bridgeChannels, type BridgeAnswer, type ElbowBridge } from '../../contract/bridge.ts';
import type { WorkstationEvent } from '../../contract/requests.ts';

declare const ELBOW_REQUEST_NAMES: readonly string[];
const allowedNames: ReadonlySet<unknown> = new Set(ELBOW_REQUEST_NAMES);

const bridge: ElbowBridge = {
  async call(name, request) {
    if (!allowedNames.has(name)) {
      const message = `"${String(name).slice(0, 60)}" is not a request that Elbow knows`;
      return { ok: false, error: { code: 'invalid-request', message, field: null } };
    }
    return (await ipcRenderer.invoke(bridgeChannels.call, name, request)) as BridgeAnswer;
  },
  subscribe(listener) {
    // Electron's own event object holds the sender; the page gets the payload alone.
    const forward = (_event: unknown, payload: WorkstationEvent): void => listener(payload);
    ipcRenderer.on(bridgeChannels.event, forward);
    return () => {
      ipcRenderer.removeListener(bridgeChannels.event, forward);
    };
  },
};

contextBridge.exposeInMainWorld('elbow', Object.freeze(bridge));
