// What waits to be sent to one window. Answers always arrive. Events give way when a window reads slowly: only
// the newest of each kind is held back, and every one left out is counted.
import type { ServerMessage } from '../../contract/messages.ts';
import type { WorkstationEvent } from '../../contract/requests.ts';

export interface SendQueueOptions {
  /** Bytes handed to the socket that it has not sent yet. */
  bufferedBytes(): number;
  send(message: ServerMessage): void;
  /** Above this, events wait. */
  softLimit?: number;
  /** Above this, the window is given up: it does not read. */
  hardLimit?: number;
  giveUp(): void;
}

export interface SendQueue {
  answer(message: Exclude<ServerMessage, { kind: 'event' }>): void;
  event(event: WorkstationEvent): void;
  /** Sends what waits, if there is room again; called now and then. */
  flush(): void;
}

export function createSendQueue(options: SendQueueOptions): SendQueue {
  const { softLimit = 4 * 2 ** 20, hardLimit = 1024 * 2 ** 20 } = options;
  const waiting = new Map<WorkstationEvent['kind'], WorkstationEvent>();
  let dropped = 0;

  const flush = (): void => {
    for (const [kind, event] of waiting) {
      if (options.bufferedBytes() > softLimit) return;
      waiting.delete(kind);
      options.send({ kind: 'event', event, dropped });
    }
  };
  return {
    flush,
    answer(message) {
      if (options.bufferedBytes() > hardLimit) options.giveUp();
      else options.send(message);
    },
    event(event) {
      const earlier = waiting.get(event.kind);
      if (earlier) {
        // Taking it out first moves the kind to the end of the order.
        waiting.delete(event.kind);
        dropped += 1;
      }
      waiting.set(event.kind, earlier ? mergeEvents(earlier, event) : event);
      flush();
    },
  };
}

/** The later event, with what of the earlier one it does not replace: no run's change is lost, only its steps between. */
export function mergeEvents(earlier: WorkstationEvent, later: WorkstationEvent): WorkstationEvent {
  if (earlier.kind === 'runs-changed' && later.kind === 'runs-changed') {
    const isReplaced = new Set([...later.runs.map((run) => run.id), ...later.removed]);
    const isBack = new Set(later.runs.map((run) => run.id));
    return {
      kind: 'runs-changed',
      // What the earlier one adds has not changed up to the later one's moment.
      revision: later.revision,
      runs: [...earlier.runs.filter((run) => !isReplaced.has(run.id)), ...later.runs],
      removed: [...new Set([...earlier.removed.filter((run) => !isBack.has(run)), ...later.removed])],
    };
  }
  if (earlier.kind === 'run-data-changed' && later.kind === 'run-data-changed') {
    const isReplaced = new Set(later.runs.map(({ run }) => run));
    return { kind: 'run-data-changed', runs: [...earlier.runs.filter(({ run }) => !isReplaced.has(run)), ...later.runs] };
  }
  return later;
}
