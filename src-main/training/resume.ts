// Puts a run back to its newest checkpoint that is whole.
import { continuationProblem } from '../contract/runs.ts';
import type { ReplayBuffer } from '../replay/replay-buffer.ts';
import type { Store } from '../store/store.ts';
import { CheckpointError, readCheckpoint } from './checkpoint/read.ts';
import type { Segment } from './checkpoint/manifest.ts';
import type { TrainingLoop } from './loop.ts';
import { TrainingError } from './training-error.ts';

export interface Resumed {
  /** Where training continues; 0 for a run that begins. */
  step: number;
  /** Replay segments that the checkpoint needs. */
  segments: Segment[];
  /** Checkpoints that could not be used, in words. */
  warnings: string[];
}

/**
 * @param options.folder the run's folder
 * @throws TrainingError when checkpoints were written but none can be used: beginning again in silence would
 *   throw the run's curves away
 */
export async function restoreNewest(options: { store: Store; run: string; folder: string; loop: TrainingLoop; buffer: ReplayBuffer }): Promise<Resumed> {
  const { store, run, folder, loop, buffer } = options;
  const warnings: string[] = [];
  for (const checkpoint of store.checkpoints.list(run)) {
    try {
      const { state, segments } = readCheckpoint(folder, checkpoint, buffer);
      await loop.restore(state);
      return { step: state.environmentSteps, segments, warnings: warnings.map((warning) => `${warning} An earlier one was taken.`) };
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      warnings.push(`The checkpoint at step ${checkpoint.step.toLocaleString('en-US')} cannot be used: ${error.message}.`);
    }
  }
  if (warnings.length > 0) {
    throw new TrainingError(`None of this run's checkpoints can be used. ${warnings.join(' ')} Its curves and recordings are kept; start a new run with the same settings instead.`);
  }
  const problem = continuationProblem(store.runs.get(run));
  if (problem !== null) throw new TrainingError(problem);
  return { step: 0, segments: [], warnings };
}
