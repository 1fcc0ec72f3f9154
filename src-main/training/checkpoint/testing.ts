// For tests: checkpoints as the trainer writes them, files and row, of a loop's state with nothing in it but its step.
import { ReplayBuffer } from '../../replay/replay-buffer.ts';
import type { Store } from '../../store/store.ts';
import type { TrainingState } from '../training-state.ts';
import { realFileSystem } from './durable-files.ts';
import { writeCheckpoint } from './write.ts';

export function stateOf(step: number): TrainingState {
  return {
    environmentSteps: step,
    gradientSteps: step,
    episode: { return: 0, length: 0 },
    streams: {},
    task: { state: new Float64Array(0), taskState: new Float64Array(0) },
    observation: new Float64Array(0),
    window: {},
    values: null,
    editsHere: [],
    evaluationDue: false,
    inspection: {},
    engine: { w: Float32Array.of(1) },
  };
}

/** Five transitions of inverted-pendulum. */
function fewRows(): ReplayBuffer {
  const buffer = new ReplayBuffer({ observationSize: 4, actionSize: 1, capacity: 100 });
  for (let k = 0; k < 5; k += 1)
    buffer.add({ observation: [k, 0, 0, 0], action: [0], reward: 1, nextObservation: [k, 0, 0, 0], terminated: false });
  return buffer;
}

/** @param options.editsHere ids of the edits of that very step that it contains */
export function addCheckpoint(
  store: Store,
  { run, attempt }: { run: string; attempt: number },
  step: number,
  { buffer = fewRows(), editsHere = [] as number[] } = {},
): void {
  const state = { ...stateOf(step), editsHere };
  const { path, bytes, sha256 } = writeCheckpoint({
    fs: realFileSystem,
    folder: store.runs.directory(run),
    attempt,
    state,
    buffer,
    segments: [],
  });
  store.checkpoints.add(run, attempt, {
    step,
    path,
    bytes,
    sha256,
    createdAt: Date.now(),
    details: { gradientSteps: step, stateHash: 'x' },
  });
}
