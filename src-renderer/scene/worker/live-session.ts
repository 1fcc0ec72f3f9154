// The live view: a task of its own, driven by the newest policy at real time times the chosen speed. It
// knows neither MuJoCo nor ONNX Runtime, only a task and a policy.
import { copyPoses, poseSize } from '../../../src-main/physics/geometry.ts';
import { createStream, type RandomStream } from '../../../src-main/random/stream.ts';
import type { Task } from '../../../src-main/tasks/task.ts';
import { Backoff } from '../backoff.ts';
import type { LiveFrame } from '../messages.ts';
import { RateMeter } from '../player.ts';

export interface Policy {
  /** Environment steps that it had learned from. */
  readonly step: number;
  /** The mean action in [-1, 1]. */
  act(observation: Float64Array): Promise<ArrayLike<number>>;
  dispose(): Promise<void>;
}

export interface LiveEvents {
  onFrame(frame: LiveFrame): void;
  onPolicyTaken(step: number): void;
  /** The session goes on. */
  onNotice(message: string): void;
  /** The session has stopped. */
  onFailure(message: string): void;
}

/** Further behind than this, time is lost instead of made up for, and the achieved speed says so. */
const longestDebtMs = 250;
/** Between two frames at most this long is spent on steps. */
const stepBudgetMs = 12;
/** Failures in a row before the view gives up. */
const mostFailures = 5;

export class LiveSession {
  private readonly task: Task;
  private readonly events: LiveEvents;
  private readonly stream: RandomStream;
  private readonly meter = new RateMeter();
  private policy: Policy | null = null;
  private next: Policy | null = null;
  private speed: number;
  private isPaused: boolean;
  private pendingSteps = 0;
  private isDisposed = false;
  private wake: () => void = () => undefined;

  private step = 0;
  private episode = 0;
  private returnSoFar = 0;
  private reward = 0;
  private terms = new Float64Array(0);
  private ended: LiveFrame['ended'] = null;
  private simulatedSeconds = 0;
  private failures = 0;
  private readonly backoff = new Backoff();

  constructor(task: Task, seed: number, pace: { speed: number; isPaused: boolean }, events: LiveEvents) {
    this.task = task;
    this.events = events;
    this.stream = createStream(seed, 'live-view');
    this.speed = pace.speed;
    this.isPaused = pace.isPaused;
    this.startEpisode();
    this.sendFrame();
    void this.run().catch((error: unknown) => this.giveUp(error));
  }

  /** Taken up before the next step. */
  offerPolicy(policy: Policy): void {
    if (this.isDisposed) {
      void policy.dispose();
      return;
    }
    void this.next?.dispose();
    this.next = policy;
    this.wake();
  }

  setPace(speed: number, isPaused: boolean): void {
    this.speed = speed;
    this.isPaused = isPaused;
    this.meter.clear();
    this.wake();
  }

  stepWhilePaused(steps: number): void {
    this.pendingSteps = steps;
    this.wake();
  }

  async dispose(): Promise<void> {
    this.isDisposed = true;
    this.wake();
    await this.policy?.dispose();
    await this.next?.dispose();
    this.task.dispose();
  }

  private async run(): Promise<void> {
    let due = performance.now();
    while (!this.isDisposed) {
      this.takeNextPolicy();
      const now = performance.now();
      if (this.policy === null || (this.isPaused && this.pendingSteps === 0)) {
        this.meter.clear();
        await this.sleep(Infinity);
        due = performance.now();
        continue;
      }
      if (!this.isPaused && now < due) {
        await this.sleep(due - now);
        continue;
      }
      const interval = (this.task.declaration.stepSeconds * 1000) / this.speed;
      try {
        do {
          await this.stepOnce(this.policy);
          if (this.isDisposed) return;
          this.pendingSteps = Math.max(0, this.pendingSteps - 1);
          due += interval;
        } while (
          this.ended === null &&
          performance.now() - now < stepBudgetMs &&
          (this.isPaused ? this.pendingSteps > 0 : performance.now() >= due)
        );
      } catch (error) {
        if (this.isDisposed || !(await this.recover(error))) return;
        due = performance.now();
      }
      if (this.isPaused) due = performance.now();
      if (performance.now() - due > longestDebtMs) due = performance.now();
      this.meter.add(performance.now(), this.simulatedSeconds);
      this.sendFrame();
    }
  }

  private takeNextPolicy(): void {
    if (this.next === null) return;
    void this.policy?.dispose();
    this.policy = this.next;
    this.next = null;
    this.events.onPolicyTaken(this.policy.step);
  }

  private async stepOnce(policy: Policy): Promise<void> {
    if (this.ended !== null) {
      this.startEpisode();
      return;
    }
    const action = await policy.act(this.task.observation);
    if (this.isDisposed) return;
    const result = this.task.step(action);
    this.step += 1;
    this.reward = result.reward;
    this.terms = Float64Array.from(result.terms);
    this.returnSoFar += result.reward;
    this.simulatedSeconds += this.task.declaration.stepSeconds;
    this.ended = result.terminated ? 'terminated' : result.truncated ? 'truncated' : null;
    if (this.step > 10) this.failures = 0;
  }

  private startEpisode(): void {
    this.task.reset(this.stream);
    this.backoff.started(performance.now());
    this.episode += 1;
    this.step = 0;
    this.reward = 0;
    this.returnSoFar = 0;
    this.terms = new Float64Array(0);
    this.ended = null;
  }

  /** A diverged simulation starts a new episode, at once or after a while; a policy that cannot act ends the session. */
  private async recover(error: unknown): Promise<boolean> {
    for (let problem = error; ;) {
      this.failures += 1;
      if (this.failures > mostFailures) {
        this.giveUp(problem);
        return false;
      }
      try {
        this.startEpisode();
        this.events.onNotice(`A new episode was started: ${messageOf(problem)}`);
        return true;
      } catch (another) {
        problem = another;
      }
      const delay = this.backoff.failed(performance.now());
      const seconds = (delay / 1000).toFixed(1);
      this.events.onNotice(
        `The episode could not start: ${messageOf(problem)}. It is tried again in ${seconds} s; the run itself goes on.`,
      );
      const until = performance.now() + delay;
      // What wakes it earlier, a newer policy or another speed, does not make the task start.
      while (!this.isDisposed && performance.now() < until) await this.sleep(until - performance.now());
      if (this.isDisposed) return false;
    }
  }

  private giveUp(error: unknown): void {
    if (this.isDisposed) return;
    this.events.onFailure(`The live view stopped: ${messageOf(error)}. The run itself goes on.`);
    this.isDisposed = true;
  }

  private sendFrame(): void {
    const { simulator } = this.task;
    const poses = new Float32Array(poseSize(simulator));
    copyPoses(simulator, poses);
    this.events.onFrame({
      poses,
      step: this.step,
      episode: this.episode,
      terms: this.terms,
      reward: this.reward,
      returnSoFar: this.returnSoFar,
      ended: this.ended,
      policyStep: this.policy?.step ?? null,
      achievedSpeed: this.isPaused || this.policy === null ? null : this.meter.factor,
    });
  }

  /** Ends early when something changes. */
  private async sleep(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = milliseconds === Infinity ? undefined : setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = () => undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
