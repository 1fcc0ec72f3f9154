// What handlers are: one function a request, in files by subject.
import type { RequestName, RequestOf, ResponseOf } from '../../contract/requests.ts';
import type { Store } from '../../store/store.ts';
import type { SwitchingStore } from '../switching-store.ts';

export type Handlers = { [K in RequestName]: (request: RequestOf<K>) => ResponseOf<K> | Promise<ResponseOf<K>> };

/** The handlers of one subject: `HandlersOf<'queue'>` has `queue.list`, `queue.move` … */
export type HandlersOf<Subject extends string> = Pick<Handlers, Extract<RequestName, `${Subject}.${string}`>>;

export type EditRequests = 'runs.edit' | 'runs.undo' | 'runs.edits' | 'runs.actions';
export type ForkRequests = 'runs.fork' | 'runs.repeat';

/** Through which of the shells a person asks. */
export type Requester = 'window' | 'command line';

export interface HandlerContext {
  store: Store;
  requester: Requester;
  /** Does what makes room, also where the disk is full. */
  makingRoom: SwitchingStore['makingRoom'];
  /** Something waits in the queue: start what the machine has room for. */
  advanceQueue(): void;
}
