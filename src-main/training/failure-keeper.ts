// What is kept of a numerical failure, so that it can be looked at and gone on from: the last transitions with what the
// program at fault was given, and a checkpoint of the last good state.
import type { FileSystem } from './checkpoint/durable-files.ts';
import { keptTransitions, writeFailureRecord } from './failure-record.ts';
import type { PreparedRun } from './prepare.ts';
import { NumericalFailure } from './training-error.ts';

export interface FailureKeeperOptions {
  run: string;
  attempt: number;
  /** The run's folder. */
  folder: string;
  fs: FileSystem;
  prepared: Pick<PreparedRun, 'task' | 'buffer' | 'loop'>;
  /** Writes a checkpoint of the loop as it stands. */
  checkpoint: () => Promise<void>;
  /** Step of the newest checkpoint; null where there is none. */
  lastCheckpoint: () => number | null;
}

export class FailureKeeper {
  readonly #options: FailureKeeperOptions;

  constructor(options: FailureKeeperOptions) {
    this.#options = options;
  }

  /** @returns the failure, its message completed by what was kept and what to do. What could not be kept is said, never thrown. */
  async keep(failure: NumericalFailure): Promise<NumericalFailure> {
    const looks = this.#record(failure);
    const state = await this.#lastGoodState();
    return new NumericalFailure(
      `${failure.message} ${looks} ${state} ${this.#advice(failure)}`,
      { what: failure.what, step: failure.step, evidence: failure.evidence },
      { cause: failure },
    );
  }

  #record(failure: NumericalFailure): string {
    const {
      run,
      attempt,
      folder,
      fs,
      prepared: { task, buffer },
    } = this.#options;
    const given = failure.evidence.program === null ? '' : ' and all that the program was given';
    try {
      const file = writeFailureRecord({ folder, fs, run, attempt, task, buffer, failure });
      return `Kept: the last ${Math.min(keptTransitions, buffer.size)} transitions${given}, in ${file} of the run's folder.`;
    } catch (error) {
      return `The last transitions could not be kept (${textOf(error)}).`;
    }
  }

  /** A checkpoint of the moment before the failed step; else what the newest one is. */
  async #lastGoodState(): Promise<string> {
    const {
      prepared: { loop },
      checkpoint,
      lastCheckpoint,
    } = this.#options;
    const newest = (): string =>
      lastCheckpoint() === null ? 'There is no checkpoint yet.' : `The newest checkpoint is at step ${count(lastCheckpoint() ?? 0)}.`;
    // Before the first step there is nothing to lose.
    if (!loop.takeBackStep() || loop.environmentSteps === 0) return newest();
    try {
      const { engine } = await loop.save();
      const damaged = Object.keys(engine).find((name) => engine[name]?.some((value) => !Number.isFinite(value)));
      if (damaged !== undefined) return `The state before that step is not kept: ${damaged} in it is not finite already. ${newest()}`;
      await checkpoint();
      return `The last good state, before that step, is kept as the checkpoint at step ${count(loop.environmentSteps)}.`;
    } catch (error) {
      return `The last good state could not be kept (${textOf(error)}). ${newest()}`;
    }
  }

  #advice({ step }: NumericalFailure): string {
    const again = `With nothing changed the same steps follow, and it fails at step ${count(step)} again.`;
    const help = 'Often a smaller learning rate or reward scale helps.';
    if (this.#options.lastCheckpoint() === null)
      return `Start a new run with other settings. Continued, it begins again from step 0. ${again} ${help}`;
    return `Roll back to a checkpoint with other live settings (npm run runs -- rollback ${this.#options.run} --set NAME=VALUE), or fork from it, where also others may change. ${again} ${help}`;
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const count = (value: number): string => value.toLocaleString('en-US');
