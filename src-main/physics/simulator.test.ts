import { beforeAll, describe, expect, it } from 'vitest';
import { PhysicsError } from './errors.ts';
import { loadMuJoCo } from './mujoco.ts';
import type { MuJoCo } from './mujoco.ts';
import { Simulator } from './simulator.ts';

let mujoco: MuJoCo;
beforeAll(async () => {
  mujoco = await loadMuJoCo();
});

/** A ball that bounces on a floor next to a driven slider and a mocap body. */
const PLAYGROUND = `<mujoco>
  <size memory="1M"/>
  <worldbody>
    <geom name="floor" type="plane" size="1 1 0.1"/>
    <body name="ball" pos="0 0 0.3"><freejoint name="ball"/><geom name="ball" size="0.1" mass="1"/></body>
    <body name="car" pos="1 0 1"><joint name="car" type="slide" axis="1 0 0"/><geom name="car" size="0.1" mass="1"/></body>
    <body name="hand" mocap="true" pos="0 1 1"><geom name="hand" size="0.05" contype="0" conaffinity="0"/></body>
    <geom name="" type="sphere" size="0.01" pos="3 0 0"/>
  </worldbody>
  <actuator><motor name="drive" joint="car"/></actuator>
</mujoco>`;

function thrownBy(action: () => unknown): PhysicsError {
  try {
    action();
  } catch (error) {
    if (error instanceof PhysicsError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('loading a model', () => {
  it.each([
    { what: 'no XML', xml: 'hello', message: /does not compile: .*XML/s },
    { what: 'an empty text', xml: '', message: /does not compile/ },
    { what: 'an unknown element, with its line', xml: '<mujoco>\n<robot/>\n</mujoco>', message: /'robot', line 2/ },
    { what: 'a missing mesh file', xml: '<mujoco><asset><mesh file="arm.obj"/></asset></mujoco>', message: /arm\.obj/ },
    {
      what: 'a joint on the world body',
      xml: '<mujoco><worldbody><joint type="slide"/></worldbody></mujoco>',
      message: /does not compile/,
    },
  ])('explains $what', ({ xml, message }) => {
    const error = thrownBy(() => new Simulator(mujoco, xml));
    expect(error.code).toBe('model');
    expect(error.message).toMatch(message);
  });

  it('reads included files by name', () => {
    const part = new TextEncoder().encode('<mujocoinclude><geom name="stone" size="1"/></mujocoinclude>');
    const simulator = new Simulator(mujoco, '<mujoco><worldbody><include file="part.xml"/></worldbody></mujoco>', {
      'part.xml': part,
    });
    expect(simulator.names.geom).toEqual(['stone']);
    simulator.dispose();
  });
});

describe('names', () => {
  it('finds what is named, and lists what there is for a name that is unknown', () => {
    const simulator = new Simulator(mujoco, PLAYGROUND);
    expect(simulator.names.geom).toContain('');
    expect(simulator.idOf('body', 'hand')).toBe(3);
    const error = thrownBy(() => simulator.idOf('joint', 'cart'));
    expect(error.message).toBe('the model has no joint named “cart”; it has: ball, car');
    expect(thrownBy(() => simulator.idOf('sensor', 'touch')).message).toMatch(/it has: none with a name/);
    expect(thrownBy(() => simulator.idOf('geom', '')).code).toBe('model');
    simulator.dispose();
  });
});

describe('views', () => {
  it('stay true when the heap grows under them', () => {
    const simulator = new Simulator(mujoco, PLAYGROUND);
    const stale = simulator.qpos;
    const hoard: Simulator[] = [];
    for (let k = 0; k < 40 && stale.length > 0; k += 1) {
      hoard.push(new Simulator(mujoco, PLAYGROUND.replace('1M', '16M')));
    }
    expect(stale.length).toBe(0);
    simulator.qpos[2] = 0.75;
    simulator.forward();
    expect(simulator.xpos[3 * simulator.idOf('body', 'ball') + 2]).toBe(0.75);
    for (const one of [...hoard, simulator]) one.dispose();
  });

  it('move mocap bodies', () => {
    const simulator = new Simulator(mujoco, PLAYGROUND);
    simulator.mocapPos.set([1, 2, 3]);
    simulator.updatePoses();
    const hand = simulator.idOf('body', 'hand');
    expect([...simulator.xpos.subarray(3 * hand, 3 * hand + 3)]).toEqual([1, 2, 3]);
    simulator.dispose();
  });
});

describe('snapshots', () => {
  it('continue bit for bit in a fresh instance of MuJoCo', async () => {
    const first = new Simulator(mujoco, PLAYGROUND);
    const second = new Simulator(await loadMuJoCo(), PLAYGROUND);
    for (let k = 0; k < 137; k += 1) {
      first.ctrl[0] = Math.sin(k);
      first.step(1);
    }
    second.restoreState(first.saveState());
    for (let k = 0; k < 200; k += 1) {
      for (const simulator of [first, second]) {
        simulator.ctrl[0] = Math.cos(k);
        simulator.step(2);
      }
      // Looking does not disturb.
      second.updatePoses();
      expect(second.saveState()).toEqual(first.saveState());
    }
    expect(first.data.ncon).toBeGreaterThan(0);
    first.dispose();
    second.dispose();
  });

  it('give the very numbers back that were put in', () => {
    const simulator = new Simulator(mujoco, PLAYGROUND);
    simulator.mocapPos.set([1, 2, 3]);
    for (let k = 0; k < 200; k += 1) simulator.step(1);
    const state = simulator.saveState();
    simulator.reset();
    simulator.restoreState(state);
    expect(simulator.saveState()).toEqual(state);
    expect(simulator.time).toBeCloseTo(0.4, 12);
    simulator.dispose();
  });

  it.each([
    { what: 'too short', change: (state: Float64Array) => state.slice(1), message: /has \d+ numbers, not \d+/ },
    { what: 'empty', change: () => new Float64Array(0), message: /not 0/ },
    { what: 'with NaN', change: (state: Float64Array) => state.fill(NaN, 3, 4), message: /number 3 .* is NaN/ },
    { what: 'infinite', change: (state: Float64Array) => state.fill(-Infinity, 5, 6), message: /number 5 .* is -Infinity/ },
  ])('refuse a state that is $what and keep the present one', ({ change, message }) => {
    const simulator = new Simulator(mujoco, PLAYGROUND);
    simulator.step(3);
    const before = simulator.saveState();
    const error = thrownBy(() => simulator.restoreState(change(simulator.saveState())));
    expect(error.code).toBe('state');
    expect(error.message).toMatch(message);
    expect(simulator.saveState()).toEqual(before);
    simulator.dispose();
  });
});

describe('divergence', () => {
  it.each([
    { what: 'a position that is not a number, in the first step', steps: 0, array: 'qpos' as const, value: NaN, message: /position 0/ },
    { what: 'a position that is not a number, later', steps: 20, array: 'qpos' as const, value: NaN, message: /position 0/ },
    { what: 'an infinite velocity', steps: 20, array: 'qvel' as const, value: Infinity, message: /velocity 0/ },
    { what: 'a huge velocity, in the first step', steps: 0, array: 'qvel' as const, value: 1e12, message: /velocity 0/ },
  ])('is reported for $what, until a reset', ({ steps, array, value, message }) => {
    const simulator = new Simulator(mujoco, PLAYGROUND);
    if (steps > 0) simulator.step(steps);
    simulator[array][0] = value;
    const error = thrownBy(() => simulator.step(3));
    expect(error.code).toBe('unstable');
    expect(error.message).toMatch(message);
    expect(simulator.warnings().badPosition + simulator.warnings().badVelocity).toBeGreaterThan(0);
    expect(thrownBy(() => simulator.step(1)).message).toMatch(/Reset the simulation/);
    expect(thrownBy(() => simulator.saveState()).code).toBe('state');
    simulator.reset();
    simulator.forward();
    simulator.step(3);
    expect(Object.values(simulator.warnings()).every((count) => count === 0)).toBe(true);
    simulator.dispose();
  });

  it('is seen when the acceleration explodes in the middle of a step', () => {
    const simulator = new Simulator(mujoco, PLAYGROUND);
    simulator.step(1);
    simulator.ctrl[0] = 9e9; // as large as MuJoCo takes a control
    simulator.qvel[6] = 9.9e9;
    const error = thrownBy(() => {
      for (let k = 0; k < 1000; k += 1) simulator.step(5);
    });
    expect(error.code).toBe('unstable');
    simulator.dispose();
  });

  it('never comes from a control that is not a number: that is refused, by name', () => {
    const simulator = new Simulator(mujoco, PLAYGROUND);
    simulator.ctrl[0] = NaN;
    expect(thrownBy(() => simulator.step(1)).message).toBe('control 0 (drive) is NaN');
    simulator.ctrl[0] = 0;
    simulator.step(1);
    simulator.dispose();
  });
});

describe('too little memory', () => {
  /** Sixty balls one above the other, none touching. */
  const crowd = (memory: string): string => {
    const balls = Array.from({ length: 60 }, (_, k) => `<body pos="0 0 ${3 * k + 3}"><freejoint/><geom size="0.6"/></body>`);
    const floor = '<geom type="plane" size="1 1 1"/>';
    return `<mujoco><size memory="${memory}"/><worldbody>${floor}${balls.join('')}</worldbody></mujoco>`;
  };

  /** All on the floor, in a square so narrow that neighbours overlap. */
  const gather = (simulator: Simulator): void => {
    for (let k = 0; k < 60; k += 1) simulator.qpos.set([k % 8, Math.floor(k / 8), 0.05], 7 * k);
  };

  it('to compile with is an error of the model', () => {
    expect(thrownBy(() => new Simulator(mujoco, crowd('20K'))).message).toMatch(/does not compile: .*out of memory/);
  });

  it('for all contacts is found when asked for', () => {
    const simulator = new Simulator(mujoco, crowd('100K'));
    gather(simulator);
    simulator.step(1);
    const error = thrownBy(() => simulator.requireNothingDropped());
    expect(error.code).toBe('step');
    expect(error.message).toMatch(/dropped contacts [1-9]\d* times/);
    simulator.reset();
    simulator.requireNothingDropped();
    simulator.dispose();
  });

  it('in the middle of a step is reported, until a reset', () => {
    const simulator = new Simulator(mujoco, crowd('300K'));
    gather(simulator);
    const error = thrownBy(() => simulator.step(1));
    expect(error.code).toBe('step');
    expect(error.message).toMatch(/out of memory.*Reset/s);
    expect(thrownBy(() => simulator.forward()).code).toBe('state');
    simulator.reset();
    simulator.step(1);
    simulator.requireNothingDropped();
    simulator.dispose();
  });
});

it('refuses everything once disposed of, and disposes twice without harm', () => {
  const simulator = new Simulator(mujoco, PLAYGROUND);
  simulator.dispose();
  simulator.dispose();
  for (const use of [() => simulator.step(1), () => simulator.reset(), () => simulator.saveState(), () => simulator.warnings()]) {
    expect(thrownBy(use).message).toMatch(/disposed/);
  }
});
