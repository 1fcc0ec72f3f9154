// For tests of the service without trainers: this very process holds the runs and applies their edits.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, vi } from 'vitest';
import type { ParameterValues } from '../contract/parameters.ts';
import { type ContractError, type RequestOf, WorkstationError } from '../contract/requests.ts';
import type { RunConfiguration } from '../contract/runs.ts';
import { openStore, processIdentity, type Store } from '../store/store.ts';
import { planRuns } from './plan.ts';
import { findPossibilities } from './possibilities.ts';
import { createWorkstation, type WorkstationService } from './workstation.ts';

const environment = {
  elbowVersion: '0.1.0',
  gitState: null,
  packages: {},
  node: 'v24',
  platform: 'linux',
  cpu: 'a processor',
  cpuCount: 2,
  gpu: null,
  device: 'cpu',
  threads: 1,
  modelHash: '0'.repeat(64),
  host: 'here',
};

export interface Held {
  run: string;
  attempt: number;
}

export interface Bench {
  folder: string;
  store: Store;
  workstation: WorkstationService;
  /** A run that this process trains, or says so. */
  hold(wishes?: Partial<Pick<RunConfiguration, 'task' | 'agent' | 'hyperparameters'>>): Held;
  /** Applies what is pending and due, as a trainer does between two steps. */
  apply(held: Held, step: number): void;
  /** Asks for an edit as the window does, and applies it. Gives its id. */
  editAt(held: Held, step: number, changes: RequestOf<'runs.edit'>['changes']): Promise<number>;
  close(): Promise<void>;
}

/** What to hold for a small run, of which `training/checkpoint/testing.ts` makes checkpoints. */
export const smallPendulum = {
  task: 'inverted-pendulum',
  hyperparameters: { steps: 1000, 'warm-up': 150, hidden: '8,8', 'batch-size': 8 },
};

/** One for the tests of a file. While it holds a run, nothing that waits in the queue starts; after each test nothing waits. */
export function benchOfFile(): Bench {
  vi.stubEnv('ELBOW_TRAINERS', '1');
  const bench = createBench();
  afterEach(() => {
    for (const { run } of bench.store.queue.list()) bench.store.queue.cancel(run);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await bench.close();
  });
  return bench;
}

function createBench(): Bench {
  const folder = mkdtempSync(path.join(tmpdir(), 'elbow-bench-'));
  const store = openStore(folder);
  const workstation = createWorkstation({ dataDirectory: folder });
  const bench: Bench = {
    folder,
    store,
    workstation,
    hold({ task = 'half-cheetah', agent = 'sac', hyperparameters = {} } = {}) {
      const plan = planRuns({ task, agent, hyperparameters, seeds: '1', device: 'cpu', threads: 1, name: 'held' }, findPossibilities());
      const run = store.runs.create({ configuration: plan.configurations[0] as RunConfiguration, name: 'held' });
      return { run, attempt: store.attempts.open(run, { startStep: 0, environment, ...processIdentity() }) };
    },
    apply({ run, attempt }, step) {
      let { values } = store.runs.get(run);
      const edits = store.edits
        .pending(run)
        .filter(({ dueStep }) => dueStep === null || dueStep <= step)
        .map(({ id, changes }) => {
          const previous: ParameterValues = Object.fromEntries(Object.keys(changes).map((name) => [name, values[name] ?? '']));
          values = { ...values, ...changes };
          return { id, previous };
        });
      store.edits.applied(run, attempt, { step, values, edits });
    },
    async editAt(held, step, changes) {
      const { edit } = await workstation.call('runs.edit', { run: held.run, changes });
      bench.apply(held, step);
      return edit;
    },
    async close() {
      await workstation.close();
      store.close();
      // The queue's keeper may be at its last look.
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return bench;
}

/** The error that a request is refused with. @throws Error where it is not */
export async function refusalOf(request: Promise<unknown>): Promise<ContractError> {
  try {
    await request;
  } catch (error) {
    if (error instanceof WorkstationError) return { code: error.code, message: error.message, field: error.field };
    throw error;
  }
  throw new Error('nothing was refused');
}
