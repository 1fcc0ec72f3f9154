// Tests of the live view with a real task and policies written by hand.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadTask } from '../../../src-main/tasks/node/load-task.ts';
import type { Task } from '../../../src-main/tasks/task.ts';
import type { LiveFrame } from '../messages.ts';
import { LiveSession, type LiveEvents, type Policy } from './live-session.ts';

/** Keeps the pole up for a good while; the gains are those of any stabilising linear controller. */
const balancing = (step: number): Policy => ({
  step,
  act: async ([x = 0, angle = 0, velocity = 0, rate = 0]) => [Math.tanh(0.3 * x + 12 * angle + 0.6 * velocity + 2.5 * rate)],
  dispose: async () => undefined,
});
const pushing = (step: number): Policy => ({ step, act: async () => [1], dispose: async () => undefined });

interface Watched {
  task: Task;
  session: LiveSession;
  frames: LiveFrame[];
  taken: number[];
  notices: string[];
  failures: string[];
}
const open: LiveSession[] = [];
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(open.splice(0).map((session) => session.dispose()));
});

async function watch(pace = { speed: 1, isPaused: false }, seed = 1): Promise<Watched> {
  const frames: LiveFrame[] = [];
  const taken: number[] = [];
  const notices: string[] = [];
  const failures: string[] = [];
  const events: LiveEvents = {
    onFrame: (frame) => frames.push(frame),
    onPolicyTaken: (step) => taken.push(step),
    onNotice: (message) => notices.push(message),
    onFailure: (message) => failures.push(message),
  };
  const task = await loadTask('inverted-pendulum');
  const session = new LiveSession(task, seed, pace, events);
  open.push(session);
  return { task, session, frames, taken, notices, failures };
}

const soon = <T>(check: () => T): Promise<T> => vi.waitFor(check, { timeout: 60_000, interval: 10 });

describe('the live view', () => {
  it('shows the robot at rest until there is a policy', async () => {
    const { frames } = await watch();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(frames).toHaveLength(1);
    expect(frames[0]).toMatchObject({ step: 0, episode: 1, policyStep: null, achievedSpeed: null });
    expect(frames[0]?.poses.length).toBeGreaterThan(12);
  });

  it('steps in real time, and says so', async () => {
    const { session, frames } = await watch();
    session.offerPolicy(balancing(500));
    await soon(() => expect(frames.at(-1)?.step).toBeGreaterThan(30));
    // 0.04 s a step. The achieved speed is a measurement: a busy machine is slower, none is faster.
    expect(frames.at(-1)?.achievedSpeed).toBeGreaterThan(0.3);
    expect(frames.at(-1)?.achievedSpeed).toBeLessThan(1.15);
    expect(frames.at(-1)).toMatchObject({ policyStep: 500, reward: 1 });
    expect(frames.at(-1)?.returnSoFar).toBe(frames.at(-1)?.step);
  });

  it('takes up a newer policy between two steps of the same episode', async () => {
    const { session, frames, taken } = await watch({ speed: 8, isPaused: false });
    session.offerPolicy(balancing(100));
    await soon(() => expect(frames.at(-1)?.step).toBeGreaterThan(5));
    session.offerPolicy(balancing(200));
    await soon(() => expect(frames.at(-1)?.policyStep).toBe(200));
    expect(taken).toEqual([100, 200]);
    const episodes = frames.filter((frame) => frame.episode === 1).map((frame) => frame.step);
    expect(episodes).toEqual(episodes.toSorted((a, b) => a - b));
  });

  it('begins a new episode after one has ended, with other noise', async () => {
    const { session, frames } = await watch({ speed: 8, isPaused: false });
    session.offerPolicy(pushing(1));
    await soon(() => expect(frames.at(-1)?.episode).toBeGreaterThan(2));
    const ends = frames.filter((frame) => frame.ended !== null);
    expect(ends[0]).toMatchObject({ ended: 'terminated' });
    const starts = frames.filter((frame) => frame.step === 0).map((frame) => frame.poses.join());
    expect(new Set(starts).size).toBe(starts.length);
  });

  it('shows the same episodes for the same seed', async () => {
    const [a, b] = [await watch({ speed: 1, isPaused: true }, 7), await watch({ speed: 1, isPaused: true }, 7)];
    for (const { session } of [a, b]) {
      session.offerPolicy(balancing(1));
      session.stepWhilePaused(4);
    }
    await soon(() => expect([a.frames.at(-1)?.step, b.frames.at(-1)?.step]).toEqual([4, 4]));
    expect(a.frames.at(-1)?.poses).toEqual(b.frames.at(-1)?.poses);
  });

  it('stands still while paused, and steps when asked to', async () => {
    const { session, frames } = await watch({ speed: 1, isPaused: true });
    session.offerPolicy(balancing(1));
    session.stepWhilePaused(3);
    await soon(() => expect(frames.at(-1)?.step).toBe(3));
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(frames.at(-1)?.step).toBe(3);
    session.setPace(1, false);
    await soon(() => expect(frames.at(-1)?.step).toBeGreaterThan(4));
  });

  it('says why an episode did not start, tries again after a while, and goes on once it starts', async () => {
    vi.useFakeTimers();
    const { session, task, frames, notices, failures } = await watch({ speed: 8, isPaused: false });
    const reset = vi.spyOn(task, 'reset');
    const step = vi.spyOn(task, 'step').mockImplementationOnce(() => {
      throw new Error('the simulation diverged');
    });
    reset.mockImplementationOnce(() => {
      throw new Error('the state has no finite height');
    });
    reset.mockImplementationOnce(() => {
      throw new Error('the state has no finite height');
    });
    session.offerPolicy(balancing(3));
    await vi.advanceTimersByTimeAsync(1600);
    expect(step).toHaveBeenCalled();
    expect(frames.at(-1)).toMatchObject({ episode: 2, policyStep: 3 });
    expect(frames.at(-1)?.step).toBeGreaterThan(3);
    expect(notices).toEqual([
      'The episode could not start: the state has no finite height. It is tried again in 0.5 s; the run itself goes on.',
      'The episode could not start: the state has no finite height. It is tried again in 1.0 s; the run itself goes on.',
      'A new episode was started: the state has no finite height',
    ]);
    expect(failures).toEqual([]);
  });

  it('stops with the reason where no episode starts any more', async () => {
    vi.useFakeTimers();
    const { session, task, failures } = await watch({ speed: 8, isPaused: false });
    vi.spyOn(task, 'reset').mockImplementation(() => {
      throw new Error('the model is gone');
    });
    session.offerPolicy({ step: 1, act: () => Promise.reject(new Error('no action')), dispose: async () => undefined });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(failures).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(failures).toEqual(['The live view stopped: the model is gone. The run itself goes on.']);
  });

  it('gives up on a policy that cannot act, and says that the run goes on', async () => {
    const { session, notices, failures } = await watch({ speed: 8, isPaused: false });
    session.offerPolicy({
      step: 9,
      act: () => Promise.reject(new Error('the policy of step 9 gives no finite numbers')),
      dispose: async () => undefined,
    });
    await soon(() => expect(failures).toHaveLength(1));
    expect(failures[0]).toBe('The live view stopped: the policy of step 9 gives no finite numbers. The run itself goes on.');
    expect(notices[0]).toContain('A new episode was started: the policy of step 9');
  });
});
