// What the store offers for the processes that train runs, a part of api.ts: the queue, attempts, and who watches the queue.
import type { AttemptSummary, QueueEntry, RunEnvironment } from '../contract/runs.ts';
import type { Beat } from './liveness.ts';
import type { Judge, ProcessIdentity } from './process-identity.ts';

export interface QueueApi {
  list(): QueueEntry[];
  /** To the end of the queue; the run becomes queued. @throws conflict while a trainer holds it */
  enqueue(run: string): void;
  /** 1 is next; a place beyond the end means the end. @throws conflict where it does not wait */
  move(run: string, position: number): void;
  /** Takes it out of the queue; the run becomes stopped. @throws conflict where it does not wait */
  cancel(run: string): void;
  /**
   * In one transaction: puts claims back (first in the queue) whose trainer has gone, or that none took over within 30 s,
   * counts the trainers that are not lost, and where they are fewer than `share`, makes the first waiting run `running` and
   * returns its id. The caller starts its trainer, which calls `attempts.open`. A run whose trainer was started three times
   * and never came so far becomes `failed` instead.
   */
  claim(options: { share: number; claimant: string; judge?: Judge }): string | null;
  /**
   * The run's trainer is there: from now on its claim holds while it lives. False where the run has no claim.
   * @throws conflict where another process has the run that is not lost
   */
  takeClaim(run: string, trainer: ProcessIdentity & { judge?: Judge }): boolean;
  /** The trainer that took the claim says that it lives; about once a second. @throws superseded where it has it no more */
  renewClaim(run: string, trainer: ProcessIdentity): void;
  /** Gives a claim back at once, e.g. when its trainer could not be spawned. */
  unclaim(run: string): void;
}

export interface NewAttempt extends ProcessIdentity {
  startStep: number;
  environment: RunEnvironment;
}

/** A run's trainer; `attempt` is null while it has not opened one yet. */
export interface Trainer extends Beat {
  attempt: number | null;
}

export interface AttemptsApi {
  /**
   * Makes the run `running`, held by this process, and returns the attempt's number (from 1). Rows of earlier
   * attempts after `startStep` are superseded from now on.
   * @throws conflict where another process holds the run that is not lost
   */
  open(run: string, attempt: NewAttempt, judge?: Judge): number;
  /** Says that the trainer lives; about once a second. @throws superseded, not-found */
  heartbeat(run: string, attempt: number): void;
  /**
   * Ends the attempt; requests to it that are not done are dropped, and so are pending edits that are not due at a
   * certain step. The run's state is set apart.
   */
  close(run: string, attempt: number): void;
  /** Runs whose trainer is lost become `interrupted`, with the reason in words. Returns their ids. */
  reapDead(judge?: Judge): string[];
  /** Notes which trainers do not respond, and for how long. Returns the runs whose note changed. */
  noteSilence(judge?: Judge): string[];
  /** Takes the run from its trainer: it becomes `interrupted`. @param cause how its reason begins: "its trainer was ended" */
  interrupt(run: string, cause: string): void;
  /** From attempt 1 on: 0 stands for what a fork took over. */
  list(run: string): AttemptSummary[];
  /** The process that holds the run; null where none does. */
  holder(run: string): (Beat & { attempt: number }) | null;
  /** That process, or the one that is about to hold the run. */
  trainer(run: string): Trainer | null;
}

/** Who starts waiting runs while nobody looks: one process a database. */
export interface KeepersApi {
  /** Is there one that responds? */
  isKept(judge?: Judge): boolean;
  /** Makes this process the keeper; false where there is one that responds. */
  take(keeper: ProcessIdentity, judge?: Judge): boolean;
  /** Says that the keeper lives. @throws superseded where another one has taken its place */
  heartbeat(keeper: ProcessIdentity): void;
  /** Where no run waits, the keeper's place is given up, in one transaction, and true is returned. */
  leaveIfIdle(keeper: ProcessIdentity): boolean;
  leave(keeper: ProcessIdentity): void;
}
