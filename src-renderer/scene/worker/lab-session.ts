// A model in Lab: moved by hand or by random actions, with what its task file makes of every pose. Another text of the task
// file is taken up as it is typed; while it has problems, the model is shown without it.
import type { TaskDeclaration } from '../../../src-main/contract/declarations.ts';
import type { ModelFile, TaskProblem } from '../../../src-main/contract/models.ts';
import { PhysicsError } from '../../../src-main/physics/errors.ts';
import { copyPoses, describeModel, poseSize, type SceneModel } from '../../../src-main/physics/geometry.ts';
import type { MuJoCo } from '../../../src-main/physics/mujoco.ts';
import { compileCollected } from '../../../src-main/physics/own/make-report.ts';
import { type CollectedModel, collectModel } from '../../../src-main/physics/own/model-files.ts';
import { folderInMemory } from '../../../src-main/physics/own/model-folder.ts';
import type { Simulator } from '../../../src-main/physics/simulator.ts';
import { createStream } from '../../../src-main/random/stream.ts';
import { fitTask, makeOwnTask } from '../../../src-main/tasks/own/create-own-task.ts';
import { problemAt } from '../../../src-main/tasks/own/inspect.ts';
import { OwnTaskError } from '../../../src-main/tasks/own/own-task-error.ts';
import type { OwnTask } from '../../../src-main/tasks/own/own-task.ts';
import { parseTaskFile } from '../../../src-main/tasks/own/parse-task-file.ts';
import { declareTask } from '../../../src-main/tasks/own/task-plan.ts';
import type { LabFrame } from '../messages.ts';

export interface LabEvents {
  onTask(task: { model: SceneModel; problems: TaskProblem[]; declaration: TaskDeclaration | null }): void;
  onFrame(frame: LabFrame): void;
}

/** Milliseconds between two frames of random motion, where the task says nothing slower. */
const frameMs = 33;

export class LabSession {
  readonly #mujoco: MuJoCo;
  readonly #collected: CollectedModel;
  readonly #events: LabEvents;
  readonly #stream = createStream(1, 'lab');
  /** The model alone, for as long as no task fits. */
  #bare: Simulator | null = null;
  #task: OwnTask | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #step = 0;
  /** A window that draws slowly is waited for: frames must not queue up before its buttons. */
  #isSeen = true;

  /** @throws ModelFileError where the model itself is refused */
  constructor(
    mujoco: MuJoCo,
    { main, files, taskText }: { main: string; files: readonly ModelFile[]; taskText: string | null },
    events: LabEvents,
  ) {
    this.#mujoco = mujoco;
    this.#events = events;
    this.#collected = collectModel(folderInMemory('lab', files), main);
    this.setTask(taskText);
  }

  setTask(taskText: string | null): void {
    const { task, problems } = taskText === null ? { task: null, problems: [] } : this.#read(taskText);
    this.#release();
    this.#task = task;
    this.#bare = task === null ? compileCollected(this.#mujoco, this.#collected) : null;
    this.#events.onTask({ model: describeModel(this.#simulator), problems, declaration: task?.declaration ?? null });
    this.setPose(null);
  }

  setPose(qpos: Float64Array | null): void {
    this.setRandom(false);
    const simulator = this.#simulator;
    const wanted = qpos?.length === simulator.counts.qpos ? qpos : null;
    const still = new Float64Array(simulator.counts.qvel);
    try {
      if (this.#task !== null) this.#task.beginAt(wanted ?? this.#task.startPose(), still);
      else {
        simulator.reset();
        if (wanted !== null) simulator.qpos.set(wanted);
        simulator.forward();
      }
      this.#send(null, null);
    } catch (error) {
      this.#recover(error);
    }
  }

  setRandom(isMoving: boolean): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (!isMoving) return;
    this.#isSeen = true;
    this.#begin();
    const stepMs = 1000 * (this.#task?.declaration.stepSeconds ?? 0);
    this.#timer = setInterval(() => this.#move(), Math.max(frameMs, stepMs));
  }

  /** The last frame is on screen. */
  seen(): void {
    this.#isSeen = true;
  }

  dispose(): void {
    this.setRandom(false);
    this.#release();
  }

  get #simulator(): Simulator {
    const simulator = this.#task?.simulator ?? this.#bare;
    if (simulator === null) throw new Error('no model is open');
    return simulator;
  }

