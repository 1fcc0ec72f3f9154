// A recorded episode on screen: loads it, keeps the poses of its rows as the worker computes them, and draws
// the row under the playhead.
import type { TaskDeclaration } from '../../../src-main/contract/declarations.ts';
import type { ResponseOf } from '../../../src-main/contract/requests.ts';
import type { Rollout } from '../../../src-main/contract/series.ts';
import type { AppState } from '../../app-state.svelte.ts';
import { messageOf, Refresher } from '../../refresher.ts';
import type { PlayerState } from '../../scene/player.ts';
import { interpolatePoses, poseStride } from '../../scene/poses.ts';
import { sharedSceneClient, type ReplaySessionHandle, type SceneClient } from '../../scene/scene-client.ts';
import { StoredPlayer } from '../../scene/stored-player.ts';
import type { Viewer } from '../../scene/viewer.ts';
import { poseSource } from './rollout-data.ts';

/** How many rows before the playhead the trail shows after a jump. */
const trailRows = 48;
/** While playing, figures and tracks follow at most this often: the robot alone needs every frame. */
const readingIntervalMs = 100;

/** Names of the performance measure from choosing an episode to its first frame, in milliseconds. */
export const firstFrameMeasure = 'elbow:replay-first-frame';

export class ReplayScene {
  rollout = $state.raw<Rollout | null>(null);
  /** null until an episode is loaded. */
  player = $state.raw<StoredPlayer | null>(null);
  playerState = $state.raw<Readonly<PlayerState> | null>(null);
  /** The row that figures and tracks show. */
  row = $state(0);
  isLoading = $state(false);
  failure = $state<string | null>(null);
  notice = $state<string | null>(null);

  private readonly loading: Refresher<ResponseOf<'rollouts.get'>>;
  private readonly client: Pick<SceneClient, 'openReplay' | 'warmUp'>;
  private readonly task: TaskDeclaration;
  private viewer: Viewer | null = null;
  private session: ReplaySessionHandle | null = null;
  /** The episode that was chosen last. */
  private wanted: number | null = null;
  private chosenAt = 0;
  private stride = 0;
  private poses = new Float32Array(0);
  private isReady = new Uint8Array(0);
  private shown = new Float32Array(0);
  private drawnPosition = NaN;
  private readingAt = -Infinity;
  private isFirstFrame = true;

  constructor(app: AppState, task: TaskDeclaration, client: Pick<SceneClient, 'openReplay' | 'warmUp'> = sharedSceneClient()) {
    this.client = client;
    this.task = task;
    this.loading = new Refresher({
      ask: () => app.call('rollouts.get', { rollout: this.wanted ?? 0 }),
      take: (rollout) => this.show(rollout),
      fail: (error) => {
        this.failure = messageOf(error);
        this.isLoading = false;
      },
    });
    client.warmUp(task.model);
  }

  setViewer(viewer: Viewer | null): void {
    this.viewer = viewer;
    if (viewer !== null && this.rollout !== null) this.openSession(this.rollout);
  }

  /** Loads a recorded episode and shows its first row. The newest choice wins. */
  open(id: number): void {
    if (this.wanted === id) return;
    this.wanted = id;
    this.chosenAt = performance.now();
    this.retry();
  }

  /** Asks for the chosen episode once more. */
  retry(): void {
    this.isLoading = true;
    this.failure = null;
    this.loading.renew();
  }

  private show(rollout: Rollout): void {
    const before = this.player?.state;
    const player = new StoredPlayer(rollout.length, rollout.stepSeconds);
    if (before) {
      player.setSpeed(before.speed);
      player.setLooping(before.isLooping);
    }
    player.subscribe((state) => this.playerChanged(state));
    this.failure = null;
    this.isLoading = false;
    this.rollout = rollout;
    this.player = player;
    this.playerState = player.state;
    this.row = 0;
    if (this.viewer !== null) this.openSession(rollout);
  }

  dispose(): void {
    this.loading.dispose();
    this.session?.close();
    this.session = null;
    this.viewer = null;
  }

  private openSession(rollout: Rollout): void {
    this.notice = null;
    this.failure = null;
    this.isFirstFrame = true;
    const firstRow = Math.round(this.player?.state.position ?? 0);
    const { modelHash } = rollout;
    this.session = this.client.openReplay(
      { modelFile: this.task.model, modelHash, source: poseSource(rollout), firstRow },
      {
        onModel: (model, hash) => {
          this.stride = (model.geoms.length + model.sites.length) * poseStride;
          this.poses = new Float32Array((rollout.length + 1) * this.stride);
          this.isReady = new Uint8Array(rollout.length + 1);
          this.shown = new Float32Array(this.stride);
          this.drawnPosition = NaN;
          this.viewer?.setModel(model, hash, this.task.camera);
          this.notice =
            hash === modelHash
              ? null
              : 'The model has changed since this episode was recorded. The recorded numbers are as they were; the shapes drawn are today’s.';
        },
        onRows: (from, poses) => {
          this.poses.set(poses, from * this.stride);
          this.isReady.fill(1, from, from + poses.length / this.stride);
          // Only a picture that waits for these rows needs drawing.
          if (Number.isNaN(this.drawnPosition)) this.viewer?.run((now) => this.draw(now));
        },
        onNotice: (message) => (this.notice = message),
        onFailure: (message) => (this.failure = message),
      },
    );
  }

  private playerChanged(state: Readonly<PlayerState>): void {
    const now = performance.now();
    if (!state.isPlaying || now - this.readingAt >= readingIntervalMs) {
      this.readingAt = now;
      this.row = Math.floor(state.position);
      this.playerState = state;
    }
    if (state.position !== this.drawnPosition || state.isPlaying) this.viewer?.run((time) => this.draw(time));
  }

  private draw(now: number): boolean {
    const { player, viewer } = this;
    if (player === null || viewer === null) return false;
    player.advance(now);
    const { position, isPlaying } = player.state;
    const row = Math.floor(position);
    const next = Math.min(row + 1, this.isReady.length - 1);
    if (position === this.drawnPosition) return isPlaying;
    if (this.isReady[row] !== 1 || this.isReady[next] !== 1) {
      this.session?.wantRow(row);
      if (this.isReady[row] !== 1) {
        this.drawnPosition = NaN;
        return isPlaying;
      }
    }
    const moved = position - this.drawnPosition;
    const isContinuous = moved > 0 && moved < 12;
    if (!isContinuous) this.layTrail(viewer, row);
    const fraction = this.isReady[next] === 1 ? position - row : 0;
    interpolatePoses(this.shown, this.rowPoses(row), this.rowPoses(next), fraction);
    viewer.setPoses(this.shown, isContinuous || row > 0);
    this.drawnPosition = position;
    if (this.isFirstFrame) {
      this.isFirstFrame = false;
      // Measured when the browser begins its next frame: by then this one is on its way to the screen.
      viewer.afterNextFrame(() => requestAnimationFrame(() => performance.measure(firstFrameMeasure, { start: this.chosenAt })));
    }
    return isPlaying;
  }

  /** After a jump: the way that led to the row, so that the trail and the camera are where they would be. */
  private layTrail(viewer: Viewer, row: number): void {
    const from = Math.max(0, row - trailRows);
    for (let k = from; k < row; k += 1) if (this.isReady[k] === 1) viewer.setPoses(this.rowPoses(k), k > from);
  }

  private rowPoses(row: number): Float32Array {
    return this.poses.subarray(row * this.stride, (row + 1) * this.stride);
  }
}
