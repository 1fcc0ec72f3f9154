// Reward terms and termination rules as functions over a step's numbers.
import { clamp, pointName } from './blocks.ts';
import { OwnTaskError } from './own-task-error.ts';
import type { Layout, StepNumbers } from './plan.ts';
import type { RewardTerm, TaskFile, TerminationRule } from './task-file.ts';

export interface PlannedTerm {
  name: string;
  weight: number;
  sentence: string;
  /** The weighted, shaped value. */
  value(numbers: StepNumbers, terminated: boolean): number;
}

export interface PlannedRule {
  /** "height of torso is outside of 0.7 to 2 m" */
  sentence: string;
  /** What is watched, the worst of several. */
  value(numbers: StepNumbers): number;
  isOutside(value: number): boolean;
}

interface Raw {
  title: string;
  sentence: string;
  /** Times the weight, so that no rounding comes between (Gymnasium multiplies first). */
  weighted(numbers: StepNumbers, weight: number, terminated: boolean): number;
}

export function planTerms(layout: Layout, task: TaskFile): PlannedTerm[] {
  const seen = new Set<string>();
  return task.reward.map((term, k) => {
    const path = `reward.${k}`;
    const raw = planRaw(layout, term, path);
    const name = term.name ?? raw.title;
    if (seen.has(name)) throw new OwnTaskError(path, `two terms are called "${name}"; give one of them another "name"`);
    seen.add(name);
    const { weight, shaping } = term;
    const sentence = shaping === undefined ? raw.sentence : `${raw.sentence.replace(/\.$/, '')}, shaped (${shaping.kind}).`;
    if (shaping === undefined) return { name, weight, sentence, value: (numbers, terminated) => raw.weighted(numbers, weight, terminated) };
    return { name, weight, sentence, value: (numbers, terminated) => weight * shape(shaping, raw.weighted(numbers, 1, terminated)) };
  });
}

function planRaw(layout: Layout, term: RewardTerm, path: string): Raw {
  switch (term.term) {
    case 'velocity':
      return planVelocity(layout, term, path);
    case 'height': {
      const at = layout.point(term.of, `${path}.of`);
      return {
        title: 'height',
        sentence: `Height of ${pointName(term.of)} (m).`,
        weighted: ({ derived }, weight) => weight * (derived[at + 2] as number),
      };
    }
    case 'uprightness': {
      const at = layout.uprightness(term.of, term.axis, `${path}.of`);
      return {
        title: 'uprightness',
        sentence: `How far the ${term.axis} axis of ${Object.values(term.of)[0]} points up: 1 straight up, −1 down.`,
        weighted: ({ derived }, weight) => weight * (derived[at] as number),
      };
    }
    case 'distance': {
      const distance = planDistance(layout, term, path);
      return {
        title: 'distance',
        sentence: `Distance from ${pointName(term.from)} to ${pointName(term.to)} (m).`,
        weighted: (numbers, weight) => weight * distance(numbers),
      };
    }
    case 'control-cost':
      return { title: 'control', sentence: 'Sum of squared actions.', weighted: ({ action }, weight) => weight * sumOfSquares(action) };
    case 'contact-cost': {
      const bodies = term.bodies ?? layout.simulator.names.body.slice(1).filter(Boolean);
      const offsets = bodies.map((body, k) => layout.contact(body, `${path}.bodies.${k}`));
      return {
        title: 'contact',
        sentence: `Sum of squared contact forces, clipped at ±${term.clip}.`,
        weighted: ({ derived }, weight) => {
          let sum = 0;
          for (const offset of offsets) for (let k = 0; k < 6; k += 1) sum += clamp(derived[offset + k] as number, term.clip) ** 2;
          return weight * sum;
        },
      };
    }
    case 'alive':
      return {
        title: 'alive',
        sentence: 'One for each step that does not terminate the episode.',
        weighted: (_, weight, terminated) => (terminated ? 0 : weight),
      };
    case 'success': {
      const distance = planDistance(layout, term, path);
      return {
        title: 'success',
        sentence: `One while ${pointName(term.from)} is within ${term.radius} m of ${pointName(term.to)}.`,
        weighted: (numbers, weight) => (distance(numbers) <= term.radius ? weight : 0),
      };
    }
  }
}

