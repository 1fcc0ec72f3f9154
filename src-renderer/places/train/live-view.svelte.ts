// The live view's state: a session of the scene worker, the newest policy of the run, and what is on screen.
import type { TaskDeclaration } from '../../../src-main/contract/declarations.ts';
import type { ParameterValues } from '../../../src-main/contract/parameters.ts';
import { WorkstationError } from '../../../src-main/contract/requests.ts';
import type { AppState } from '../../app-state.svelte.ts';
import { LivePlayer } from '../../scene/live-player.ts';
import type { LiveFrame } from '../../scene/messages.ts';
import { interpolatePoses } from '../../scene/poses.ts';
import type { PlayerState } from '../../scene/player.ts';
import { sharedSceneClient, type LiveSessionHandle } from '../../scene/scene-client.ts';
import type { Viewer } from '../../scene/viewer.ts';

/** The newest policy there is: the live snapshot's, or an evaluation's where none is kept. */
export interface PolicySource {
  at: 'live' | number;
  step: number;
}

/** What is read off a frame; the poses go straight to the viewer. */
export type LiveReading = Omit<LiveFrame, 'poses'>;

/** The view's own seed: its episodes are no part of the run. */
const viewSeed = 1;

export class LiveView {
  readonly player: LivePlayer;
  playerState = $state.raw<Readonly<PlayerState>>() as Readonly<PlayerState>;
  reading = $state.raw<LiveReading | null>(null);
  /** Environment steps of the policy that acts now, and when it was written (ms since 1970). */
  policy = $state.raw<{ step: number; createdAt: number } | null>(null);
  notice = $state<string | null>(null);
  failure = $state<string | null>(null);
  /** At first as the task's own defaults have it; from the first model on as this run's options do. */
  task = $state.raw<TaskDeclaration>() as TaskDeclaration;

  private readonly app: AppState;
  private readonly run: string;
  private viewer: Viewer | null = null;
  private session: LiveSessionHandle | null = null;
  /** The newest policy that was handed to the session: the one that it takes up next. */
  private handed: { step: number; createdAt: number } | null = null;
  private offered: number | null = null;
  private isFetching = false;
  private wanted: PolicySource | null = null;
  private isHidden = document.hidden;
  private isDisposed = false;

  private before: Float32Array | null = null;
  private target: Float32Array | null = null;
  private shown: Float32Array | null = null;
  private arrivedAt = 0;
  private isNewEpisode = true;

  constructor(app: AppState, run: string, task: TaskDeclaration) {
    this.app = app;
    this.run = run;
    this.task = task;
    this.player = new LivePlayer(task.timeLimit);
    this.playerState = this.player.state;
    this.player.subscribe((state) => (this.playerState = state));
    document.addEventListener('visibilitychange', this.onVisibility);
  }

  /** The view is on screen (or gone, with null). */
  setViewer(viewer: Viewer | null): void {
    this.viewer = viewer;
  }

  /** Asks for this policy and hands it to the session; the newest wish wins. */
  want(source: PolicySource | null): void {
    this.wanted = source;
    void this.fetchWanted();
  }

  dispose(): void {
    this.isDisposed = true;
    document.removeEventListener('visibilitychange', this.onVisibility);
    this.session?.close();
    this.session = null;
    this.viewer = null;
  }

  /** Begins, also again after a failure. */
  async open(): Promise<void> {
    this.failure = null;
    this.offered = null;
    let taskOptions: ParameterValues;
    try {
      taskOptions = (await this.app.call('runs.get', { run: this.run })).configuration.taskOptions ?? {};
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
      return;
    }
    if (this.isDisposed) return;
    const client = sharedSceneClient();
    const { speed } = this.player.state;
    this.session = client.openLive(
      { task: this.task.id, taskOptions, modelFile: this.task.model, seed: viewSeed, speed },
      {
        onTask: (task) => {
          this.task = task;
          this.player.setTimeLimit(task.timeLimit);
        },
        onModel: (model, hash) => {
          this.notice = null;
          this.viewer?.setModel(model, hash, this.task.camera);
          this.before = this.target = this.shown = null;
        },
        onFrame: (frame) => this.arrive(frame),
        onPolicyTaken: (step) => {
          this.policy = this.handed?.step === step ? this.handed : { step, createdAt: Date.now() };
          this.notice = null;
        },
        onNotice: (message) => (this.notice = message),
        onFailure: (message) => (this.failure = message),
      },
    );
    // A view that nobody sees stands still.
    this.player.connect({
      setPace: (pace, isPaused) => this.session?.setPace(pace, isPaused || this.isHidden),
      step: (steps) => this.session?.step(steps),
    });
    void this.fetchWanted();
  }

  private readonly onVisibility = (): void => {
    this.isHidden = document.hidden;
    this.session?.setPace(this.player.state.speed, !this.player.state.isPlaying || this.isHidden);
  };

  private arrive({ poses, ...reading }: LiveFrame): void {
    this.isNewEpisode = this.reading?.episode !== reading.episode;
    this.reading = reading;
    this.player.arrived(reading.step, reading.achievedSpeed);
    if (this.shown?.length !== poses.length) {
      // A second frame may come before anything was drawn: it then begins where the first one is, not at zero.
      this.shown = poses.slice();
      this.before = new Float32Array(poses.length);
      this.isNewEpisode = true;
    }
    this.before?.set(this.isNewEpisode ? poses : this.shown);
    this.target = poses;
    this.arrivedAt = performance.now();
    this.viewer?.run((now) => this.draw(now));
  }

  /** Between two steps the robot is drawn on its way from one to the next: a task may step only 20 times a second. */
  private draw(now: number): boolean {
    const { before, target, shown } = this;
    if (before === null || target === null || shown === null) return false;
    const intervalMs = (this.task.stepSeconds * 1000) / this.player.state.speed;
    const fraction = Math.min(Math.max((now - this.arrivedAt) / intervalMs, 0), 1);
    interpolatePoses(shown, before, target, fraction);
    this.viewer?.setPoses(shown, !this.isNewEpisode);
    this.isNewEpisode = false;
    // A frame that does not come stops the drawing soon after it was due.
    return now - this.arrivedAt < intervalMs + 500;
  }

  private async fetchWanted(): Promise<void> {
    const source = this.wanted;
    if (source === null || this.session === null || this.isFetching || source.step === this.offered) return;
    this.isFetching = true;
    const { session } = this;
    try {
      const snapshot = await this.app.call('snapshots.get', { run: this.run, at: source.at });
      if (session === this.session) {
        this.offered = source.step;
        this.handed = { step: snapshot.step, createdAt: snapshot.createdAt };
        session.offerPolicy(snapshot.step, snapshot.onnx);
      }
    } catch (error) {
      // One that is gone has been replaced: the next event names the newer one.
      if (!(error instanceof WorkstationError && error.code === 'not-found')) {
        this.notice = `The newest policy could not be read: ${error instanceof Error ? error.message : String(error)}`;
      }
      this.offered = source.step;
    } finally {
      this.isFetching = false;
    }
    if (this.wanted?.step !== source.step || session !== this.session) void this.fetchWanted();
  }
}
