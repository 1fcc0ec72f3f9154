// What becomes of holders whose heartbeat stopped, by what can be told of their process, and whatever the calendar does.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { beatNow, judgeHolder, lostAfter, silentAfter } from './liveness.ts';
import { processIdentity, type Liveness } from './process-identity.ts';
import { environment, evaluationAt, newRun, openAttempt, refusal, temporaryStore } from './testing/temporary-store.ts';

afterEach(() => vi.useRealTimers());

const me = processIdentity();
const beatBefore = (seconds: number, bootId = me.bootId) => {
  const { at, uptime } = beatNow();
  return { pid: 7, bootId, heartbeatAt: at - 1000 * seconds, heartbeatUptime: uptime - seconds };
};

describe('the judge of holders', () => {
  it.each<[Liveness, number, string]>([
    ['alive', 1, 'working'],
    ['alive', silentAfter + 5, 'silent'],
    ['alive', 1e6, 'silent'],
    ['dead', 1, 'lost'],
    ['unknown', 1, 'working'],
    ['unknown', silentAfter + 5, 'silent'],
    ['unknown', lostAfter + 5, 'lost'],
  ])('a process that is %s and said nothing for %d s is %s', (liveness, seconds, expected) => {
    const { condition, silentSeconds } = judgeHolder(beatBefore(seconds), () => liveness);
    expect(condition).toBe(expected);
    expect(silentSeconds).toBeCloseTo(seconds, 0);
  });

  it('does not count the time for which the machine slept, nor what the calendar was set by', () => {
    const beat = beatBefore(2);
    for (const shift of [-7_200_000, 7_200_000]) {
      vi.useFakeTimers({ now: Date.now() + shift, toFake: ['Date'] });
      expect(judgeHolder(beat, () => 'unknown').condition).toBe('working');
      vi.useRealTimers();
    }
  });

  it('goes by the calendar where the other has another boot, whichever of the two is ahead', () => {
    for (const shift of [-1, 1]) {
      const beat = { ...beatBefore(0, 'linux/another/1/1'), heartbeatAt: Date.now() + shift * 1000 * (lostAfter + 5) };
      expect(judgeHolder(beat, () => 'unknown').condition).toBe('lost');
    }
    expect(judgeHolder(beatBefore(5, 'linux/another/1/1'), () => 'unknown').condition).toBe('working');
  });
});

describe('a trainer of which nothing can be told', () => {
  it('keeps its run, and a second one is refused with what to do', () => {
    const store = temporaryStore();
    const run = newRun(store);
    openAttempt(store, run);
    expect(store.attempts.reapDead(() => 'unknown')).toEqual([]);
    const other = { pid: 1, bootId: 'linux/another/1/1' };
    const refused = refusal(() => store.attempts.open(run, { startStep: 0, environment, ...other }, () => 'unknown'));
    expect(refused).toMatchObject({ code: 'conflict', message: expect.stringContaining(`runs -- stop ${run} --now`) as string });
    expect(refusal(() => store.queue.takeClaim(run, { ...other, judge: () => 'unknown' })).code).toBe('conflict');
    store.queue.enqueue(newRun(store));
    expect(store.queue.claim({ share: 1, claimant: 'a test', judge: () => 'unknown' })).toBeNull();
  });
});

describe('a trainer that does not respond', () => {
  it('is said to be silent while that lasts, and counts as a trainer', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const attempt = openAttempt(store, run);
    const hrtime = process.hrtime.bigint();
    const later = vi.spyOn(process.hrtime, 'bigint').mockReturnValue(hrtime + BigInt(40e9));
    expect(store.attempts.reapDead()).toEqual([]);
    expect(store.attempts.noteSilence()).toEqual([run]);
    expect(store.attempts.noteSilence(), 'nothing new').toEqual([]);
    expect(store.runs.summary(run)).toMatchObject({ state: 'running', silentSeconds: 40 });
    later.mockRestore();
    const { revision } = store.runs.changedSince(0);
    store.attempts.heartbeat(run, attempt);
    expect(store.runs.changedSince(revision).runs).toMatchObject([{ id: run, silentSeconds: null }]);
  });
});

describe('a trainer that loads', () => {
  it('is said to be silent too, until it says something', () => {
    const store = temporaryStore();
    const run = newRun(store);
    store.queue.enqueue(run);
    expect(store.queue.claim({ share: 1, claimant: 'a test' })).toBe(run);
    expect(store.queue.takeClaim(run, me)).toBe(true);
    const later = vi.spyOn(process.hrtime, 'bigint').mockReturnValue(process.hrtime.bigint() + BigInt(50e9));
    expect(store.attempts.noteSilence()).toEqual([run]);
    expect(store.runs.summary(run)).toMatchObject({ state: 'running', silentSeconds: 50 });
    later.mockRestore();
    store.queue.renewClaim(run, me);
    expect(store.runs.summary(run).silentSeconds).toBeNull();
    store.attempts.interrupt(run, 'it was ended');
    expect(refusal(() => store.queue.renewClaim(run, me)).code).toBe('superseded');
  });
});

