// The queue: what waits, in which order.
import type { ResponseOf } from '../../contract/requests.ts';
import type { HandlerContext, HandlersOf } from './handlers.ts';

export function createQueueHandlers({ store }: HandlerContext): HandlersOf<'queue'> {
  // Read first: what is committed in between is told again as an event.
  const list = (): ResponseOf<'queue.list'> => ({ revision: store.runs.revision(), entries: store.queue.list() });
  return {
    'queue.list': () => list(),
    'queue.move'({ run, position }) {
      store.queue.move(run, position);
      return list();
    },
    'queue.cancel'({ run }) {
      store.queue.cancel(run);
      return {};
    },
  };
}
