// What is said where nothing can be turned.
import { expect, it } from 'vitest';
import type { CheckpointSummary, RunEvent, RunState } from '../../../src-main/contract/runs.ts';
import { whyReadOnly } from './read-only.ts';

const checkpoint: CheckpointSummary = { step: 1, attempt: 1, createdAt: 0, bytes: 1 };
const written: RunEvent = { id: 1, attempt: 1, step: 1, createdAt: 0, kind: 'checkpoint', message: '', requester: null };

it.each<RunState>(['running', 'paused'])('nothing, of a run that is %s', (state) =>
  expect(whyReadOnly({ state, isDemo: false, checkpoints: [], events: [] })).toBeNull(),
);

it.each<[RunState, boolean, boolean, RegExp]>([
  ['queued', false, false, /waits for a free place/],
  ['stopped', true, true, /is stopped.*To try others, continue it, or fork it from a checkpoint\./],
  ['finished', true, true, /is finished.*give it more steps, or fork it/],
  ['failed', false, false, /failed.*To try others, continue it\./],
  ['interrupted', false, true, /was interrupted.*Start a new run like it/],
])('of a run that is %s', (state, hasCheckpoint, wasWritten, said) => {
  expect(
    whyReadOnly({ state, isDemo: false, checkpoints: hasCheckpoint ? [checkpoint] : [], events: wasWritten ? [written] : [] }),
  ).toMatch(said);
});
