// The window's side of the scene worker: opens sessions, hands on what comes back, and starts the worker
// again, with the same session, when it has died.
import type { ParameterValues } from '../../src-main/contract/parameters.ts';
import type { TaskDeclaration } from '../../src-main/contract/declarations.ts';
import { importedPrefix, type ModelFile, type TaskProblem } from '../../src-main/contract/models.ts';
import type { SceneModel } from '../../src-main/physics/geometry.ts';
import { Backoff } from './backoff.ts';
import type { FromWorker, GivenModel, LabFrame, LiveFrame, PoseSource, ToWorker } from './messages.ts';

export interface SessionEvents {
  /** Called once when the model is ready, and again after the worker was restarted. */
  onModel(model: SceneModel, modelHash: string): void;
  /** A live session's task as it is under its options; before the model. */
  onTask?(task: TaskDeclaration): void;
  onFrame?(frame: LiveFrame): void;
  onPolicyTaken?(step: number): void;
  onRows?(firstRow: number, poses: Float32Array): void;
  onLabFrame?(frame: LabFrame): void;
  onLabTask?(task: { model: SceneModel; problems: TaskProblem[]; declaration: TaskDeclaration | null }): void;
  onNotice(message: string): void;
  onFailure(message: string): void;
}

/** The one open session of a worker. */
export interface Session {
  close(): void;
}
export interface LiveSessionHandle extends Session {
  offerPolicy(step: number, onnx: Uint8Array): void;
  setPace(speed: number, isPaused: boolean): void;
  step(steps: number): void;
}
export interface LabSessionHandle extends Session {
  setTask(taskText: string | null): void;
  /** null: where it begins. */
  setPose(qpos: Float64Array | null): void;
  setRandom(isMoving: boolean): void;
  /** The last frame is on screen. */
  seen(): void;
}
export interface ReplaySessionHandle extends Session {
  wantRow(row: number): void;
}

interface Current {
  id: number;
  events: SessionEvents;
  /** What a restarted worker has to be told, in order; one message a kind. */
  history: Map<ToWorker['kind'], ToWorker>;
}

/** Model files lie beside the page, in the web shell as under app://; an imported one has its name for an address. */
export function modelUrl(file: string): string {
  if (file.startsWith(importedPrefix)) return file;
  return new URL(`models/${encodeURIComponent(file)}`, document.baseURI).href;
}

/** Gives an imported model's files by its hash. */
export type ModelProvider = (hash: string) => Promise<GivenModel>;
let provider: ModelProvider = () => Promise.reject(new Error('imported models cannot be had here'));

/** Said once, by the window, which knows the workstation. */
export function provideModels(provide: ModelProvider): void {
  provider = provide;
}

export class SceneClient {
  /** Imported models that the present worker was given. */
  private readonly given = new Set<string>();
  private worker: Worker | null = null;
  private current: Current | null = null;
  private lastId = 0;
  private readonly backoff = new Backoff();
  private restartTimer: ReturnType<typeof setTimeout> | undefined;

  /** Loads the worker, MuJoCo and this model ahead of need. */
  warmUp(modelFile: string): void {
    this.post({ kind: 'warm-up', modelUrl: modelUrl(modelFile) });
  }

  /** Ends the session that is open. @param modelFile below assets/models */
  openLive(
    options: { task: string; taskOptions: ParameterValues; modelFile: string; seed: number; speed: number },
    events: SessionEvents,
  ): LiveSessionHandle {
    const { modelFile, ...rest } = options;
    const session = this.open(events, (id) => ({
      kind: 'open-live',
      session: id,
      ...rest,
      modelUrl: modelUrl(modelFile),
      isPaused: false,
    }));
    return {
      close: () => this.close(session),
      offerPolicy: (step, onnx) => this.tell(session, { kind: 'policy', session: session.id, step, onnx }, true),
      setPace: (speed, isPaused) => this.tell(session, { kind: 'pace', session: session.id, speed, isPaused }, true),
      step: (steps) => this.tell(session, { kind: 'step', session: session.id, steps }, false),
    };
  }

  openReplay(
    options: { modelFile: string; modelHash: string; source: PoseSource; firstRow: number },
    events: SessionEvents,
  ): ReplaySessionHandle {
    const { modelFile, ...rest } = options;
    const session = this.open(events, (id) => ({ kind: 'open-replay', session: id, ...rest, modelUrl: modelUrl(modelFile) }));
    return {
      close: () => this.close(session),
      wantRow: (row) => this.tell(session, { kind: 'want-row', session: session.id, row }, false),
    };
  }

