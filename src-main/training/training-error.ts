// What stops a run by itself: the message names what went wrong and at which step.
import type { NonFiniteError } from '../engine/non-finite.ts';
import type { Transition } from '../replay/replay-buffer.ts';

export class TrainingError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TrainingError';
  }
}

/** What there is to look at besides the replay buffer. */
export interface FailureEvidence {
  /** What a program computed, and what it was given; null where none was at fault. */
  program: NonFiniteError | null;
  /** The transition that was not stored; null where the task was not at fault. */
  refused: Transition | null;
}

/** A number that is not finite. Nothing that follows from it was applied. */
export class NumericalFailure extends TrainingError {
  /** The tensor or quantity, as the message begins. */
  readonly what: string;
  /** The environment step in which it arose. */
  readonly step: number;
  readonly evidence: FailureEvidence;

  /** @param message what happened and, as far as can be told, why: whole sentences */
  constructor(
    message: string,
    { what, step, evidence = { program: null, refused: null } }: { what: string; step: number; evidence?: FailureEvidence },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'NumericalFailure';
    this.what = what;
    this.step = step;
    this.evidence = evidence;
  }
}

/**
 * Stops the run at the first number that is not finite, before it can spread.
 * @param what as the message begins: `the reward`, `observation "pole angle"`
 */
export function requireFinite(value: number, what: () => string, step: number): void {
  if (Number.isFinite(value)) return;
  throw new NumericalFailure(`${what()} became ${value} at environment step ${step.toLocaleString('en-US')}.`, { what: what(), step });
}
