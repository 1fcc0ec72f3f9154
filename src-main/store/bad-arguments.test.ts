// What a person, a file or a window may hand in, and must not get stored.
import { describe, expect, it } from 'vitest';
import type { RunConfiguration } from '../contract/runs.ts';
import type { Checkpoint, ScheduledEdit, Store } from './store.ts';
import { configuration, environment, newRun, openAttempt, refusal, temporaryStore } from './testing/temporary-store.ts';

const badNumbers = [-1, 0.5, NaN, Infinity, 1e308, '1', null, undefined, 1n] as unknown as number[];
const badLines = ['', '   ', 'two\nlines', 'a\0b', 'tab\there', '\ud800', 'x'.repeat(4096), 7, null] as unknown as string[];

interface Case {
  what: string;
  values: readonly unknown[];
  act: (store: Store, run: string, value: never) => unknown;
  field: string;
}

function each<T>(what: string, values: readonly T[], field: string, act: (store: Store, run: string, value: T) => unknown): Case {
  return { what, values, field, act };
}

const configured = (changes: Partial<Record<keyof RunConfiguration, unknown>>): RunConfiguration =>
  ({ ...configuration, ...changes }) as RunConfiguration;
const create = (store: Store, changes: Partial<Record<keyof RunConfiguration, unknown>>): string =>
  store.runs.create({ configuration: configured(changes), name: 'a name' });
const hyper = (value: unknown): RunConfiguration['hyperparameters'] =>
  ({ steps: 10, 'batch-size': value }) as RunConfiguration['hyperparameters'];

const badValues: unknown[] = [NaN, -Infinity, null, undefined, {}, [1, NaN], ['a'], 'auto', 1n];
const badRecords = [{}, [], [1], null, undefined, 'a=1', 7, new Map([['a', 1]]), new Float64Array(2)] as never[];
const schedule = (store: Store, run: string, changes: Partial<ScheduledEdit>): unknown =>
  store.edits.schedule(run, [{ id: 1, changes: { a: 1 }, undoes: null, requester: 'me', dueStep: 5, ...changes }]);

