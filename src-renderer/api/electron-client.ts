// The workstation over Electron's preload bridge, `window.elbow`. Values cross it by structured clone, which
// carries typed arrays as they are; errors cross as data, since a cloned Error loses its fields.
import {
  WorkstationError,
  type ContractError,
  type RequestName,
  type RequestOf,
  type ResponseOf,
  type WorkstationEvent,
} from '../../src-main/contract/requests.ts';
import { createObservable, type Connection, type ConnectionState } from './connection.ts';

/** What a call over the bridge gives back. */
export type BridgeAnswer = { ok: true; value: unknown } | { ok: false; error: ContractError };

/** What the preload script puts on `window`. */
export interface ElbowBridge {
  call(name: RequestName, request: unknown): Promise<BridgeAnswer>;
  subscribe(listener: (event: WorkstationEvent) => void): () => void;
}

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
      const answer = await bridge.call(name, request);
      if (!answer.ok) throw new WorkstationError(answer.error);
      return answer.value as ResponseOf<K>;
    },
    subscribe: (listener) => bridge.subscribe(listener),
    close: () => state.set({ kind: 'closed' }),
  };
}
