// A workstation for tests of the window's state machines: requests wait until the test answers or refuses them, in whatever
// order it likes, events come when the test sends them, and the connection is lost and found when it says so.
import {
  type RequestName,
  type RequestOf,
  type ResponseOf,
  WorkstationError,
  type WorkstationEvent,
} from '../../src-main/contract/requests.ts';
import { type Connection, type ConnectionState, createObservable } from '../api/connection.ts';

/** A request that waits for its answer. */
export interface Waiting<K extends RequestName> {
  readonly request: RequestOf<K>;
  /** What asked goes on before this returns. */
  answer(value: ResponseOf<K>): Promise<void>;
  refuse(message: string, code?: WorkstationError['code'], field?: string | null): Promise<void>;
}

interface Held {
  name: RequestName;
  request: unknown;
  resolve(value: unknown): void;
  reject(error: WorkstationError): void;
}

export class FakeService implements Connection {
  readonly shell = 'web';
  readonly state = createObservable<ConnectionState>({ kind: 'connecting' });
  readonly droppedEvents = createObservable(0);
  private held: Held[] = [];
  private readonly standing = new Map<RequestName, (request: unknown) => unknown>();
  private readonly counts = new Map<RequestName, number>();
  private readonly listeners = new Set<(event: WorkstationEvent) => void>();
  private epoch = 0;

  call<K extends RequestName>(name: K, request: RequestOf<K>): Promise<ResponseOf<K>> {
    this.counts.set(name, this.count(name) + 1);
    const answer = this.standing.get(name);
    if (answer !== undefined) return Promise.resolve(answer(request) as ResponseOf<K>);
    return new Promise<ResponseOf<K>>((resolve, reject) => {
      this.held.push({ name, request, resolve: resolve as (value: unknown) => void, reject });
    });
  }

  subscribe(listener: (event: WorkstationEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.state.set({ kind: 'closed' });
  }

  /** From now on this request is answered at once. */
  reply<K extends RequestName>(name: K, answer: (request: RequestOf<K>) => ResponseOf<K>): void {
    this.standing.set(name, answer as (request: unknown) => unknown);
  }

  /** How often it was asked so far. */
  count(name: RequestName): number {
    return this.counts.get(name) ?? 0;
  }

  /** Those of a name that wait, the oldest first. */
  waiting<K extends RequestName>(name: K): Waiting<K>[] {
    return this.held
      .filter((one) => one.name === name)
      .map((one) => ({
        request: one.request as RequestOf<K>,
        answer: (value) => this.settle(one, () => one.resolve(value)),
        refuse: (message, code = 'unavailable', field = null) =>
          this.settle(one, () => one.reject(new WorkstationError({ code, message, field }))),
      }));
  }

  /** The oldest that waits. @throws Error where none does */
  next<K extends RequestName>(name: K): Waiting<K> {
    const [first] = this.waiting(name);
    if (first === undefined) throw new Error(`nothing waits for ${name}; there wait: ${this.held.map((one) => one.name).join(', ')}`);
    return first;
  }

  emit(event: WorkstationEvent): void {
    for (const listener of [...this.listeners]) listener(event);
  }

  connect(): void {
    this.epoch += 1;
    this.state.set({ kind: 'connected', epoch: this.epoch });
  }

  /** Requests on their way fail, as a carrier's do. */
  async lose(): Promise<void> {
    this.state.set({ kind: 'reconnecting', attempt: 1, retryAt: 0 });
    for (const one of [...this.held])
      await this.settle(one, () =>
        one.reject(new WorkstationError({ code: 'unavailable', message: 'The connection was lost.', field: null })),
      );
  }

  private async settle(one: Held, how: () => void): Promise<void> {
    this.held = this.held.filter((other) => other !== one);
    how();
    await afterAnswers();
  }
}

/** Long enough for what waits for promises that are settled; no timer is needed for it. */
export async function afterAnswers(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
