// The scene worker's entry: MuJoCo, the task and the policy run here, never on the page. Its response alone
// allows 'unsafe-eval', which MuJoCo's bindings need. One session at a time; the newest wins.
import mujocoWasmUrl from '@mujoco/mujoco/mujoco.wasm?url';
import { describeModel } from '../../src-main/physics/geometry.ts';
import { loadMuJoCo, type MuJoCo } from '../../src-main/physics/mujoco.ts';
import { Simulator } from '../../src-main/physics/simulator.ts';
import { createTask } from '../../src-main/tasks/registry.ts';
import { createGivenTask } from './worker/given-task.ts';
import { LabSession } from './worker/lab-session.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { LiveSession } from './worker/live-session.ts';
import { fetchModel, takeModel } from './worker/models.ts';
import { ReplaySession } from './worker/replay-session.ts';

let mujoco: Promise<MuJoCo> | null = null;
let session = 0;
let live: { session: LiveSession; observations: number; actions: number } | null = null;
let replay: ReplaySession | null = null;
let lab: LabSession | null = null;
/** The last recording's simulator, kept for the next of the same model. */
let stage: { hash: string; simulator: Simulator } | null = null;
/** Messages are handled one after the other. */
let tail: Promise<void> = Promise.resolve();

function send(message: FromWorker, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

function getMuJoCo(): Promise<MuJoCo> {
  mujoco ??= loadMuJoCo({ locateFile: (path) => (path.endsWith('.wasm') ? mujocoWasmUrl : path) });
  return mujoco;
}

async function closeSession(): Promise<void> {
  replay?.dispose();
  replay = null;
  lab?.dispose();
  lab = null;
  const closing = live;
  live = null;
  await closing?.session.dispose();
}

async function simulatorOf(modelUrl: string): Promise<{ simulator: Simulator; hash: string }> {
  const [instance, file] = await Promise.all([getMuJoCo(), fetchModel(modelUrl)]);
  if (stage?.hash !== file.hash) {
    stage?.simulator.dispose();
    stage = null;
    stage = {
      hash: file.hash,
      simulator: file.own === null ? new Simulator(instance, file.xml) : createGivenTask(instance, file.own).simulator,
    };
  }
  return stage;
}

async function openLive(message: Extract<ToWorker, { kind: 'open-live' }>): Promise<void> {
  const [instance, file] = await Promise.all([getMuJoCo(), fetchModel(message.modelUrl)]);
  if (message.session !== session) return;
  const task =
    file.own === null
      ? createTask(message.task, instance, file.xml, message.taskOptions)
      : createGivenTask(instance, file.own, message.taskOptions);
  const { observation, action } = task.declaration;
  const id = message.session;
  send({ kind: 'opened', session: id, model: describeModel(task.simulator), modelHash: file.hash, task: task.declaration });
  live = {
    observations: observation.length,
    actions: action.length,
    session: new LiveSession(task, message.seed, message, {
      onFrame: (frame) => send({ kind: 'frame', session: id, frame }, [frame.poses.buffer]),
      onPolicyTaken: (step) => send({ kind: 'policy-taken', session: id, step }),
      onNotice: (text) => send({ kind: 'notice', session: id, message: text }),
      onFailure: (text) => send({ kind: 'failed', session: id, message: text }),
    }),
  };
}

async function openReplay(message: Extract<ToWorker, { kind: 'open-replay' }>): Promise<void> {
  const { simulator, hash } = await simulatorOf(message.modelUrl);
  if (message.session !== session) return;
  send({ kind: 'opened', session: message.session, model: describeModel(simulator), modelHash: hash, task: null });
  replay = new ReplaySession(simulator, message.source, message.firstRow, (firstRow, poses) =>
    send({ kind: 'rows', session: message.session, firstRow, poses }, [poses.buffer]),
  );
}

async function openLab(message: Extract<ToWorker, { kind: 'open-lab' }>): Promise<void> {
  const instance = await getMuJoCo();
  if (message.session !== session) return;
  const id = message.session;
  lab = new LabSession(instance, message, {
    onTask: (task) => send({ kind: 'lab-task', session: id, ...task }),
    onFrame: (frame) => send({ kind: 'lab-frame', session: id, frame }, [frame.poses.buffer]),
  });
}

async function offerPolicy({ onnx, step }: Extract<ToWorker, { kind: 'policy' }>): Promise<void> {
  if (live === null) return;
  const receiver = live;
  // ONNX Runtime is large; replaying needs none of it.
  const { loadPolicy } = await import('./worker/policy.ts');
  try {
    receiver.session.offerPolicy(await loadPolicy(onnx, step, receiver.observations, receiver.actions));
  } catch (error) {
    throw new Error(
      `The policy of step ${step} cannot be used, so the one before it stays: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

async function handle(message: Exclude<ToWorker, { kind: 'model' }>): Promise<void> {
  if (message.kind === 'warm-up') {
    await simulatorOf(message.modelUrl);
    return;
  }
  if (message.session !== session) return;
  switch (message.kind) {
    case 'open-live':
      return openLive(message);
    case 'open-replay':
      return openReplay(message);
    case 'policy':
      return offerPolicy(message);
    case 'pace':
      return live?.session.setPace(message.speed, message.isPaused);
    case 'step':
      return live?.session.stepWhilePaused(message.steps);
    case 'open-lab':
      return openLab(message);
    case 'lab-task':
      return lab?.setTask(message.taskText);
    case 'lab-pose':
      return lab?.setPose(message.qpos);
    case 'lab-random':
      return lab?.setRandom(message.isMoving);
    case 'lab-seen':
      return lab?.seen();
    case 'want-row':
      return replay?.want(message.row);
    case 'close':
      return closeSession();
  }
}

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  // Whoever opens something waits for it.
  if (data.kind === 'model') return takeModel(data.url, data.model);
  // A new session ends the one before it at once, also while that is still opening.
  const isOpening = data.kind === 'open-live' || data.kind === 'open-replay' || data.kind === 'open-lab';
  if (isOpening) session = data.session;
  tail = tail
    .then(() => (isOpening ? closeSession() : undefined))
    .then(() => handle(data))
    .catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      send({ kind: data.kind === 'policy' ? 'notice' : 'failed', session: data.kind === 'warm-up' ? 0 : data.session, message: text });
    });
};
send({ kind: 'ready' });