  #read(text: string): { task: OwnTask | null; problems: TaskProblem[] } {
    const parsed = parseTaskFile(text);
    if (parsed.task === null) return { task: null, problems: parsed.problems };
    try {
      const fitted = fitTask(this.#mujoco, this.#collected, parsed.task);
      try {
        return { task: makeOwnTask(fitted, declareTask(fitted.plan, this.#collected.main)), problems: [] };
      } catch (error) {
        fitted.simulator.dispose();
        throw error;
      }
    } catch (error) {
      if (error instanceof OwnTaskError) return { task: null, problems: [problemAt(text, error.path, error.message)] };
      if (error instanceof PhysicsError) return { task: null, problems: [problemAt(text, '', error.message)] };
      throw error;
    }
  }

  #begin(): void {
    this.#step = 0;
    if (this.#task !== null) this.#task.reset(this.#stream);
    else {
      this.#simulator.reset();
      this.#simulator.forward();
    }
  }

  #move(): void {
    if (!this.#isSeen) return;
    this.#isSeen = false;
    const { timestep } = this.#simulator;
    try {
      // As many steps as the time between two frames holds.
      const count = Math.max(1, Math.round(frameMs / 1000 / (this.#task?.declaration.stepSeconds ?? frameMs / 1000)));
      for (let k = 0; k < count; k += 1) {
        if (this.#task === null) this.#moveBare(Math.max(1, Math.round(frameMs / 1000 / timestep)));
        else {
          const result = this.#task.step(this.#task.declaration.action.map(() => 2 * this.#stream.uniform() - 1));
          this.#step += 1;
          if (result.terminated || result.truncated) {
            this.#send(
              this.#step,
              result.terms,
              result.terminated ? 'The episode terminated; a new one began.' : 'The time limit ended the episode; a new one began.',
            );
            return this.#begin();
          }
          if (k === count - 1) this.#send(this.#step, result.terms);
        }
      }
    } catch (error) {
      this.#recover(error);
    }
  }

  #moveBare(steps: number): void {
    const simulator = this.#simulator;
    const range = simulator.model.actuator_ctrlrange as Float64Array;
    for (let i = 0; i < simulator.counts.ctrl; i += 1) {
      const [low, high] = [range[2 * i] as number, range[2 * i + 1] as number];
      simulator.ctrl[i] = low < high ? low + (high - low) * this.#stream.uniform() : 2 * this.#stream.uniform() - 1;
    }
    simulator.step(steps);
    this.#step += 1;
    this.#send(this.#step, null);
  }

  /** A diverged simulation begins anew, and says so. */
  #recover(error: unknown): void {
    if (!(error instanceof PhysicsError)) throw error;
    this.#begin();
    this.#send(this.#timer === undefined ? null : 0, null, `It began anew: ${error.message}`);
  }

  /** @param terms of the step that was just done; null reads the pose without motion */
  #send(step: number | null, terms: ArrayLike<number> | null, notice: string | null = null): void {
    const simulator = this.#simulator;
    if (step === null) simulator.updatePoses();
    const poses = new Float32Array(poseSize(simulator));
    copyPoses(simulator, poses);
    const reading = this.#task?.readPose() ?? { terms: [], rules: [] };
    const { observation = [] } = this.#task?.declaration ?? {};
    this.#events.onFrame({
      poses,
      qpos: Float64Array.from(simulator.qpos),
      terms: reading.terms.map((term, k) => (terms === null ? term : { ...term, value: terms[k] as number })),
      rules: reading.rules,
      observation: observation.map((dimension, k) => ({ ...dimension, value: this.#task?.observation[k] ?? NaN })),
      step,
      notice,
    });
  }

  #release(): void {
    this.setRandom(false);
    this.#task?.dispose();
    this.#bare?.dispose();
    this.#task = null;
    this.#bare = null;
  }
}
