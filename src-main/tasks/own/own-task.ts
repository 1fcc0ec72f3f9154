// A task that a task file describes.
import type { TaskDeclaration } from '../../contract/declarations.ts';
import type { Simulator } from '../../physics/simulator.ts';
import type { RandomStream } from '../../random/stream.ts';
import { MujocoTask } from '../mujoco-task.ts';
import type { TaskGoal } from '../task.ts';
import type { StepNumbers } from './plan.ts';
import type { PlannedRule } from './terms.ts';
import type { TaskPlan } from './task-plan.ts';

/** How a pose fares, without any motion: what an editor shows while the model is moved by hand. */
export interface PoseReading {
  terms: { name: string; weight: number; value: number }[];
  rules: { sentence: string; value: number; isOutside: boolean }[];
}

export class OwnTask extends MujocoTask {
  readonly #plan: TaskPlan;
  readonly #numbers: StepNumbers;
  readonly #goal: (TaskGoal & { terminatedAnyway: boolean }) | null;

  constructor(simulator: Simulator, declaration: TaskDeclaration, plan: TaskPlan) {
    super(declaration, simulator, plan.layout.size);
    this.#plan = plan;
    const { qpos, qvel } = simulator.counts;
    this.#numbers = {
      derived: this.derived,
      before: new Float64Array(this.derived.length),
      action: this.action,
      stepSeconds: this.stepSeconds,
      qpos: new Float64Array(qpos),
      qvel: new Float64Array(qvel),
      qposBefore: new Float64Array(qpos),
    };
    const { achievedOffset } = plan.goalReading;
    this.#goal = achievedOffset === null ? null : this.#makeGoal(achievedOffset);
  }

  override get goal(): TaskGoal | null {
    return this.#goal;
  }

  override get isSuccess(): boolean | null {
    return this.#plan.isSuccess?.(this.#numbers) ?? null;
  }

  protected override randomise(stream: RandomStream, qpos: Float64Array, qvel: Float64Array): void {
    const { start, goal, layout } = this.#plan;
    start.begin(stream, qpos, qvel);
    goal?.sample(stream, this.derived.subarray(layout.goalOffset, layout.goalOffset + 3), qpos);
  }

  protected override beforePhysics(): void {
    this.#numbers.before.set(this.derived);
    this.#numbers.qposBefore.set(this.simulator.qpos);
  }

  protected override derive(derived: Float64Array): void {
    this.#plan.layout.read(derived);
  }

  protected override observe(observation: Float64Array): void {
    this.#numbers.qpos.set(this.simulator.qpos);
    this.#numbers.qvel.set(this.simulator.qvel);
    this.#plan.observation.forEach(({ read }, k) => (observation[k] = read(this.#numbers)));
    const { achievedOffset } = this.#plan.goalReading;
    if (achievedOffset !== null) this.#goal?.achieved.set(this.derived.subarray(achievedOffset, achievedOffset + 3));
    this.#goal?.desired.set(this.derived.subarray(this.#plan.layout.goalOffset, this.#plan.layout.goalOffset + 3));
  }

  protected override isTerminated(): boolean {
    const {
      rules,
      goalReading: { goalRules },
    } = this.#plan;
    const broken = rules.flatMap((rule, k) => (rule.isOutside(rule.value(this.#numbers)) ? [k] : []));
    const isFinite = this.observation.every((value) => Number.isFinite(value));
    if (this.#goal !== null) this.#goal.terminatedAnyway = !isFinite || broken.some((k) => !goalRules.includes(k));
    return !isFinite || broken.length > 0;
  }

  protected override reward(terms: Float64Array, terminated: boolean): void {
    this.#plan.terms.forEach((term, k) => (terms[k] = term.value(this.#numbers, terminated)));
  }

  /** Where an episode begins, without its noise. */
  startPose(): Float64Array {
    this.simulator.reset();
    const qpos = Float64Array.from(this.simulator.qpos);
    this.#plan.start.place(qpos);
    return qpos;
  }

  /** The present state, looked at as if nothing had moved and no action had been taken. */
  readPose(): PoseReading {
    const numbers: StepNumbers = {
      ...this.#numbers,
      before: this.derived,
      qposBefore: this.#numbers.qpos,
      action: new Float64Array(this.action.length),
    };
    const rules = this.#plan.rules.map((rule) => {
      const value = rule.value(numbers);
      return { sentence: rule.sentence, value, isOutside: rule.isOutside(value) };
    });
    const isOver = rules.some(({ isOutside }) => isOutside);
    return { terms: this.#plan.terms.map((term) => ({ name: term.name, weight: term.weight, value: term.value(numbers, isOver) })), rules };
  }

  #makeGoal(achievedOffset: number): TaskGoal & { terminatedAnyway: boolean } {
    const { layout, terms, rules, goalReading } = this.#plan;
    const imagined = new Float64Array(layout.size);
    const numbers: StepNumbers = { ...this.#numbers, derived: imagined, before: imagined };
    const imagine = (achieved: ArrayLike<number>, desired: ArrayLike<number>): void => {
      imagined.set(achieved, achievedOffset);
      imagined.set(desired, layout.goalOffset);
    };
    const goalRules = goalReading.noHindsight === null ? goalReading.goalRules.map((k) => rules[k] as PlannedRule) : [];
    return {
      achieved: new Float64Array(3),
      desired: new Float64Array(3),
      terminatedAnyway: false,
      terminates:
        goalRules.length === 0
          ? null
          : (achieved, desired) => {
              imagine(achieved, desired);
              return goalRules.some((rule) => rule.isOutside(rule.value(numbers)));
            },
      reward(achieved, desired) {
        imagine(achieved, desired);
        let sum = 0;
        for (const term of terms) sum += term.value(numbers, false);
        return sum;
      },
    };
  }
}