describe('a trainer whose run was taken from it', () => {
  it('is refused whatever it writes, from the same moment on', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const attempt = openAttempt(store, run);
    const held = store.heldBy(run, attempt);
    const writer = held.metrics.writer(run, attempt);
    writer.append(5, { entropy: 1 });
    writer.flush();
    const command = store.commands.request(run, 'checkpoint', 'a test');
    const edit = store.edits.request(run, { changes: { a: 2 }, requester: 'a test' });
    expect(store.attempts.reapDead(() => 'dead')).toEqual([run]);
    writer.append(6, { entropy: 2 });
    const before = JSON.stringify(store.runs.get(run));
    for (const [what, act] of Object.entries({
      heartbeat: () => held.attempts.heartbeat(run, attempt),
      metrics: () => writer.flush(),
      progress: () => held.runs.setProgress(run, { environmentSteps: 9, stepsPerSecond: 1, etaSeconds: 1, activeSeconds: 1 }),
      state: () => held.runs.setState(run, 'running'),
      reason: () => held.runs.setReason(run, 'fitting'),
      error: () => held.runs.setError(run, 'no'),
      values: () => held.runs.setValues(run, { a: 1 }),
      device: () => held.runs.setDevice(run, { device: 'gpu', threads: 1, engine: null }),
      event: () => held.events.append(run, attempt, { step: 6, kind: 'warning', message: 'late', requester: null }),
      evaluation: () => held.evaluations.add(run, attempt, evaluationAt(6, 1)),
      snapshot: () => held.snapshots.setLive(run, attempt, 6, Uint8Array.of(1)),
      checkpoint: () =>
        held.checkpoints.add(run, attempt, { step: 6, path: 'a', bytes: 1, sha256: 'ab'.repeat(32), createdAt: 1, details: null }),
      forgetting: () => held.checkpoints.removeOlder(run, 0),
      prior: () => held.fittedPriors.add(run, { sourceRun: 'x', details: {}, data: Uint8Array.of(1) }),
      edit: () => held.edits.applied(run, attempt, { step: 6, values: { a: 2 }, edits: [{ id: edit, previous: { a: 1 } }] }),
      answer: () => held.commands.done(command, 6),
      end: () => held.attempts.close(run, attempt),
      together: () => held.transaction(() => store.runs.setState(run, 'finished')),
    }))
      expect(refusal(act), what).toMatchObject({ code: 'superseded', message: expect.stringContaining('has ended') as string });
    expect(JSON.stringify(store.runs.get(run))).toBe(before);
    // Whoever continues it is not held back.
    const next = openAttempt(store, run);
    store.heldBy(run, next).runs.setReason(run, 'a word');
    expect(store.runs.summary(run)).toMatchObject({ state: 'running', stateReason: 'a word' });
    expect(refusal(() => held.runs.setReason(run, 'late'))).toMatchObject({
      code: 'superseded',
      message: expect.stringContaining('by attempt 2') as string,
    });
  });
});

describe('a calendar that is set back', () => {
  it('lets nothing end before it began, and changes no order', () => {
    const store = temporaryStore();
    const [first, second] = [newRun(store, 'first'), newRun(store, 'second')];
    const attempt = openAttempt(store, first);
    store.commands.request(first, 'stop', 'a test');
    openAttempt(store, second);
    vi.useFakeTimers({ now: Date.now() - 3_600_000, toFake: ['Date'] });
    const third = newRun(store, 'third');
    store.transaction(() => {
      store.runs.setState(first, 'stopped');
      store.attempts.close(first, attempt);
    });
    expect(store.attempts.reapDead(() => 'dead')).toEqual([second]);
    for (const run of [first, second]) {
      const { startedAt, finishedAt, attempts } = store.runs.get(run);
      expect(finishedAt).toBeGreaterThanOrEqual(startedAt ?? Infinity);
      for (const one of attempts) expect(one.endedAt).toBeGreaterThanOrEqual(one.startedAt);
    }
    expect(store.runs.list().map(({ id }) => id)).toEqual([third, second, first]);
  });
});

describe('a trainer that never comes to begin', () => {
  it('is started three times, then its run fails with the reason, until somebody asks again', () => {
    const store = temporaryStore();
    const [run, next] = [newRun(store), newRun(store)];
    for (const one of [run, next]) store.queue.enqueue(one);
    const claim = () => store.queue.claim({ share: 1, claimant: 'a test', judge: () => 'dead' });
    for (let start = 0; start < 3; start += 1) {
      expect(claim()).toBe(run);
      store.queue.takeClaim(run, { pid: 5, bootId: 'x' });
    }
    expect(claim()).toBe(next);
    expect(store.runs.get(run)).toMatchObject({ state: 'failed', lastError: expect.stringContaining('started three times') as string });
    store.queue.unclaim(next);
    store.queue.enqueue(run);
    store.queue.move(run, 1);
    expect(claim()).toBe(run);
  });
});
