// The task file: what a person writes beside a model to make a task of it. Data only; no code is executed. Its JSON schema
// is published as docs/task.schema.json and explained in docs/own-robots.md.
import { closest } from 'fastest-levenshtein';
import { z } from 'zod';

const name = z.string().min(1).max(100);
const names = z.array(name).min(1).max(1000);
const axis = z.enum(['x', 'y', 'z']);
const finite = z.number().min(-1e9).max(1e9);
const positive = z.number().gt(0).max(1e9);
const triple = z.tuple([finite, finite, finite]);
const bounds = z.tuple([finite.nullable(), finite.nullable()]).describe('Lower and upper end; null is open.');

const point = z
  .union([z.strictObject({ site: name }), z.strictObject({ body: name }), z.strictObject({ geom: name }), z.literal('goal')], {
    error: 'must be {"site": …}, {"body": …}, {"geom": …} or "goal"',
  })
  .describe('A place: of a site, a body, a geom, or the goal.');
const turnable = z.union([z.strictObject({ site: name }), z.strictObject({ body: name })], { error: 'must be {"body": …} or {"site": …}' });
const moving = z.union([z.strictObject({ joint: name }), ...point.options], {
  error: 'must be {"joint": …}, {"body": …}, {"site": …} or {"geom": …}',
});

const joints = { joints: names.optional().describe('Only these; all without it.'), except: names.optional().describe('All but these.') };

const observationBlock = z.discriminatedUnion('block', [
  z.strictObject({
    block: z.literal('joint-positions'),
    ...joints,
    as: z.enum(['value', 'sine', 'cosine']).default('value').describe('Angles that go round are better seen as sine and cosine.'),
  }),
  z.strictObject({ block: z.literal('joint-velocities'), ...joints, clip: positive.optional().describe('Clips to ± this.') }),
  z.strictObject({
    block: z.literal('points'),
    of: z.array(point).min(1).max(200),
    relativeTo: point.optional(),
    axes: z.array(axis).min(1).max(3).default(['x', 'y', 'z']),
  }),
  z.strictObject({ block: z.literal('sensors'), sensors: names.optional().describe('Only these; all without it.') }),
  z.strictObject({
    block: z.literal('contacts'),
    bodies: names.optional().describe('Only these; all without it.'),
    clip: positive.default(1).describe('Forces (N) and torques (N·m) are clipped to ± this.'),
  }),
  z.strictObject({ block: z.literal('goal') }),
]);

const shaping = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('clip'), range: bounds }),
  z.strictObject({ kind: z.literal('exponential'), scale: positive }).describe('exp(−value / scale)'),
  z
    .strictObject({ kind: z.literal('gaussian'), target: finite.default(0), scale: positive })
    .describe('exp(−½ ((value − target) / scale)²)'),
  z.strictObject({ kind: z.literal('tanh'), scale: positive }).describe('1 − tanh(value / scale)'),
]);

const term = {
  name: name.optional().describe('As charts call it; the kind of term without it.'),
  weight: z.number().min(-1e6).max(1e6).default(1).describe('The shaped value is multiplied with it. Costs have weights below zero.'),
  shaping: shaping.optional(),
};
const costWeight = z.number().min(-1e6).lte(0, 'must not be above zero: a cost is taken off the reward, for instance −0.1');

const rewardTerm = z.discriminatedUnion('term', [
  z.strictObject({
    term: z.literal('velocity'),
    of: moving,
    axis: axis.optional().describe('Along which axis; not for a joint.'),
    ...term,
  }),
  z.strictObject({ term: z.literal('height'), of: point, ...term }),
  z.strictObject({
    term: z.literal('uprightness'),
    of: turnable,
    axis: axis.default('z').describe('The body’s own axis that ought to point up.'),
    ...term,
  }),
  z.strictObject({ term: z.literal('distance'), from: point, to: point, ...term }),
  z.strictObject({ term: z.literal('control-cost'), ...term, weight: costWeight }),
  z.strictObject({ term: z.literal('contact-cost'), bodies: names.optional(), clip: positive.default(1), ...term, weight: costWeight }),
  z.strictObject({ term: z.literal('alive'), ...term }),
  z.strictObject({ term: z.literal('success'), from: point, to: point, radius: positive, ...term }),
]);

const quantity = z.discriminatedUnion('quantity', [
  z.strictObject({ quantity: z.literal('height'), of: point, range: bounds }),
  z.strictObject({ quantity: z.literal('uprightness'), of: turnable, axis: axis.default('z'), range: bounds }),
  z.strictObject({ quantity: z.literal('distance'), from: point, to: point, range: bounds }),
  z.strictObject({ quantity: z.literal('joint-positions'), ...joints, range: bounds }),
  z.strictObject({ quantity: z.literal('joint-velocities'), ...joints, range: bounds }),
]);

const noise = z.strictObject({
  kind: z.enum(['uniform', 'normal']).default('uniform'),
  scale: z.number().min(0).max(1e3).describe('Half-width of the uniform noise, standard deviation of the normal one.'),
  ...joints,
});

