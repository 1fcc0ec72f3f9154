// Runs made from runs: a fork goes on from a checkpoint with other settings, a repetition does the same again, edits
// included.
import { checkValues, whyNotForkable } from '../contract/agent-values.ts';
import { checkReplayMemory } from '../contract/replay-memory.ts';
import { formatParameter, ParameterError, type ParameterValues } from '../contract/parameters.ts';
import { WorkstationError } from '../contract/requests.ts';
import { continuationProblem, type RunConfiguration, type RunDetail } from '../contract/runs.ts';
import type { Checkpoint, Fork, ScheduledEdit, Store } from '../store/store.ts';
import { checkpointFiles, isForked } from '../training/launch.ts';
import { inField, overlay, type Possibilities } from './plan.ts';
import { checkPriorRun, resolvePriorRun } from './prior-run.ts';
import { type Subject, subjectOf, valuesAt } from './run-values.ts';

export interface ForkWishes {
  run: string;
  /** null: the newest checkpoint. */
  step: number | null;
  /** What is to differ from the parent's values at that step, as typed or as numbers. */
  hyperparameters: Readonly<Record<string, unknown>>;
  /** null makes one from the parent's. */
  name: string | null;
}

/** @throws ParameterError (`step`, `hyperparameters.…`), WorkstationError `conflict` where there is no checkpoint to fork from */
export function planFork(store: Store, wishes: ForkWishes, possible: Possibilities): Fork {
  const parent = store.runs.get(wishes.run);
  const subject = subjectOf(parent.configuration, possible);
  const checkpoint = findCheckpoint(store, parent, wishes.step);
  const base = valuesAt(store, parent, subject, checkpoint.step);
  const hyperparameters = inField('hyperparameters', () => {
    const given = resolvePriorRun(store, wishes.hyperparameters);
    const values = overlay(subject.agent, base, given);
    refuseUnforkable(subject, base, values, checkpoint.step);
    checkSteps(values, checkpoint.step, wishes.hyperparameters['steps'] !== undefined);
    checkValues(subject.agent, subject.task, values);
    checkReplayMemory(subject.task, values, possible.memoryBytes);
    const changes = Object.fromEntries(Object.keys(given).map((name) => [name, values[name] ?? '']));
    checkPriorRun(store, null, subject, values, changes, possible);
    return values;
  });
  return forkOf(store, parent, checkpoint, { ...parent.configuration, hyperparameters }, nameOf(wishes.name, parent, 'fork'));
}

/** How to do the same again. */
export interface Repetition {
  /** null where the run began at step 0. */
  fork: Fork | null;
  configuration: RunConfiguration;
  name: string;
  edits: ScheduledEdit[];
}

/** @throws WorkstationError `conflict` where the checkpoint that the run was forked from is gone */
export function planRepeat(store: Store, run: string, name: string | null): Repetition {
  const original = store.runs.get(run);
  const { configuration, parent } = original;
  const newName = nameOf(name, original, 'repeat');
  const counting = [...store.edits.appliedFrom(run, 0), ...store.edits.pending(run).filter(({ dueStep }) => dueStep !== null)];
  const copied = new Set(counting.map(({ id }) => id));
  const edits = counting.map(({ id, changes, undoes, requester, appliedStep, dueStep }) => ({
    id,
    changes,
    // What it took back may never have come into force, and is not made again.
    undoes: undoes !== null && copied.has(undoes) ? undoes : null,
    requester,
    dueStep: appliedStep ?? dueStep ?? 0,
  }));
  const fork = parent === null ? null : repeatedFork(store, original, parent, newName);
  return { fork, configuration, name: newName, edits };
}

/** From the parent's checkpoint, else from the fork's own copy of it, as long as one of them is there. */
function repeatedFork(store: Store, original: RunDetail, { run, step }: { run: string; step: number }, name: string): Fork {
  const isThere = store.runs.list().some(({ id }) => id === run);
  const parents = isThere ? store.checkpoints.list(run).find((one) => one.step === step) : undefined;
  const checkpoint = parents ?? store.checkpoints.list(original.id).find((one) => one.step === step && isForked(one.details));
  if (checkpoint === undefined) {
    throw conflict(
      `Run ${original.id} was forked from run ${run} at step ${count(step)}, and that checkpoint is gone, in both runs, so that it cannot be repeated from there`,
    );
  }
  return forkOf(store, parents === undefined ? original : store.runs.get(run), checkpoint, original.configuration, name);
}

function findCheckpoint(store: Store, parent: RunDetail, step: number | null): Checkpoint {
  const all = store.checkpoints.list(parent.id);
  const [newest] = all;
  if (newest === undefined) {
    throw conflict(
      continuationProblem(parent) === null
        ? `Run ${parent.id} has no checkpoint yet to fork from; a checkpoint is written every few minutes, on request, and when the run is paused or stopped`
        : `Run ${parent.id} has no checkpoint to fork from: ${parent.isDemo ? 'the demo comes without' : 'they have been deleted'}; start a new run with the same settings instead`,
    );
  }
  const found = step === null ? newest : all.find((one) => one.step === step);
  if (found) return found;
  throw new ParameterError(
    'step',
    `step must be that of a checkpoint: run ${parent.id} has ${all.length === 1 ? 'one' : 'them'} at ${all.map((one) => count(one.step)).join(', ')}; ${count(step ?? 0)} was given`,
  );
}

function forkOf(store: Store, { id }: RunDetail, checkpoint: Checkpoint, configuration: RunConfiguration, name: string): Fork {
  try {
    return { run: id, checkpoint, files: checkpointFiles(store.dataDirectory, checkpoint), configuration, name };
  } catch (error) {
    throw conflict(
      `The checkpoint of run ${id} at step ${count(checkpoint.step)} cannot be used: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** What nobody changed goes on as it is, with effect or without. */
function refuseUnforkable({ agent }: Subject, base: ParameterValues, values: ParameterValues, step: number): void {
  for (const declaration of agent.parameters) {
    const { name } = declaration;
    const [before, after] = [base[name] ?? '', values[name] ?? ''].map(formatParameter);
    if (before === after) continue;
    const reason = whyNotForkable(declaration, values, step, base);
    if (reason !== null) throw new ParameterError(name, `${name} is ${before} and cannot change in a fork: ${reason}; ${after} was given`);
  }
}

function checkSteps(values: ParameterValues, step: number, isGiven: boolean): void {
  const steps = Number(values['steps']);
  if (steps > step) return;
  throw new ParameterError(
    'steps',
    `steps, the new run’s total, must exceed the checkpoint’s ${count(step)}; ${isGiven ? `${count(steps)} was given` : `the parent’s total is ${count(steps)}, so give a larger one`}`,
  );
}

/** A person's name, else the original's with what became of it. */
function nameOf(given: string | null, { name }: RunDetail, what: string): string {
  const own = given?.trim() ?? '';
  if (own.length > 120) throw new ParameterError('name', `a name has at most 120 characters; ${own.length} were given`);
  return own === '' ? `${name.slice(0, 119 - what.length)}-${what}` : own;
}

const count = (value: number): string => value.toLocaleString('en-US');
const conflict = (message: string): WorkstationError =>
  new WorkstationError({ code: 'conflict', message: `${message}. No run was made.`, field: null });
