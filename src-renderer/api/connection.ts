// What every carrier gives the window: the contract's workstation and the state of the connection to it.
import type { Workstation } from '../../src-main/contract/requests.ts';

export type ConnectionState =
  | { kind: 'connecting' }
  /** `epoch` counts connections: when it grows, events may have been missed and views load anew. */
  | { kind: 'connected'; epoch: number }
  /** Lost; the next attempt is at `retryAt` (as of `performance.now()`). Training goes on meanwhile. */
  | { kind: 'reconnecting'; attempt: number; retryAt: number }
  /** Reconnecting cannot help; the message says what a person can do. */
  | { kind: 'refused'; message: string }
  | { kind: 'closed' };

/** A value that changes; `subscribe` calls at once with the present value (Svelte's store contract). */
export interface Observable<T> {
  get(): T;
  subscribe(listener: (value: T) => void): () => void;
}

export interface Connection extends Workstation {
  readonly shell: 'electron' | 'web';
  readonly state: Observable<ConnectionState>;
  /** Events that the shell left out because this window was slow to read them. */
  readonly droppedEvents: Observable<number>;
  close(): void;
}

/** An observable and the function that sets it. */
export function createObservable<T>(initial: T): Observable<T> & { set(value: T): void } {
  let current = initial;
  const listeners = new Set<(value: T) => void>();
  return {
    get: () => current,
    set(value) {
      current = value;
      for (const listener of [...listeners]) listener(value);
    },
    subscribe(listener) {
      listeners.add(listener);
      listener(current);
      return () => listeners.delete(listener);
    },
  };
}
