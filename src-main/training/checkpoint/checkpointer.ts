// Keeps a run's checkpoints: writes them, enters them into the index, and removes what is no longer needed.
import type { ReplayBuffer } from '../../replay/replay-buffer.ts';
import type { Store } from '../../store/store.ts';
import { hashState } from '../state-hash.ts';
import type { TrainingState } from '../training-state.ts';
import type { FileSystem } from './durable-files.ts';
import { type Segment, stateArrays } from './manifest.ts';
import { removeUnneededFiles } from './tidy.ts';
import { writeCheckpoint } from './write.ts';

/** Checkpoints that stay restorable. */
export const keptCheckpoints = 2;

/** What an index row says besides where the checkpoint lies. */
export interface CheckpointDetails {
  stateHash: string;
  gradientSteps: number;
}

export class Checkpointer {
  readonly #store: Store;
  readonly #run: string;
  readonly #attempt: number;
  readonly #folder: string;
  readonly #fs: FileSystem;
  readonly #warn: (message: string) => void;
  #segments: Segment[];
  #lastStep: number | null;
  /** Could not everything be removed the last time? */
  #isUntidy = false;

  /**
   * @param options.folder the run's folder
   * @param options.segments those of the checkpoint that the attempt began from
   * @param options.lastStep step of that checkpoint; null where there was none
   * @param options.warn is told, once, that files of older checkpoints could not be removed
   */
  constructor(options: {
    store: Store;
    run: string;
    attempt: number;
    folder: string;
    segments: Segment[];
    lastStep: number | null;
    fs: FileSystem;
    warn: (message: string) => void;
  }) {
    this.#store = options.store;
    this.#run = options.run;
    this.#attempt = options.attempt;
    this.#folder = options.folder;
    this.#fs = options.fs;
    this.#warn = options.warn;
    this.#segments = options.segments;
    this.#lastStep = options.lastStep;
  }

  /** Step of the newest checkpoint; null where there is none. */
  get lastStep(): number | null {
    return this.#lastStep;
  }

  /** Removes what interrupted writes and older checkpoints have left. What cannot be removed is no reason to end a run. */
  tidy(): void {
    const left = this.#whatIsLeft();
    if (left !== null && !this.#isUntidy)
      this.#warn(
        `Files of older checkpoints could not be removed (${left}). The run goes on and tries again after each checkpoint; until then they take room on the disk.`,
      );
    this.#isUntidy = left !== null;
  }

  #whatIsLeft(): string | null {
    try {
      const left = removeUnneededFiles(this.#fs, this.#folder, this.#store.checkpoints.list(this.#run));
      return left[0] ?? null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** What `write` would take on the disk, about. */
  bytesToWrite(state: TrainingState, buffer: ReplayBuffer): number {
    const newRows = buffer.rowsAdded - Math.max(this.#segments.at(-1)?.to ?? 0, buffer.firstRow);
    const arrays = Object.values(stateArrays(state)).reduce((sum, { byteLength }) => sum + byteLength, 0);
    return arrays + newRows * buffer.rowWidth * Float32Array.BYTES_PER_ELEMENT;
  }

  /**
   * Writes a checkpoint, unless there is one of this very step. All metrics up to it must be committed already.
   * @param kept checkpoints that stay restorable, this one included
   * @throws the file system's or the store's error; the former checkpoints then stay as they were
   */
  write(state: TrainingState, buffer: ReplayBuffer, kept = keptCheckpoints): void {
    const { environmentSteps: step } = state;
    if (this.#lastStep === step) return;
    const { segments, ...row } = writeCheckpoint({
      fs: this.#fs,
      folder: this.#folder,
      attempt: this.#attempt,
      state,
      buffer,
      segments: this.#segments,
    });
    const details: CheckpointDetails = { stateHash: hashState(state.engine), gradientSteps: state.gradientSteps };
    this.#store.transaction(() => {
      this.#store.checkpoints.add(this.#run, this.#attempt, { ...row, createdAt: Date.now(), details });
      this.#store.events.append(this.#run, this.#attempt, {
        step,
        kind: 'checkpoint',
        message: `Checkpoint of ${(row.bytes / 1e6).toFixed(1)} MB.`,
        requester: null,
      });
      this.#store.checkpoints.removeOlder(this.#run, kept);
    });
    this.#segments = segments;
    this.#lastStep = step;
    this.tidy();
  }
}
