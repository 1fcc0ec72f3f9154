// The live view's state: a session of the scene worker, the newest policy of the run, and what is on screen.
import type { TaskDeclaration } from '../../../src-main/contract/declarations.ts';
import { type ResponseOf, WorkstationError } from '../../../src-main/contract/requests.ts';
import type { AppState } from '../../app-state.svelte.ts';
import { messageOf, Refresher } from '../../refresher.ts';
import { LivePlayer } from '../../scene/live-player.ts';
import type { LiveFrame } from '../../scene/messages.ts';
import { interpolatePoses } from '../../scene/poses.ts';
import type { PlayerState } from '../../scene/player.ts';
import { sharedSceneClient, type LiveSessionHandle, type SceneClient } from '../../scene/scene-client.ts';
import type { Viewer } from '../../scene/viewer.ts';

/** The newest policy there is: the live snapshot's, or an evaluation's where none is kept. */
export interface PolicySource {
  at: 'live' | number;
  step: number;
}

/** What is read off a frame; the poses go straight to the viewer. */
export type LiveReading = Omit<LiveFrame, 'poses'>;

/** How the notice of a policy that was not read begins. */
const unread = 'The newest policy could not be read';
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

  private readonly client: Pick<SceneClient, 'openLive'>;
  /** Asks for the run's own options, with which a session begins. */
  private readonly opening: Refresher<ResponseOf<'runs.get'>>;
  /** Asks for the policy that is wanted and has not been handed over. */
  private readonly fetching: Refresher<ResponseOf<'snapshots.get'>>;
  private readonly endData: () => void;
  private viewer: Viewer | null = null;
  private session: LiveSessionHandle | null = null;
  /** The newest policy that was handed to the session: the one that it takes up next. */
  private handed: { step: number; createdAt: number } | null = null;
  /** The policy that was handed over last, or is known to be gone. */
  private offered: number | null = null;
  private asked: PolicySource | null = null;
  private isFetching = false;
  private wanted: PolicySource | null = null;
  private isHidden = document.hidden;

  private before: Float32Array | null = null;
  private target: Float32Array | null = null;
  private shown: Float32Array | null = null;
  private arrivedAt = 0;
  private isNewEpisode = true;

  constructor(app: AppState, run: string, task: TaskDeclaration, client: Pick<SceneClient, 'openLive'> = sharedSceneClient()) {
    this.client = client;
    this.task = task;
    this.opening = new Refresher({
      ask: () => app.call('runs.get', { run }),
      take: (detail) => this.begin(detail),
      fail: (error) => (this.failure = messageOf(error)),
    });
    this.fetching = new Refresher({
      ask: () => {
        const source = this.wanted ?? { at: 'live', step: 0 };
        this.asked = source;
        this.isFetching = true;
        return app.call('snapshots.get', { run, at: source.at });
      },
      take: (snapshot) => this.hand(snapshot),
      fail: (error) => this.missed(error),
    });
    this.endData = app.onRunData(run, (change) => {
      // The connection is there again: what failed without it is asked for at once.
      if (change !== null) return;
      if (this.session === null && this.failure !== null) this.open();
      this.fetchWanted();
    });
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
    this.fetchWanted();
  }

  dispose(): void {
    this.opening.dispose();
    this.fetching.dispose();
    this.endData();
    document.removeEventListener('visibilitychange', this.onVisibility);
    this.session?.close();
    this.session = null;
    this.viewer = null;
  }

  /** Begins, also again after a failure. */
  open(): void {
    this.failure = null;
    this.opening.renew();
  }

  private begin({ configuration: { taskOptions = {} } }: ResponseOf<'runs.get'>): void {
    this.failure = null;
    this.offered = null;
    const { speed } = this.player.state;
    this.session = this.client.openLive(
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
    this.fetchWanted();
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

  private fetchWanted(): void {
    if (this.wanted === null || this.session === null || this.isFetching || this.wanted.step === this.offered) return;
    this.fetching.refresh();
  }

  private hand(snapshot: ResponseOf<'snapshots.get'>): void {
    this.isFetching = false;
    this.offered = this.asked?.step ?? null;
    this.handed = { step: snapshot.step, createdAt: snapshot.createdAt };
    this.session?.offerPolicy(snapshot.step, snapshot.onnx);
    if (this.notice?.startsWith(unread) === true) this.notice = null;
    this.fetchWanted();
  }

  private missed(error: unknown): void {
    this.isFetching = false;
    // One that is gone has been replaced: the next event names the newer one.
    const isGone = error instanceof WorkstationError && error.code === 'not-found';
    if (isGone) this.offered = this.asked?.step ?? null;
    else this.notice = `${unread}: ${messageOf(error)}`;
    if (isGone && this.wanted?.step !== this.asked?.step) this.fetchWanted();
  }
}
