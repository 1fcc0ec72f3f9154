// Task files: what each block, term and rule computes, and everything that is refused, with its line.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadMuJoCo, type MuJoCo } from '../../physics/mujoco.ts';
import { arm, tetrahedron, urdfArm } from '../../physics/own/testing.ts';
import { createStream } from '../../random/stream.ts';
import { createOwnTask, fitTask, makeOwnTask, type OwnModel } from './create-own-task.ts';
import { OwnTaskError } from './own-task-error.ts';
import { parseTaskFile } from './parse-task-file.ts';
import { taskFileJsonSchema, type TaskFile } from './task-file.ts';
import { declareTask } from './task-plan.ts';

let mujoco: MuJoCo;
beforeAll(async () => {
  mujoco = await loadMuJoCo();
});

const armModel: OwnModel = {
  xml: arm('<geom type="capsule" fromto="0 0 0 0 0 .2" size=".02"/><site name="tip" pos="0 0 .2"/>').replace(
    '</worldbody>',
    '<body name="mark" mocap="true"><geom size=".01" contype="0" conaffinity="0"/></body><geom name="ground" type="plane" size="1 1 1"/><site name="base"/></worldbody><sensor><jointvel name="speed" joint="hinge"/><framepos name="place" objtype="site" objname="tip"/></sensor><keyframe><key name="bent" qpos=".5"/></keyframe>',
  ),
  files: {},
};
const plain = { name: 'arm-task', frameSkip: 5, timeLimit: 100, observation: [{ block: 'joint-positions' }], reward: [{ term: 'alive' }] };

function parse(given: object): TaskFile {
  const { task, problems } = parseTaskFile(JSON.stringify({ ...plain, ...given }));
  expect(problems).toEqual([]);
  return task as TaskFile;
}
const make = (given: object, model = armModel) => createOwnTask(mujoco, model, parse(given), 'arm.xml');

function misfit(given: object, model = armModel): OwnTaskError {
  try {
    make(given, model).dispose();
  } catch (error) {
    expect(error).toBeInstanceOf(OwnTaskError);
    return error as OwnTaskError;
  }
  throw new Error('nothing was refused');
}

