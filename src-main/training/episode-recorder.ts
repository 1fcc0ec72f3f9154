// Records one episode as the columns of contract/series.ts.
import type { Rollout, RolloutColumn } from '../contract/series.ts';
import type { StepResult, Task } from '../tasks/task.ts';

/** A recorded episode, before the store gives it an id and a run. */
export type Recording = Pick<
  Rollout,
  | 'episode'
  | 'return'
  | 'length'
  | 'terminated'
  | 'truncated'
  | 'modelHash'
  | 'stepSeconds'
  | 'rewardTerms'
  | 'initialState'
  | 'initialTaskState'
  | 'columns'
>;

/** What the policy did in a step: arrays [a], reused by the caller. */
export interface PolicyStep {
  action: ArrayLike<number>;
  /** Mean and standard deviation before squashing. */
  mean: ArrayLike<number>;
  sigma: ArrayLike<number>;
  logProbability: number;
}

/** Position (m) and orientation (w x y z) of a mocap body. */
const mocapWidth = 7;

export class EpisodeRecorder {
  readonly #task: Task;
  readonly #modelHash: string;
  readonly #episode: number;
  readonly #initial: { state: Float64Array; taskState: Float64Array };
  readonly #columns: RolloutColumn[];
  #length = 0;
  #return = 0;
  #terminated = false;
  #truncated = false;

  /** Begins with the task's present state, right after its reset. */
  constructor(task: Task, episode: number, modelHash: string) {
    const { declaration, simulator } = task;
    const rows = declaration.timeLimit;
    const [o, a] = [declaration.observation.length, declaration.action.length];
    this.#task = task;
    this.#episode = episode;
    this.#modelHash = modelHash;
    this.#initial = task.snapshot();
    const { qpos, qvel, mocap } = simulator.counts;
    this.#columns = [
      { name: 'qpos', width: qpos, data: new Float64Array(qpos * (rows + 1)) },
      { name: 'qvel', width: qvel, data: new Float64Array(qvel * (rows + 1)) },
      { name: 'mocap', width: mocapWidth * mocap, data: new Float64Array(mocapWidth * mocap * (rows + 1)) },
      // What comes out of or goes into a policy is in single precision anyway.
      { name: 'action', width: a, data: new Float32Array(a * rows) },
      { name: 'policy-mean', width: a, data: new Float32Array(a * rows) },
      { name: 'policy-sigma', width: a, data: new Float32Array(a * rows) },
      { name: 'log-probability', width: 1, data: new Float32Array(rows) },
      { name: 'observation', width: o, data: new Float32Array(o * rows) },
      { name: 'reward-terms', width: declaration.rewardTerms.length, data: new Float64Array(declaration.rewardTerms.length * rows) },
      { name: 'reward', width: 1, data: new Float64Array(rows) },
      { name: 'terminated', width: 1, data: new Uint8Array(rows) },
      { name: 'truncated', width: 1, data: new Uint8Array(rows) },
    ];
    this.#recordState(0);
  }

  get length(): number {
    return this.#length;
  }
  get return(): number {
    return this.#return;
  }

  /** @param observation [o], what the policy saw before the step */
  add(observation: ArrayLike<number>, policy: PolicyStep, result: StepResult): void {
    const row = this.#length;
    this.#set('observation', row, observation);
    this.#set('action', row, policy.action);
    this.#set('policy-mean', row, policy.mean);
    this.#set('policy-sigma', row, policy.sigma);
    this.#set('log-probability', row, [policy.logProbability]);
    this.#set('reward-terms', row, result.terms);
    this.#set('reward', row, [result.reward]);
    this.#set('terminated', row, [result.terminated ? 1 : 0]);
    this.#set('truncated', row, [result.truncated ? 1 : 0]);
    this.#length += 1;
    this.#return += result.reward;
    this.#terminated = result.terminated;
    this.#truncated = result.truncated;
    this.#recordState(this.#length);
  }

  finish(): Recording {
    const { declaration } = this.#task;
    const stateColumns = new Set(['qpos', 'qvel', 'mocap']);
    return {
      episode: this.#episode,
      return: this.#return,
      length: this.#length,
      terminated: this.#terminated,
      truncated: this.#truncated,
      modelHash: this.#modelHash,
      stepSeconds: declaration.stepSeconds,
      rewardTerms: declaration.rewardTerms.map(({ name }) => name),
      initialState: this.#initial.state,
      initialTaskState: this.#initial.taskState,
      columns: this.#columns.map((column) => ({
        ...column,
        data: column.data.slice(0, column.width * (this.#length + (stateColumns.has(column.name) ? 1 : 0))),
      })),
    };
  }

  #recordState(row: number): void {
    const { simulator } = this.#task;
    this.#set('qpos', row, simulator.qpos);
    this.#set('qvel', row, simulator.qvel);
    const { mocap } = simulator.counts;
    if (mocap === 0) return;
    const values = new Float64Array(mocapWidth * mocap);
    for (let body = 0; body < mocap; body += 1) {
      values.set(simulator.mocapPos.subarray(3 * body, 3 * body + 3), mocapWidth * body);
      values.set(simulator.mocapQuat.subarray(4 * body, 4 * body + 4), mocapWidth * body + 3);
    }
    this.#set('mocap', row, values);
  }

  #set(name: RolloutColumn['name'], row: number, values: ArrayLike<number>): void {
    const column = this.#columns.find((one) => one.name === name) as RolloutColumn;
    column.data.set(values, row * column.width);
  }
}