const cases: Case[] = [
  each('names of new runs', badLines, 'name', (store, _, name) => store.runs.create({ configuration, name })),
  each('names', badLines, 'name', (store, run, name) => store.runs.rename(run, name)),
  each('tasks', badLines, 'task', (store, _, task) => create(store, { task })),
  each('agents', badLines, 'agent', (store, _, agent) => create(store, { agent })),
  each('devices', badLines, 'device', (store, _, device) => create(store, { device })),
  each('seeds', badNumbers, 'seed', (store, _, seed) => create(store, { seed })),
  each('threads', [...badNumbers, 0], 'threads', (store, _, threads) => create(store, { threads })),
  each('steps', [...badNumbers, 0, 1e10], 'hyperparameters.steps', (store, _, steps) => create(store, { hyperparameters: { steps } })),
  each('records of hyper-parameters', badRecords, 'hyperparameters', (store, _, hyperparameters) => create(store, { hyperparameters })),
  each(
    'records of task options',
    badRecords.filter((one) => one !== undefined),
    'taskOptions',
    (store, _, taskOptions) => create(store, { taskOptions }),
  ),
  each('task options', badValues, 'taskOptions.gravity-scale', (store, _, value) =>
    create(store, { taskOptions: { 'gravity-scale': value } }),
  ),
  each('hyper-parameters', badValues, 'hyperparameters.batch-size', (store, _, value) => create(store, { hyperparameters: hyper(value) })),
  each('notes', ['x'.repeat(20_001), 'a\0b', '\udfff', 7 as unknown as string], 'note', (store, run, note) =>
    store.runs.annotate(run, note),
  ),
  each('lines beside the state', ['a\0', 'x'.repeat(20_001), 7 as unknown as string], 'reason', (store, run, reason) =>
    store.runs.setReason(run, reason),
  ),
  each('states', ['', 'done', 'Running'] as never[], 'state', (store, run, state) => store.runs.setState(run, state)),
  each('progress', badNumbers, 'environmentSteps', (store, run, environmentSteps) =>
    store.runs.setProgress(run, { environmentSteps, stepsPerSecond: null, etaSeconds: null, activeSeconds: 0 }),
  ),
  each('speeds', [-1, NaN, Infinity], 'stepsPerSecond', (store, run, stepsPerSecond) =>
    store.runs.setProgress(run, { environmentSteps: 1, stepsPerSecond, etaSeconds: null, activeSeconds: 0 }),
  ),
  each('ages', [-1, NaN, Infinity], 'olderThanMs', (store, _, age) => store.runs.purgeDeleted(age)),
  each('revisions', badNumbers, 'revision', (store, _, revision) => store.runs.changedSince(revision)),
  each('shares', badNumbers, 'share', (store, _, share) => store.queue.claim({ share, claimant: 'me' })),
  each('claimants', badLines, 'claimant', (store, _, claimant) => store.queue.claim({ share: 1, claimant })),
  each('places in the queue', [...badNumbers, 0], 'position', (store, run, position) => {
    store.queue.enqueue(run);
    store.queue.move(run, position);
  }),
  each('starting steps', badNumbers, 'startStep', (store, run, startStep) =>
    store.attempts.open(run, { startStep, environment, pid: 1, bootId: 'b' }),
  ),
  each('pids', [...badNumbers, 0], 'pid', (store, run, pid) => store.attempts.open(run, { startStep: 0, environment, pid, bootId: 'b' })),
  each('kinds of events', ['', 'paint', 7] as never[], 'kind', (store, run, kind) =>
    store.events.append(run, 0, { step: 0, kind, message: '', requester: null }),
  ),
  each('steps of events', badNumbers, 'step', (store, run, step) =>
    store.events.append(run, 0, { step, kind: 'warning', message: '', requester: null }),
  ),
  each('messages', ['a\0', 'x'.repeat(20_001)], 'message', (store, run, message) =>
    store.events.append(run, 0, { step: 0, kind: 'warning', message, requester: null }),
  ),
  each('actions', ['', 'explode', 'Stop'] as never[], 'action', (store, run, action) => store.commands.request(run, action, 'me')),
  each('requesters', badLines, 'requester', (store, run, requester) => store.commands.request(run, 'stop', requester)),
  each('changes', badRecords, 'changes', (store, run, changes) => store.edits.request(run, { changes, requester: 'me' })),
  each('changed values', badValues, 'changes.batch-size', (store, run, value) =>
    store.edits.request(run, { changes: hyper(value), requester: 'me' }),
  ),
  each('requesters of edits', badLines, 'requester', (store, run, requester) => store.edits.request(run, { changes: { a: 1 }, requester })),
  each('undone edits', [...badNumbers.filter((id) => id !== null && id !== undefined), 0], 'undoes', (store, run, undoes) =>
    store.edits.request(run, { changes: { a: 1 }, undoes, requester: 'me' }),
  ),
  each('scheduled changes', badRecords, 'changes', (store, run, changes) => schedule(store, run, { changes })),
  each('due steps', badNumbers, 'dueStep', (store, run, dueStep) => schedule(store, run, { dueStep })),
  each('scheduled undos', [2, 1, -1], 'undoes', (store, run, undoes) => schedule(store, run, { undoes })),
  each('steps of applied edits', badNumbers, 'step', (store, run, step) =>
    store.edits.applied(run, openAttempt(store, run), { step, values: { a: 1 }, edits: [] }),
  ),
  each('values in force', badRecords, 'values', (store, run, values) =>
    store.edits.applied(run, openAttempt(store, run), { step: 1, values, edits: [] }),
  ),
  each(
    'values set',
    badRecords.filter((record) => record !== null),
    'values',
    (store, run, values) => store.runs.setValues(run, values),
  ),
  each('previous values', badRecords, 'previous', (store, run, previous) =>
    store.edits.applied(run, openAttempt(store, run), { step: 1, values: { a: 1 }, edits: [{ id: 1, previous }] }),
  ),
  each('reasons', ['a\0', 'x'.repeat(2001), 7 as unknown as string], 'reason', (store, _, reason) => store.edits.refuse(1, reason)),
  each('page lengths', [...badNumbers, 0, 10_001], 'limit', (store, run, limit) => store.edits.list(run, { limit })),
  each('ends of pages', [-1, 0.5, NaN, 0], 'before', (store, run, before) => store.edits.list(run, { before, limit: 1 })),
  each('edits to go on from', badNumbers, 'step', (store, run, step) => store.edits.appliedFrom(run, step)),
  each('steps of histograms', badNumbers, 'step', (store, run, step) =>
    store.histograms.set(run, openAttempt(store, run), { step, bins: 1, counts: new Int32Array(1), moments: new Float64Array(4) }),
  ),
  each('checkpoint paths', ['', '/etc/passwd', '../other', 'a/../../b', 'a//b', 'C:/x', 'a\\b', 'a\0'], 'path', (store, run, path) =>
    store.checkpoints.add(run, openAttempt(store, run), { step: 1, path, bytes: 1, sha256: 'ab'.repeat(32), createdAt: 1, details: null }),
  ),
  each('hashes', ['', 'AB'.repeat(32), 'zz'.repeat(32), 'ab'], 'sha256', (store, run, sha256) =>
    store.checkpoints.add(run, openAttempt(store, run), { step: 1, path: 'c', bytes: 1, sha256, createdAt: 1, details: null }),
  ),
  each('numbers of checkpoints to keep', badNumbers, 'keep', (store, run, keep) => store.checkpoints.removeOlder(run, keep)),
];