describe('a task file', () => {
  it('is published as a JSON schema', () => {
    const published: unknown = JSON.parse(readFileSync(path.join(import.meta.dirname, '../../../docs/task.schema.json'), 'utf8'));
    expect(published, 'run: node scripts/make-task-schema.ts').toEqual(JSON.parse(JSON.stringify(taskFileJsonSchema())));
  });

  it('names and reads every observation block', () => {
    const task = make({
      observation: [
        { block: 'joint-positions' },
        { block: 'joint-positions', as: 'sine' },
        { block: 'joint-velocities', clip: 0.1 },
        { block: 'points', of: [{ site: 'tip' }], relativeTo: { site: 'base' }, axes: ['x', 'z'] },
        { block: 'sensors' },
        { block: 'contacts', bodies: ['link'] },
        { block: 'goal' },
      ],
      goal: { shape: 'box', centre: [1, 2, 3], halfSize: [0, 0, 0], marker: 'mark' },
    });
    expect(task.declaration.observation.map(({ name }) => name)).toEqual([
      'hinge angle',
      'sine of hinge angle',
      'hinge angular velocity',
      'tip − base x',
      'tip − base z',
      'speed',
      'place 0',
      'place 1',
      'place 2',
      ...['torque x', 'torque y', 'torque z', 'force x', 'force y', 'force z'].map((what) => `contact ${what} on link`),
      'goal x',
      'goal y',
      'goal z',
    ]);
    task.reset(createStream(1, 'reset'));
    task.beginAt([0.5], [2]);
    const [angle, sine, velocity, x, z, speed] = task.observation;
    expect([angle, sine, velocity, speed]).toEqual([0.5, Math.sin(0.5), 0.1, 2]);
    expect(x).toBeCloseTo(0.2 * Math.sin(0.5), 12);
    expect(z).toBeCloseTo(0.5 + 0.2 * Math.cos(0.5), 12);
    expect([...task.observation.slice(-3)]).toEqual([1, 2, 3]);
    task.dispose();
  });

  it('computes every reward term, weighted and shaped', () => {
    const fitted = fitTask(
      mujoco,
      armModel,
      parse({
        reward: [
          { term: 'height', of: { site: 'tip' }, weight: 2 },
          { term: 'uprightness', of: { body: 'link' } },
          { term: 'distance', from: { site: 'tip' }, to: 'goal', weight: -1 },
          { term: 'distance', name: 'near', from: { site: 'tip' }, to: 'goal', shaping: { kind: 'exponential', scale: 0.5 } },
          { term: 'height', name: 'bell', of: { site: 'tip' }, shaping: { kind: 'gaussian', target: 0.6, scale: 0.1 } },
          { term: 'height', name: 'cut', of: { site: 'tip' }, shaping: { kind: 'clip', range: [null, 0.1] } },
          { term: 'distance', name: 'tanh', from: { site: 'tip' }, to: 'goal', shaping: { kind: 'tanh', scale: 1 } },
          { term: 'success', from: { site: 'tip' }, to: 'goal', radius: 2 },
          { term: 'alive', weight: 3 },
          { term: 'control-cost', weight: -0.1 },
          { term: 'contact-cost', weight: -0.1 },
          { term: 'velocity', of: { site: 'tip' }, axis: 'x' },
          { term: 'velocity', name: 'turning', of: { joint: 'hinge' } },
        ],
        goal: { shape: 'box', centre: [0, 0, 1], halfSize: [0, 0, 0] },
      }),
    );
    const task = makeOwnTask(fitted, declareTask(fitted.plan, 'arm.xml'));
    task.reset(createStream(1, 'reset'));
    task.beginAt([0.5], [0]);
    const [x, z] = [0.2 * Math.sin(0.5), 0.5 + 0.2 * Math.cos(0.5)];
    const distance = Math.hypot(x, z - 1);
    const expected = {
      height: 2 * z,
      uprightness: Math.cos(0.5),
      distance: -distance,
      near: Math.exp(-distance / 0.5),
      bell: Math.exp(-0.5 * ((z - 0.6) / 0.1) ** 2),
      cut: 0.1,
      tanh: 1 - Math.tanh(distance),
      success: 1,
      alive: 3,
      control: 0,
      contact: 0,
      velocity: 0,
      turning: 0,
    };
    const reading = Object.fromEntries(task.readPose().terms.map(({ name, value }) => [name, value]));
    for (const [name, value] of Object.entries(expected)) expect(reading[name], name).toBeCloseTo(value, 10);
    expect(task.isSuccess).toBe(true);
    const { terms } = task.step([1]);
    const after = Object.fromEntries(task.declaration.rewardTerms.map(({ name }, k) => [name, terms[k] as number]));
    expect(after['control']).toBeCloseTo(-0.1, 12);
    expect(after['turning']).toBeGreaterThan(0);
    task.dispose();
  });

  it('terminates out of a range, and begins at a keyframe or where joints are put', () => {
    const task = make({ start: { keyframe: 'bent' }, termination: [{ quantity: 'joint-positions', range: [null, 0.4] }] });
    expect(task.declaration.termination).toBe('Hinge angle is above 0.4.');
    task.reset(createStream(1, 'reset'));
    expect(task.observation[0]).toBe(0.5);
    expect(task.step([0]).terminated).toBe(true);
    task.dispose();
    const other = make({ start: { joints: { hinge: -0.2 } }, resetNoise: { positions: { scale: 0.01 } } });
    other.reset(createStream(1, 'reset'));
    expect(Math.abs((other.observation[0] as number) + 0.2)).toBeLessThan(0.01);
    other.dispose();
  });

  it('is a goal task where its reward depends on two points alone', () => {
    const goal = { goal: { shape: 'ball', radius: 0.1 }, observation: [{ block: 'joint-positions' }, { block: 'goal' }] };
    const terms = [
      { term: 'success', from: { site: 'tip' }, to: 'goal', radius: 0.05, weight: 2 },
      { term: 'distance', from: 'goal', to: { site: 'tip' }, weight: -1 },
    ];
    const task = make({ ...goal, reward: terms });
    task.reset(createStream(1, 'reset'));
    const { reward } = task.step([0.3]);
    expect(task.goal?.reward(task.goal.achieved, task.goal.desired)).toBe(reward);
    expect(task.goal?.reward([0, 0, 1], [0, 0, 1])).toBe(2);
    expect(task.declaration.goal?.dimensions).toHaveLength(3);
    expect([...(task.goal?.desired ?? [])]).toEqual([...task.observation.slice(-3)]);
    task.dispose();
    const other = make({ ...goal, reward: [...terms, { term: 'control-cost', weight: -1 }] });
    expect(other.goal).toBeNull();
    other.dispose();
  });

  it('gives a URDF motors and servos, a floor and a free base', () => {
    const model = { xml: urdfArm('part.stl'), files: { 'part.stl': tetrahedron() } };
    const task = make(
      {
        world: { floor: true, freeBase: true, baseHeight: 0.4, timestep: 0.001 },
        actuators: [
          { joint: 'hinge', kind: 'position', gain: 30, damping: 1 },
          { joint: 'hinge', kind: 'motor', gain: 5, range: [-2, 2], name: 'push' },
        ],
      },
      model,
    );
    expect(task.declaration.action).toEqual([
      { name: 'hinge', unit: '', low: -1, high: 1 },
      { name: 'push', unit: '', low: -2, high: 2 },
    ]);
    expect(task.declaration.stepSeconds).toBeCloseTo(0.005, 12);
    expect([...task.simulator.qpos].slice(0, 3)).toEqual([0, 0, 0.4]);
    expect([...(task.simulator.model.actuator_gainprm as Float64Array).slice(0, 1)]).toEqual([30]);
    expect([...(task.simulator.model.actuator_biasprm as Float64Array).slice(0, 3)]).toEqual([0, -30, -1]);
    task.reset(createStream(1, 'reset'));
    // The servo holds the joint at its control: 1 is the upper end of its range, 1 rad.
    for (let k = 0; k < 100; k += 1) task.step([0.5, 0]);
    expect(task.observation[7]).toBeCloseTo(0.5, 1);
    task.dispose();
  });

  it('has the variants that every task has', () => {
    const task = createOwnTask(mujoco, armModel, parse({}), 'arm.xml', { 'frame-skip': 2, 'gravity-scale': 0 });
    expect(task.declaration.frameSkip).toBe(2);
    expect([...(task.simulator.model.opt.gravity as Float64Array)].map(Math.abs)).toEqual([0, 0, 0]);
    task.dispose();
  });
});

