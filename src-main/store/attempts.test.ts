import { describe, expect, it } from 'vitest';
import { environment, evaluationAt, newRun, openAttempt, refusal, startProcess, temporaryStore } from './testing/temporary-store.ts';
import { processIdentity } from './store.ts';

describe('attempts', () => {
  it('opens, describes and closes', () => {
    const store = temporaryStore();
    const run = newRun(store);
    expect(store.attempts.holder(run)).toBeNull();
    const attempt = openAttempt(store, run);
    expect(attempt).toBe(1);
    expect(store.attempts.holder(run)).toMatchObject({ attempt: 1, ...processIdentity() });
    expect(store.runs.summary(run)).toMatchObject({ state: 'running', stateReason: null });
    store.runs.setProgress(run, { environmentSteps: 30, stepsPerSecond: 1, etaSeconds: 1, activeSeconds: 1 });
    store.attempts.heartbeat(run, attempt);
    store.attempts.close(run, attempt);
    expect(store.attempts.list(run)).toMatchObject([{ attempt: 1, startStep: 0, lastStep: 30, supersededAfter: null, environment }]);
    expect(store.attempts.list(run)[0]?.endedAt).not.toBeNull();
    expect(refusal(() => store.attempts.heartbeat(run, attempt))).toMatchObject({ code: 'superseded' });
    expect(refusal(() => store.attempts.heartbeat(run, 2)).code).toBe('not-found');
    expect(refusal(() => openAttempt(store, 'nowhere')).code).toBe('not-found');
  });

  it('refuses a second trainer while the first lives, and fences off one that was replaced', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const former = store.attempts.open(run, { startStep: 0, environment, pid: 1, bootId: 'another' }, () => 'alive');
    const refused = refusal(() => store.attempts.open(run, { startStep: 0, environment, ...processIdentity() }, () => 'alive'));
    expect(refused).toMatchObject({ code: 'conflict', message: expect.stringContaining('trained by process 1 already') as string });
    const writer = store.metrics.writer(run, former);
    writer.append(5, { entropy: 1 });
    const attempt = store.attempts.open(run, { startStep: 0, environment, ...processIdentity() }, () => 'dead');
    expect(attempt).toBe(2);
    for (const act of [
      () => writer.flush(),
      () => store.metrics.writer(run, former),
      () => store.attempts.heartbeat(run, former),
      () => store.attempts.close(run, former),
      () => store.evaluations.add(run, former, evaluationAt(5, 1)),
      () => store.snapshots.setLive(run, former, 5, Uint8Array.of(1)),
      () => store.checkpoints.add(run, former, { step: 5, path: 'a', bytes: 1, sha256: 'ab'.repeat(32), createdAt: 1, details: null }),
    ])
      expect(refusal(act)).toMatchObject({ code: 'superseded', message: expect.stringContaining('replaced by attempt 2') as string });
    expect(store.metrics.names(run)).toEqual([]);
  });

  it('supersedes what lies after the step from which a later attempt goes on', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const evaluate = (attempt: number, step: number, value: number): void => {
      store.evaluations.add(run, attempt, evaluationAt(step, value));
      store.checkpoints.add(run, attempt, {
        step,
        path: `${attempt}-${step}`,
        bytes: 1,
        sha256: 'ab'.repeat(32),
        createdAt: step,
        details: null,
      });
    };
    const values = (): [number, number][] => store.evaluations.list(run).map((evaluation) => [evaluation.step, evaluation.meanReturn]);
    const first = openAttempt(store, run);
    evaluate(first, 100, 1);
    evaluate(first, 200, 9);
    evaluate(first, 300, 3);
    expect(store.runs.summary(run)).toMatchObject({ lastReturn: 3, bestReturn: 9, sparkline: Float32Array.of(1, 9, 3) });

    const second = openAttempt(store, run, 100);
    expect(store.runs.summary(run)).toMatchObject({ environmentSteps: 100, lastReturn: 1, bestReturn: 1, sparkline: Float32Array.of(1) });
    expect(values()).toEqual([[100, 1]]);
    // Repeating the evaluation of the very step at which it begins replaces the former one.
    evaluate(second, 100, 2);
    evaluate(second, 200, 5);
    expect(values()).toEqual([
      [100, 2],
      [200, 5],
    ]);
    expect(store.snapshots.getEvaluation(run, 200).onnx).toEqual(Uint8Array.of(1, 2, 5));
    expect(refusal(() => store.snapshots.getEvaluation(run, 300))).toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('100, 200') as string,
    });
    expect(store.evaluations.list(run, { includeSuperseded: true }).map(({ step, attempt }) => [step, attempt])).toEqual([
      [100, 1],
      [100, 2],
      [200, 1],
      [200, 2],
      [300, 1],
    ]);
    expect(store.checkpoints.newest(run)).toMatchObject({ step: 200, attempt: 2, path: '2-200' });

    // The newest checkpoint was damaged: the third goes on from before the second began.
    openAttempt(store, run, 50);
    expect(values()).toEqual([]);
    expect(store.runs.summary(run)).toMatchObject({ lastReturn: null, bestReturn: null });
    expect(store.attempts.list(run).map((attempt) => attempt.supersededAfter)).toEqual([50, 50, null]);
    expect(store.checkpoints.newest(run)).toBeNull();
    expect(store.checkpoints.removeOlder(run, 2)).toHaveLength(5);
  });

  it('counts everything where nothing lies after', () => {
    const store = temporaryStore();
    const run = newRun(store);
    store.evaluations.add(run, openAttempt(store, run), evaluationAt(100, 1));
    openAttempt(store, run, 100);
    expect(store.attempts.list(run).map((attempt) => attempt.supersededAfter)).toEqual([null, null]);
  });

  it('marks runs whose trainer was killed as interrupted, and drops what it was asked for', async () => {
    const store = temporaryStore();
    const [killed, living] = [newRun(store, 'killed'), newRun(store, 'living')];
    openAttempt(store, living);
    const { child, lines } = startProcess('metrics-process.ts', store.dataDirectory, killed, '0', '1000000');
    await expect.poll(() => lines.length, { timeout: 60_000 }).toBeGreaterThan(0);
    store.runs.setProgress(killed, { environmentSteps: 40, stepsPerSecond: 9, etaSeconds: 9, activeSeconds: 1 });
    expect(store.attempts.reapDead()).toEqual([]);
    store.commands.request(killed, 'stop', 'a test');
    // It may be stopped within a write, so that until it is gone nothing here can be written.
    child.kill('SIGSTOP');
    expect(store.attempts.reapDead(), 'a stopped process is not a dead one').toEqual([]);
    child.kill('SIGKILL');
    await expect.poll(() => store.attempts.reapDead(), { timeout: 60_000 }).toEqual([killed]);
    const reaped = store.runs.summary(killed);
    expect(reaped).toMatchObject({ state: 'interrupted', stepsPerSecond: null });
    expect(reaped.stateReason).toContain(`process ${child.pid}) vanished at about step 40`);
    expect(reaped.stateReason).toContain('from the start, since it has no checkpoint');
    expect(store.commands.outstanding()).toEqual([]);
    expect(store.runs.summary(living).state).toBe('running');
    expect(store.attempts.reapDead()).toEqual([]);
  });

  it('names the checkpoint to continue from, and leaves claims and finished runs alone', () => {
    const store = temporaryStore();
    const [run, claimed, finished, lost] = [newRun(store), newRun(store), newRun(store), newRun(store)];
    const attempt = openAttempt(store, run);
    store.checkpoints.add(run, attempt, { step: 70, path: 'c', bytes: 1, sha256: 'ab'.repeat(32), createdAt: 1, details: null });
    store.queue.enqueue(claimed);
    expect(store.queue.claim({ share: 9, claimant: 'a test' })).toBe(claimed);
    openAttempt(store, finished);
    store.runs.setState(finished, 'finished');
    store.runs.setState(lost, 'running');
    expect(store.attempts.reapDead(() => 'dead').sort()).toEqual([run, lost].sort());
    expect(store.runs.summary(run).stateReason).toContain('its checkpoint at step 70');
    expect(store.runs.summary(claimed).state).toBe('running');
    expect(store.runs.summary(finished).state).toBe('finished');
    expect(store.attempts.holder(finished)).toBeNull();
  });
});
