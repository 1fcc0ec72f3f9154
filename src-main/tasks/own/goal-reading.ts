// Where a task file reads its goal: what decides whether a step can be judged by another goal than its own (hindsight).
import { pointName } from './blocks.ts';
import type { Layout } from './plan.ts';
import type { ObservationBlock, PointReference, TaskFile, TerminationRule } from './task-file.ts';

export interface GoalReading {
  /** Where, among the derived values, the point lies that every reward term compares with the goal; null where there is none. */
  achievedOffset: number | null;
  /** Indices of the termination rules that depend on nothing but that point and the goal, and on the goal at all. */
  goalRules: readonly number[];
  /** Why another goal cannot stand in the place of a step's own, in words; null where it can, or where there is no such point. */
  noHindsight: string | null;
}

export function readGoal(layout: Layout, task: TaskFile): GoalReading {
  const achieved = findAchieved(layout, task);
  if (achieved === null) return { achievedOffset: null, goalRules: [], noHindsight: null };
  const marker = new Marker(layout, task);
  const goalRules = task.termination.flatMap((rule, k) => (pointsOf(rule).includes('goal') ? [k] : []));
  return {
    achievedOffset: achieved.offset,
    goalRules,
    noHindsight:
      (marker.carries(achieved.point) ? `every reward term compares the goal with ${pointName(achieved.point)}, which shows it` : null) ??
      whyNotJudged(layout, task, achieved.offset, marker) ??
      whyNotSeen(task, marker),
  };
}

/** The one point that every reward term compares with the goal, where the observation ends with the goal and no term depends on anything else. */
function findAchieved(layout: Layout, { goal, observation, reward }: TaskFile): { point: PointReference; offset: number } | null {
  if (goal === undefined || observation.at(-1)?.block !== 'goal') return null;
  const points = reward.map((term) => {
    if ((term.term !== 'distance' && term.term !== 'success') || (term.from === 'goal') === (term.to === 'goal')) return null;
    const point = term.from === 'goal' ? term.to : term.from;
    return { point, offset: layout.point(point, 'reward') };
  });
  const [first = null] = points;
  return first !== null && points.every((one) => one?.offset === first.offset) ? first : null;
}

/** A termination that depends on the goal and on more than the point that is to be there. */
function whyNotJudged(layout: Layout, task: TaskFile, achieved: number, marker: Marker): string | null {
  for (const [k, rule] of task.termination.entries()) {
    const where = `termination.${k} reads`;
    const points = pointsOf(rule);
    const shown = points.find((point) => marker.carries(point));
    if (shown !== undefined) return `${where} ${pointName(shown)}, which moves with the goal; write "goal" in its place`;
    if (rule.quantity === 'joint-positions') {
      const joint = marker.jointAmong(rule);
      if (joint !== undefined) return `${where} the joint ${joint}, which moves with the goal; leave it out with "except"`;
    }
    const other = points.includes('goal')
      ? points.find((point) => point !== 'goal' && layout.point(point, `termination.${k}`) !== achieved)
      : undefined;
    if (other !== undefined)
      return `${where} the goal beside ${pointName(other)}, which is not the point that the reward compares with the goal`;
  }
  return null;
}

/** An observation that shows the goal in another place than its end, where the former goal would stay. */
function whyNotSeen({ observation }: TaskFile, marker: Marker): string | null {
  for (const [k, block] of observation.slice(0, -1).entries()) {
    const what = shownBy(block, marker);
    if (what !== undefined) return `observation.${k} shows ${what} too; only the last block may show the goal`;
  }
  return null;
}

function shownBy(block: ObservationBlock, marker: Marker): string | undefined {
  switch (block.block) {
    case 'goal':
      return 'the goal';
    case 'points': {
      const points = block.relativeTo === undefined ? block.of : [...block.of, block.relativeTo];
      const shown = points.find((point) => point === 'goal' || marker.carries(point));
      return shown === undefined ? undefined : shown === 'goal' ? 'the goal' : `${pointName(shown)}, which moves with the goal,`;
    }
    case 'joint-positions': {
      const joint = marker.jointAmong(block);
      return joint === undefined ? undefined : `the joint ${joint}, which moves with the goal,`;
    }
    default:
      return undefined;
  }
}

function pointsOf(rule: TerminationRule): PointReference[] {
  switch (rule.quantity) {
    case 'height':
      return [rule.of];
    case 'distance':
      return [rule.from, rule.to];
    default:
      return [];
  }
}

/** What is put at the goal to show it: a mocap body or slide joints, with all bodies that hang on them. */
class Marker {
  readonly #layout: Layout;
  readonly #joints: readonly string[];
  readonly #bodies = new Set<number>();

  constructor(layout: Layout, { goal }: TaskFile) {
    this.#layout = layout;
    this.#joints = goal?.joints ?? [];
    const { model } = layout.simulator;
    if (goal?.marker !== undefined) this.#bodies.add(layout.idOf('body', goal.marker, 'goal.marker'));
    for (const [k, name] of this.#joints.entries()) {
      this.#bodies.add((model.jnt_bodyid as Int32Array)[layout.idOf('joint', name, `goal.joints.${k}`)] as number);
    }
    // A body comes after the one that it hangs on.
    const parents = model.body_parentid as Int32Array;
    for (let body = 1; body < parents.length; body += 1) if (this.#bodies.has(parents[body] as number)) this.#bodies.add(body);
  }

  carries(point: PointReference): boolean {
    if (point === 'goal') return false;
    const [kind, name] = Object.entries(point)[0] as ['site' | 'body' | 'geom', string];
    const id = this.#layout.idOf(kind, name, 'goal');
    const { model } = this.#layout.simulator;
    const body = kind === 'body' ? id : (kind === 'geom' ? (model.geom_bodyid as Int32Array) : (model.site_bodyid as Int32Array))[id];
    return this.#bodies.has(body as number);
  }

  /** The first of its own joints among those that are read. */
  jointAmong({
    joints,
    except = [],
  }: {
    joints?: readonly string[] | undefined;
    except?: readonly string[] | undefined;
  }): string | undefined {
    return this.#joints.find((name) => (joints?.includes(name) ?? true) && !except.includes(name));
  }
}