describe('refused, with its line', () => {
  const file = (observation: string, reward: string, rest = ''): string =>
    `{\n"name": "arm-task", "frameSkip": 5, "timeLimit": 100,\n"observation": [${observation}],\n"reward": [\n{"term": "alive"},\n${reward}\n]${rest}\n}`;
  it.each<[string, string, number | null, string, RegExp]>([
    ['no JSON', '{\n"name": \n}', 3, '', /it is not JSON/],
    ['a list', '[]', 1, '', /must be of the kind object/],
    ['nothing', '', null, '', /it is not JSON/],
    [
      'a misspelt term',
      file('{"block":"goal"}', '{"term": "velocty"}'),
      6,
      'reward.1.term',
      /no reward term "velocty"; did you mean "velocity"\?/,
    ],
    ['a term without its kind', file('{"block":"goal"}', '{"weight": 1}'), 6, 'reward.1.term', /needs "term": one of velocity/],
    ['a misspelt block', file('{"block":"sensor"}', '{"term":"alive"}'), 3, 'observation.0.block', /did you mean "sensors"/],
    [
      'a misspelt field',
      file('{"block":"goal"}', '{"term":"alive", "wieght": 2}'),
      6,
      'reward.1',
      /"wieght" is not known here; did you mean "weight"\?/,
    ],
    [
      'a misspelt top field',
      file('{"block":"goal"}', '{"term":"alive"}', ',\n"terminations": []'),
      1,
      '',
      /"terminations" is not known here; did you mean "termination"/,
    ],
    [
      'a cost with a weight above zero',
      file('{"block":"goal"}', '{"term":"control-cost", "weight": 0.1}'),
      6,
      'reward.1.weight',
      /must not be above zero/,
    ],
    ['an infinite weight', file('{"block":"goal"}', '{"term":"alive", "weight": 1e999}'), 6, 'reward.1.weight', /kind number/],
    ['a point that is none', file('{"block":"goal"}', '{"term":"height", "of": "torso"}'), 6, 'reward.1.of', /must be \{"site": …\}/],
    [
      'a range of one number',
      file('{"block":"goal"}', '{"term":"alive"}', ',\n"termination": [{"quantity":"height","of":"goal","range":[1]}]'),
      8,
      'termination.0.range',
      /must be at least 2/,
    ],
    ['a name with capitals', file('{"block":"goal"}', '{"term":"alive"}').replace('arm-task', 'Arm Task'), 2, 'name', /lower-case letters/],
    ['half a MuJoCo step', file('{"block":"goal"}', '{"term":"alive"}').replace('5', '0.5'), 2, 'frameSkip', /whole number/],
    [
      'no reward',
      '{"name":"arm-task","frameSkip":1,"timeLimit":1,"observation":[{"block":"goal"}],"reward":[]}',
      1,
      'reward',
      /at least 1 entries/,
    ],
  ])('%s', (_what, text, line, path, message) => {
    const { task, problems } = parseTaskFile(text);
    expect(task).toBeNull();
    expect(problems[0]).toMatchObject({ line, path });
    expect(problems[0]?.message).toMatch(message);
  });

  it.each<[string, object, string, RegExp]>([
    [
      'an unknown joint',
      { observation: [{ block: 'joint-positions', joints: ['hing'] }] },
      'observation.0.joints.0',
      /no joint "hing"; did you mean "hinge"\?/,
    ],
    ['an unknown site', { reward: [{ term: 'height', of: { site: 'tipp' } }] }, 'reward.0.of.site', /no site "tipp"; did you mean "tip"/],
    ['an unknown body', { reward: [{ term: 'uprightness', of: { body: 'torso' } }] }, 'reward.0.of.body', /no body "torso"/],
    ['an unknown sensor', { observation: [{ block: 'sensors', sensors: ['sped'] }] }, 'observation.0.sensors.0', /did you mean "speed"/],
    ['an unknown keyframe', { start: { keyframe: 'home' } }, 'start.keyframe', /no keyframe "home"; did you mean "bent"/],
    ['an unknown joint at the start', { start: { joints: { elbow: 1 } } }, 'start.joints.elbow', /no joint "elbow"/],
    [
      'a goal that is nowhere',
      { reward: [{ term: 'distance', from: { site: 'tip' }, to: 'goal' }] },
      'reward.0.to',
      /no "goal" that says where/,
    ],
    ['a box without size', { goal: { shape: 'box' } }, 'goal', /needs its "halfSize"/],
    ['a disc without radius', { goal: { shape: 'disc' } }, 'goal', /needs its "radius"/],
    ['a marker that cannot be moved', { goal: { shape: 'disc', radius: 1, marker: 'link' } }, 'goal.marker', /no mocap body/],
    ['a goal carried by a hinge', { goal: { shape: 'disc', radius: 1, joints: ['hinge'] } }, 'goal.joints.0', /no slide joint/],
    ['a velocity along nothing', { reward: [{ term: 'velocity', of: { site: 'tip' } }] }, 'reward.0.axis', /say along which "axis"/],
    [
      'a joint’s velocity along an axis',
      { reward: [{ term: 'velocity', of: { joint: 'hinge' }, axis: 'x' }] },
      'reward.0.axis',
      /leave "axis" out/,
    ],
    ['two terms of one name', { reward: [{ term: 'alive' }, { term: 'alive' }] }, 'reward.1', /two terms are called "alive"/],
    [
      'a range with no end',
      { termination: [{ quantity: 'height', of: { site: 'tip' }, range: [null, null] }] },
      'termination.0.range',
      /both ends are open/,
    ],
    [
      'a range the wrong way round',
      { termination: [{ quantity: 'height', of: { site: 'tip' }, range: [2, 1] }] },
      'termination.0.range',
      /lower end 2 must be below/,
    ],
    ['every joint left out', { observation: [{ block: 'joint-positions', except: ['hinge'] }] }, 'observation.0', /no joint is left/],
    ['a camera on nothing', { camera: { track: 'torso' } }, 'camera.track', /no body "torso"/],
    [
      'a motor on an unknown joint',
      { actuators: [{ joint: 'hinges', kind: 'motor', range: [-1, 1] }] },
      'actuators.0.joint',
      /did you mean "hinge"/,
    ],
    [
      'a motor without a range',
      { actuators: [{ joint: 'hinge', kind: 'motor' }] },
      'actuators.0',
      /a motor needs the range of its control/,
    ],
    [
      'a servo with a range the wrong way round',
      { actuators: [{ joint: 'hinge', kind: 'position', range: [1, -1] }] },
      'actuators.0.range',
      /must be below/,
    ],
  ])('%s', (_what, given, path, message) => {
    const error = misfit(given);
    expect(error.path).toBe(path);
    expect(error.message).toMatch(message);
  });

  it('training without actuators, and an action dimension without a range', () => {
    expect(misfit({}, { xml: urdfArm('part.stl'), files: { 'part.stl': tetrahedron() } })).toMatchObject({
      path: 'actuators',
      message: expect.stringMatching(/no actuators, so that nothing could be learned; add motors/),
    });
    const unlimited = { ...armModel, xml: armModel.xml.replace('ctrlrange="-1 1" ', '') };
    expect(misfit({}, unlimited).message).toMatch(/action dimension 0 \(drive\) has no range: give the actuator a ctrlrange/);
  });
});
