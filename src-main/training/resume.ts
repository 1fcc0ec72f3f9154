// Puts a run back to its newest checkpoint that is whole.
import { findAgent } from '../agents/registry.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import { continuationProblem, type RunConfiguration } from '../contract/runs.ts';
import type { ReplayBuffer } from '../replay/replay-buffer.ts';
import type { Store } from '../store/store.ts';
import { isForked } from './checkpoint-files.ts';
import { CheckpointError, readCheckpoint } from './checkpoint/read.ts';
import type { Segment } from './checkpoint/manifest.ts';
import type { TrainingLoop } from './loop.ts';
import { TrainingError } from './training-error.ts';
import type { TrainingState } from './training-state.ts';

export interface ResumeOptions {
  store: Store;
  run: string;
  /** The run's folder. */
  folder: string;
  loop: TrainingLoop;
  buffer: ReplayBuffer;
  /** Complete. */
  configuration: RunConfiguration;
}

export interface Resumed {
  /** Where training continues; 0 for a run that begins. */
  step: number;
  /** Replay segments that the checkpoint needs. */
  segments: Segment[];
  /** Checkpoints that could not be used, in words. */
  warnings: string[];
}

/**
 * @throws TrainingError when checkpoints were written but none can be used: beginning again in silence would
 *   throw the run's curves away
 */
export async function restoreNewest(options: ResumeOptions): Promise<Resumed> {
  const { store, run, folder, buffer } = options;
  const warnings: string[] = [];
  for (const checkpoint of store.checkpoints.list(run)) {
    try {
      const { state, segments } = readCheckpoint(folder, checkpoint, buffer);
      await restore(options, state, checkpoint.details);
      return { step: state.environmentSteps, segments, warnings: warnings.map((warning) => `${warning} An earlier one was taken.`) };
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      warnings.push(`The checkpoint at step ${checkpoint.step.toLocaleString('en-US')} cannot be used: ${error.message}.`);
    }
  }
  if (warnings.length > 0) {
    throw new TrainingError(
      `None of this run's checkpoints can be used. ${warnings.join(' ')} Its curves and recordings are kept; start a new run with the same settings instead.`,
    );
  }
  const problem = continuationProblem(store.runs.get(run));
  if (problem !== null) throw new TrainingError(problem);
  return { step: 0, segments: [], warnings };
}

/**
 * A run's own checkpoint holds the live values of its step; what is not live, such as an extended number of steps, is the
 * configuration's. A fork's first checkpoint is its parent's: from it on, the fork's configuration is in force.
 */
async function restore({ loop, configuration }: ResumeOptions, state: TrainingState, details: unknown): Promise<void> {
  const { parameters } = findAgent(configuration.agent).declaration;
  const set = configuration.hyperparameters;
  if (isForked(details)) {
    // A checkpoint of the first format comes from a time before there were kinds to choose.
    const former = state.values ?? { prior: 'uniform', 'actor-paused': false };
    await loop.restore({ ...state, editsHere: [] }, { ...set, ...former });
    await loop.applyEdit({ id: 0, changes: set });
    return;
  }
  const live = parameters
    .filter((one) => one.live)
    .flatMap(({ name }) => (state.values?.[name] === undefined ? [] : [[name, state.values[name]]]));
  await loop.restore(state, { ...set, ...(Object.fromEntries(live) as ParameterValues) });
}
