// The queue: what waits, in which order.
import type { HandlerContext, HandlersOf } from './handlers.ts';

export function createQueueHandlers({ store }: HandlerContext): HandlersOf<'queue'> {
  return {
    'queue.list': () => ({ entries: store.queue.list() }),
    'queue.move'({ run, position }) {
      store.queue.move(run, position);
      return { entries: store.queue.list() };
    },
    'queue.cancel'({ run }) {
      store.queue.cancel(run);
      return {};
    },
  };
}