function planVelocity(layout: Layout, { of, axis }: Extract<RewardTerm, { term: 'velocity' }>, path: string): Raw {
  if (typeof of === 'object' && 'joint' in of) {
    const joint = layout.joints.find(of.joint, `${path}.of.joint`);
    if (joint.kind === 'ball') throw new OwnTaskError(`${path}.of.joint`, `"${of.joint}" is a ball joint, which has no single velocity`);
    if ((joint.kind === 'free') !== (axis !== undefined)) {
      throw new OwnTaskError(
        `${path}.axis`,
        joint.kind === 'free'
          ? `"${of.joint}" is a free joint: say along which "axis"`
          : `"${of.joint}" moves along its own axis only; leave "axis" out`,
      );
    }
    const index = joint.qposAddress + (axis === undefined ? 0 : 'xyz'.indexOf(axis));
    return {
      title: 'velocity',
      sentence: `Mean velocity of ${of.joint}${axis === undefined ? '' : ` along ${axis}`} over the step (${joint.kind === 'hinge' ? 'rad/s' : 'm/s'}).`,
      weighted: ({ qpos, qposBefore, stepSeconds }, weight) =>
        (weight * ((qpos[index] as number) - (qposBefore[index] as number))) / stepSeconds,
    };
  }
  if (axis === undefined) throw new OwnTaskError(`${path}.axis`, 'say along which "axis" of the world: "x", "y" or "z"');
  const at = layout.point(of, `${path}.of`) + 'xyz'.indexOf(axis);
  return {
    title: 'velocity',
    sentence: `Mean velocity of ${pointName(of)} along ${axis} over the step (m/s).`,
    weighted: ({ derived, before, stepSeconds }, weight) => (weight * ((derived[at] as number) - (before[at] as number))) / stepSeconds,
  };
}

type Ends = Pick<Extract<RewardTerm, { term: 'distance' }>, 'from' | 'to'>;

function planDistance(layout: Layout, { from, to }: Ends, path: string): (numbers: StepNumbers) => number {
  const [a, b] = [layout.point(from, `${path}.from`), layout.point(to, `${path}.to`)];
  return ({ derived }) => {
    let squared = 0;
    for (let k = 0; k < 3; k += 1) {
      const difference = (derived[a + k] as number) - (derived[b + k] as number);
      squared += difference * difference;
    }
    return Math.sqrt(squared);
  };
}

export function planTermination(layout: Layout, task: TaskFile): PlannedRule[] {
  return task.termination.map((rule, k) => {
    const path = `termination.${k}`;
    const [low, high] = rule.range;
    if (low === null && high === null) throw new OwnTaskError(`${path}.range`, 'both ends are open, so that nothing would ever terminate');
    if (low !== null && high !== null && low >= high)
      throw new OwnTaskError(`${path}.range`, `its lower end ${low} must be below its upper end ${high}`);
    const { title, values } = planWatched(layout, rule, path);
    // Not finite counts as outside.
    const isOutside = (value: number): boolean => !(value >= (low ?? -Infinity) && value <= (high ?? Infinity));
    return {
      sentence: `${title} is ${low === null ? `above ${high}` : high === null ? `below ${low}` : `outside of ${low} to ${high}`}`,
      isOutside,
      value(numbers) {
        const all = values(numbers);
        return all.find(isOutside) ?? (all[0] as number);
      },
    };
  });
}

function planWatched(layout: Layout, rule: TerminationRule, path: string): { title: string; values(numbers: StepNumbers): number[] } {
  switch (rule.quantity) {
    case 'height': {
      const at = layout.point(rule.of, `${path}.of`);
      return { title: `the height of ${pointName(rule.of)}`, values: ({ derived }) => [derived[at + 2] as number] };
    }
    case 'uprightness': {
      const at = layout.uprightness(rule.of, rule.axis, `${path}.of`);
      return { title: `the uprightness of ${Object.values(rule.of)[0]}`, values: ({ derived }) => [derived[at] as number] };
    }
    case 'distance': {
      const distance = planDistance(layout, rule, path);
      return { title: `the distance from ${pointName(rule.from)} to ${pointName(rule.to)}`, values: (numbers) => [distance(numbers)] };
    }
    case 'joint-positions':
    case 'joint-velocities': {
      const isPosition = rule.quantity === 'joint-positions';
      const watched = isPosition ? layout.joints.positions(rule, path) : layout.joints.velocities(rule, path);
      const title =
        watched.length <= 3
          ? watched.map(({ name }) => name).join(' or ')
          : `one of ${watched.length} joint ${isPosition ? 'positions' : 'velocities'}`;
      return { title, values: ({ qpos, qvel }) => watched.map(({ index }) => (isPosition ? qpos : qvel)[index] as number) };
    }
  }
}

function shape(shaping: NonNullable<RewardTerm['shaping']>, value: number): number {
  switch (shaping.kind) {
    case 'clip':
      return Math.min(shaping.range[1] ?? Infinity, Math.max(shaping.range[0] ?? -Infinity, value));
    case 'exponential':
      return Math.exp(-value / shaping.scale);
    case 'gaussian':
      return Math.exp(-0.5 * ((value - shaping.target) / shaping.scale) ** 2);
    case 'tanh':
      return 1 - Math.tanh(value / shaping.scale);
  }
}

function sumOfSquares(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}