  /** A folder's files, as Lab shows them. */
  openLab(options: { main: string; files: readonly ModelFile[]; taskText: string | null }, events: SessionEvents): LabSessionHandle {
    const session = this.open(events, (id) => ({ kind: 'open-lab', session: id, ...options }));
    return {
      close: () => this.close(session),
      setTask: (taskText) => this.tell(session, { kind: 'lab-task', session: session.id, taskText }, true),
      setPose: (qpos) => this.tell(session, { kind: 'lab-pose', session: session.id, qpos }, false),
      setRandom: (isMoving) => this.tell(session, { kind: 'lab-random', session: session.id, isMoving }, false),
      seen: () => this.tell(session, { kind: 'lab-seen', session: session.id }, false),
    };
  }

  dispose(): void {
    clearTimeout(this.restartTimer);
    this.current = null;
    this.worker?.terminate();
    this.worker = null;
  }

  private open(events: SessionEvents, message: (id: number) => ToWorker): Current {
    const id = ++this.lastId;
    const session: Current = { id, events, history: new Map() };
    this.current = session;
    this.tell(session, message(id), true);
    return session;
  }

  private close(session: Current): void {
    if (this.current !== session) return;
    this.current = null;
    this.post({ kind: 'close', session: session.id });
  }

  private tell(session: Current, message: ToWorker, isRemembered: boolean): void {
    if (this.current !== session) return;
    if (isRemembered) session.history.set(message.kind, message);
    this.post(message);
  }

  private post(message: ToWorker): void {
    // While a restart is waited for, what matters is in the history.
    if (this.restartTimer !== undefined) return;
    this.worker ??= this.start();
    if ('modelUrl' in message) void this.give(message.modelUrl);
    this.worker.postMessage(message);
  }

  /** Brings an imported model to the worker, which waits for it. */
  private async give(url: string): Promise<void> {
    if (!url.startsWith(importedPrefix) || this.given.has(url)) return;
    this.given.add(url);
    const { worker } = this;
    worker?.postMessage({ kind: 'model', url, model: null } satisfies ToWorker);
    try {
      worker?.postMessage({ kind: 'model', url, model: await provider(url.slice(importedPrefix.length)) } satisfies ToWorker);
    } catch (error) {
      this.given.delete(url);
      const reason = error instanceof Error ? error.message : String(error);
      worker?.postMessage({ kind: 'model', url, model: `The model could not be read: ${reason}` } satisfies ToWorker);
    }
  }

  private start(): Worker {
    this.given.clear();
    const worker = new Worker(new URL('./scene-worker.ts', import.meta.url), { type: 'module', name: 'scene' });
    this.backoff.started(performance.now());
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      if (this.worker === worker) this.restart(event.message || 'its script could not be loaded');
    };
    return worker;
  }

  private restart(reason: string): void {
    this.worker?.terminate();
    this.worker = null;
    const delay = this.backoff.failed(performance.now());
    this.current?.events.onNotice(
      `The 3D view's worker stopped (${reason}); it starts again in ${(delay / 1000).toFixed(1)} s. Nothing recorded is affected.`,
    );
    clearTimeout(this.restartTimer);
    this.restartTimer = setTimeout(() => {
      this.restartTimer = undefined;
      for (const message of this.current?.history.values() ?? []) this.post(message);
    }, delay);
  }

  private receive(message: FromWorker): void {
    if (message.kind === 'ready') return;
    const session = this.current;
    if (session?.id !== message.session) return;
    const { events } = session;
    switch (message.kind) {
      case 'opened':
        if (message.task !== null) events.onTask?.(message.task);
        return events.onModel(message.model, message.modelHash);
      case 'frame':
        return events.onFrame?.(message.frame);
      case 'policy-taken':
        return events.onPolicyTaken?.(message.step);
      case 'rows':
        return events.onRows?.(message.firstRow, message.poses);
      case 'lab-frame':
        return events.onLabFrame?.(message.frame);
      case 'lab-task':
        return events.onLabTask?.(message);
      case 'notice':
        return events.onNotice(message.message);
      case 'failed':
        return events.onFailure(message.message);
    }
  }
}

let shared: SceneClient | null = null;

/** The window's one client: its worker stays warm while the person goes from place to place. */
export function sharedSceneClient(): SceneClient {
  shared ??= new SceneClient();
  return shared;
}