const actuator = z.strictObject({
  name: name.optional(),
  joint: name,
  kind: z
    .enum(['motor', 'position'])
    .describe(
      'A motor: torque (N·m) or force (N) is gain times control. A position servo: gain times (control − position), less damping times velocity.',
    ),
  gain: positive.default(1),
  damping: z.number().min(0).max(1e9).default(0).describe('Of a position servo.'),
  range: z.tuple([finite, finite]).optional().describe('Of the control. A position servo may take its joint’s range.'),
});

export const taskFileSchema = z.strictObject({
  $schema: z.string().max(500).optional(),
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,59}$/, 'must be 2 to 60 lower-case letters, digits and dashes, a letter first')
    .describe('As the task is called in runs and on the command line.'),
  title: z.string().min(1).max(100).optional(),
  sentence: z.string().min(1).max(500).optional().describe('What is to be learned.'),
  citation: z.string().min(1).max(500).optional(),
  model: z.string().min(1).max(500).optional().describe('The model’s file, where the folder has several.'),
  world: z
    .strictObject({
      floor: z.boolean().default(false).describe('Adds an endless floor at height 0.'),
      freeBase: z.boolean().default(false).describe('Gives the first body a free joint: a URDF’s base is fixed to the world.'),
      baseHeight: z.number().min(-100).max(100).optional().describe('Where the free base begins (m).'),
      timestep: z.number().min(1e-5).max(0.1).optional().describe('Seconds of one MuJoCo step; else the model’s own.'),
    })
    .prefault({})
    .describe('What the model lacks.'),
  actuators: z.array(actuator).max(500).default([]).describe('Added to those that the model has.'),
  frameSkip: z.int().min(1).max(1000).describe('MuJoCo steps per environment step.'),
  timeLimit: z.int().min(1).max(1_000_000).describe('Environment steps after which an episode is truncated.'),
  observation: z.array(observationBlock).min(1).max(100),
  reward: z.array(rewardTerm).min(1).max(50),
  termination: z.array(quantity).max(50).default([]).describe('The episode terminates as soon as one of these leaves its range.'),
  start: z
    .strictObject({
      keyframe: name.optional().describe('One of the model’s keyframes.'),
      joints: z.record(name, finite).optional().describe('Positions of single joints (m, rad) instead of the default ones.'),
    })
    .prefault({}),
  resetNoise: z.strictObject({ positions: noise.optional(), velocities: noise.optional() }).prefault({}),
  goal: z
    .strictObject({
      shape: z.enum(['box', 'disc', 'ball']).describe('A disc lies flat in x and y.'),
      centre: triple.default([0, 0, 0]),
      halfSize: triple.optional().describe('Of a box, in m.'),
      radius: positive.optional().describe('Of a disc or ball, in m.'),
      joints: z.array(name).min(1).max(3).optional().describe('Slide joints that carry a marker to the goal: x, y, z.'),
      marker: name.optional().describe('A mocap body that is put at the goal.'),
    })
    .optional(),
  camera: z
    .strictObject({
      track: name.nullable().default(null).describe('A body to follow.'),
      lookAt: triple.optional(),
      distance: positive.optional(),
      azimuth: z.number().min(-360).max(360).default(90),
      elevation: z.number().min(-90).max(90).default(-15),
    })
    .prefault({}),
});

export type TaskFile = z.infer<typeof taskFileSchema>;
export type PointReference = z.infer<typeof point>;
export type ObservationBlock = TaskFile['observation'][number];
export type RewardTerm = TaskFile['reward'][number];
export type TerminationRule = TaskFile['termination'][number];
export type ResetNoise = NonNullable<TaskFile['resetNoise']['positions']>;
export type AddedActuator = TaskFile['actuators'][number];
export type TurnableReference = z.infer<typeof turnable>;

/** What can stand in the field that tells one kind of entry from another. */
const kindsOf: Readonly<Record<string, { what: string; kinds: readonly string[] }>> = {
  block: { what: 'observation block', kinds: observationBlock.options.map((option) => option.shape.block.value) },
  term: { what: 'reward term', kinds: rewardTerm.options.map((option) => option.shape.term.value) },
  quantity: { what: 'quantity', kinds: quantity.options.map((option) => option.shape.quantity.value) },
  kind: { what: 'shaping', kinds: shaping.options.map((option) => option.shape.kind.value) },
};

/** A misspelt kind in words, with the nearest one. @param field `term`, `block` … */
export function describeKind(field: string, given: unknown): string {
  const { what = field, kinds = [] } = kindsOf[field] ?? {};
  if (typeof given !== 'string') return `needs "${field}": one of ${kinds.join(', ')}`;
  return `there is no ${what} "${given.slice(0, 60)}"; did you mean "${closest(given.slice(0, 100), [...kinds])}"? There are: ${kinds.join(', ')}`;
}

/** The published JSON schema. */
export function taskFileJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(taskFileSchema, { io: 'input', reused: 'ref' });
  return { $schema, title: 'Elbow task file', description: 'Makes a task of a MuJoCo or URDF model: docs/own-robots.md.', ...rest };
}
