// What the Electron preload puts on the page as `window.elbow`. Electron's context bridge keeps only the
// message of an error that is thrown, so a refusal travels as a value and the page turns it into a
// WorkstationError again.
import type { ContractError, RequestName, WorkstationEvent } from './requests.ts';

export type BridgeAnswer = { ok: true; value: unknown } | { ok: false; error: ContractError };

export interface ElbowBridge {
  /** Resolves also for a refusal; rejects only where the main process is gone. */
  call(name: RequestName, request: unknown): Promise<BridgeAnswer>;
  /** Returns the function that ends the subscription. */
  subscribe(listener: (event: WorkstationEvent) => void): () => void;
}

/** Channels between the preload and Electron's main process. */
export const bridgeChannels = { call: 'elbow:call', event: 'elbow:event' } as const;
