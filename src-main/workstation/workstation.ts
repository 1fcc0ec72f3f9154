// The service behind the contract: one for each process that shows Elbow to somebody.
import type { BridgeAnswer } from '../contract/bridge.ts';
import { WorkstationError, type RequestName, type RequestOf, type ResponseOf, type Workstation } from '../contract/requests.ts';
import type { Store } from '../store/store.ts';
import { useImportedTasks } from '../tasks/declarations.ts';
import { parseRequest, toContractError } from './edge.ts';
import { createDataHandlers } from './handlers/data.ts';
import { createEditHandlers } from './handlers/edits.ts';
import { createForkHandlers } from './handlers/forks.ts';
import type { Handlers, Requester } from './handlers/handlers.ts';
import { createPolicyHandlers } from './handlers/policies.ts';
import { createQueueHandlers } from './handlers/queue.ts';
import { createRunHandlers } from './handlers/runs.ts';
import { createSystemHandlers } from './handlers/system.ts';
import { createModelHandlers } from './handlers/models.ts';
import { createTrialHandlers } from './handlers/trials.ts';
import { createPoller } from './poller.ts';
import { createSupervision } from './supervision.ts';
import { createSwitchingStore } from './switching-store.ts';
import { Trials } from './trials.ts';

export interface WorkstationService extends Workstation {
  /** For reading, by whoever shares its process. */
  readonly store: Store;
  /** For shells: a request of unknown shape, and its value or refusal as data. Never rejects. */
  answer(name: unknown, request: unknown): Promise<BridgeAnswer>;
  /** Trainers go on. */
  close(): Promise<void>;
}

/** Requests that change nothing, so nobody needs to be told at once. */
const readingRequests =
  /^(system\.|metrics\.|rollouts\.|snapshots\.|policies\.|models\.|trials\.)|\.(list|deleted|get|log|edits|evaluations|actions)$/;
/** Milliseconds between two looks at a full disk: is there room again? */
const roomMs = 2000;

export interface WorkstationOptions {
  dataDirectory: string;
  /** Who asks, in the events that requests leave on a run's charts. */
  requester?: Requester;
}

/**
 * Opens the data directory, for reading only where it cannot be written or the disk is full.
 * @throws StoreError when it cannot be opened at all (a newer version's, a damaged file)
 */
export function createWorkstation({ dataDirectory, requester = 'window' }: WorkstationOptions): WorkstationService {
  const say = (message: string): void => console.error(`Elbow: ${message}`);
  const switching = createSwitchingStore(dataDirectory);
  const { store } = switching;
  if (switching.problem() !== null) {
    const advice = switching.problem()?.code === 'disk-full' ? ' Make room with: npm run runs -- purge' : '';
    say(`${switching.trouble() ?? ''}${advice}`);
  }
  let lastProblem = '';
  const onError = (error: unknown): void => {
    // The same trouble every two seconds is said once.
    const { message } = toContractError(error);
    if (message !== lastProblem) say(message);
    lastProblem = message;
  };
  const poller = createPoller({
    store,
    onError: (error) => say(toContractError(error).message),
    storageTrouble: () => switching.trouble(),
  });
  const supervision = createSupervision({ store, onError, onChange: () => poller.pollNow() });
  const trials = new Trials(store);
  const context = { store, requester, makingRoom: switching.makingRoom, advanceQueue: () => supervision.advance() };
  const lookForRoom = setInterval(() => {
    try {
      if (switching.tryAgain()) poller.pollNow();
    } catch (error) {
      onError(error);
    }
  }, roomMs);
  const handlers: Handlers = {
    ...createSystemHandlers(context),
    ...createRunHandlers(context),
    ...createEditHandlers(context),
    ...createForkHandlers(context),
    ...createQueueHandlers(context),
    ...createDataHandlers(context),
    ...createModelHandlers(context),
    ...createPolicyHandlers(context),
    ...createTrialHandlers(trials),
  };
  let isClosed = false;
  let tasksVersion = -1;
  /** Another process may have imported a task meanwhile. */
  const takeTasks = (): void => {
    const version = store.dataVersion();
    if (version !== tasksVersion) useImportedTasks(store.models.tasks());
    tasksVersion = version;
  };

  const handle = async (name: unknown, request: unknown): Promise<unknown> => {
    if (isClosed) throw new WorkstationError({ code: 'unavailable', message: 'Elbow is closing. Training goes on.', field: null });
    const parsed = parseRequest(name, request);
    takeTasks();
    // The name and the request were checked together, which the type of the table cannot say.
    const handler = handlers[parsed.name] as (request: RequestOf<RequestName>) => unknown;
    const value = await handler(parsed.request);
    if (!readingRequests.test(parsed.name)) poller.pollNow();
    return value;
  };

  return {
    store,
    async call<K extends RequestName>(name: K, request: RequestOf<K>): Promise<ResponseOf<K>> {
      try {
        return (await handle(name, request)) as ResponseOf<K>;
      } catch (error) {
        throw new WorkstationError(toContractError(error));
      }
    },
    async answer(name, request) {
      try {
        return { ok: true, value: await handle(name, request) };
      } catch (error) {
        return { ok: false, error: toContractError(error) };
      }
    },
    subscribe: (listener) => poller.subscribe(listener),
    async close() {
      isClosed = true;
      trials.close();
      supervision.close();
      poller.close();
      clearInterval(lookForRoom);
      switching.close();
    },
  };
}
