// The workstation over Electron's preload bridge, `window.elbow`.
import type { ElbowBridge } from '../../src-main/contract/bridge.ts';
import { WorkstationError, type RequestName, type RequestOf, type ResponseOf } from '../../src-main/contract/requests.ts';
import { createObservable, type Connection, type ConnectionState } from './connection.ts';

declare global {
  interface Window {
    readonly elbow?: ElbowBridge;
  }
}

export function createElectronClient(bridge: ElbowBridge): Connection {
  const state = createObservable<ConnectionState>({ kind: 'connected', epoch: 1 });
  return {
    shell: 'electron',
    state,
    droppedEvents: createObservable(0),
    async call<K extends RequestName>(name: K, request: RequestOf<K>): Promise<ResponseOf<K>> {
      const answer = await bridge.call(name, request).catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        throw new WorkstationError({ code: 'unavailable', message: `Elbow does not answer: ${why}. Training goes on.`, field: null });
      });
      if (!answer.ok) throw new WorkstationError(answer.error);
      return answer.value as ResponseOf<K>;
    },
    subscribe: (listener) => bridge.subscribe(listener),
    close: () => state.set({ kind: 'closed' }),
  };
}
