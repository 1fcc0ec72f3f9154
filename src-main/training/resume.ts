// Puts a run back to its newest checkpoint that is whole.
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
      return { step: state.environmentSteps, segments, warnings };
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      warnings.push(`The checkpoint at step ${checkpoint.step.toLocaleString('en-US')} cannot be used: ${error.message}. An earlier one was taken.`);
    }
  }
  const wereWritten = store.events.list(run).some(({ kind }) => kind === 'checkpoint');
  if (warnings.length > 0 || wereWritten) {
    throw new TrainingError(
      `this run cannot be continued: ${warnings.length > 0 ? warnings.join(' ') : 'its checkpoints have been deleted.'} ` +
        `Its curves and recordings are kept; start a new run with the same settings instead.`,
    );
  }
  return { step: 0, segments: [], warnings };
}