describe('bad arguments', () => {
  it.each(cases)('refuses $what, naming the field', ({ values, act, field }) => {
    const store = temporaryStore();
    for (const value of values) {
      const run = newRun(store);
      expect(
        refusal(() => act(store, run, value as never)),
        String(value).slice(0, 40),
      ).toMatchObject({ code: 'invalid', message: expect.stringContaining(`${field} must be`) as string });
      expect(store.runs.get(run)).toMatchObject({
        name: 'a run',
        note: '',
        checkpoints: [],
        events: [],
        editCount: 0,
        values: configuration.hyperparameters,
      });
    }
    expect(store.runs.list()).toHaveLength(values.length);
  });

  it('says that a run does not exist, whatever is asked of it', () => {
    const store = temporaryStore();
    const checkpoint: Checkpoint = {
      id: 1,
      run: 'nowhere',
      attempt: 1,
      step: 1,
      path: 'c',
      bytes: 1,
      sha256: 'ab'.repeat(32),
      createdAt: 1,
      details: null,
    };
    const acts: ((run: string) => unknown)[] = [
      (run) => store.runs.get(run),
      (run) => store.runs.summary(run),
      (run) => store.runs.configuration(run),
      (run) => store.runs.setState(run, 'running'),
      (run) => store.runs.setReason(run, null),
      (run) => store.runs.setProgress(run, { environmentSteps: 1, stepsPerSecond: null, etaSeconds: null, activeSeconds: 0 }),
      (run) => store.runs.setError(run, 'e'),
      (run) => store.runs.rename(run, 'n'),
      (run) => store.runs.star(run, true),
      (run) => store.runs.annotate(run, ''),
      (run) => store.runs.softDelete([run]),
      (run) => store.runs.restore([run]),
      (run) => store.runs.extend(run, 5),
      (run) => store.runs.deleteCheckpoints(run),
      (run) => store.runs.directory(run),
      (run) => store.queue.enqueue(run),
      (run) => openAttempt(store, run),
      (run) => store.metrics.writer(run, 1),
      (run) => store.events.append(run, 0, { step: 0, kind: 'warning', message: '', requester: null }),
      (run) => store.commands.request(run, 'stop', 'me'),
      (run) => store.edits.request(run, { changes: { a: 1 }, requester: 'me' }),
      (run) => store.edits.schedule(run, []),
      (run) => store.edits.get(run, 1),
      (run) => store.edits.applied(run, 1, { step: 1, values: { a: 1 }, edits: [] }),
      (run) => store.runs.setValues(run, { a: 1 }),
      (run) => store.histograms.get(run),
      (run) => store.histograms.set(run, 1, { step: 1, bins: 1, counts: new Int32Array(1), moments: new Float64Array(4) }),
      (run) => store.fittedPriors.add(run, { sourceRun: 'abcdefgh', details: null, data: Uint8Array.of(1) }),
      (run) => store.runs.fork({ run, checkpoint, files: [], configuration, name: 'a fork' }),
      (run) => store.snapshots.setLive(run, 1, 1, Uint8Array.of(1)),
      (run) => store.snapshots.getLive(run),
      (run) => store.attempts.close(run, 1),
    ];
    for (const act of acts) {
      for (const run of ['nowhere', '', '../..', "' OR 1=1 --", '\0'])
        expect(refusal(() => act(run)).code, `${act} of ${run}`).toBe('not-found');
    }
    expect(store.runs.list()).toEqual([]);
  });
});
