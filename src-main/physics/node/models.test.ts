import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { PhysicsError } from '../errors.ts';
import { loadMuJoCo } from '../mujoco.ts';
import type { MuJoCo } from '../mujoco.ts';
import { Simulator } from '../simulator.ts';
import { assetsDirectory, readModel } from './models.ts';

let mujoco: MuJoCo;
beforeAll(async () => {
  mujoco = await loadMuJoCo();
});

// Body masses (kg) and final positions of the original Gymnasium v5 models under MuJoCo 3.14, both to seven digits.
// The motion: from the default state, 20 environment steps k in which control i is held at
// middle + (range / 4)·sin(0.3 k + i).
const fixtures = [
  {
    file: 'inverted-pendulum.xml',
    frameSkip: 2,
    masses: [10.472, 5.01859],
    finalQpos: [0.9179774, -1.573478],
  },
  {
    file: 'reacher.xml',
    frameSkip: 2,
    masses: [0.0356047, 0.0356047, 0.00418879, 0.00305363],
    finalQpos: [2.313164, 1.427689, 0.1, -0.1],
  },
  {
    file: 'pusher.xml',
    frameSkip: 5,
    masses: [7.29352, 3.14159, 0.0854513, 1.6286, 0.40715, 0.0854513, 0.842732, 0.00502655, 0.180956, 0.00251327, 7.85398e-6, 4.02124e-10],
    finalQpos: [0.06354222, 0.11159, -0.5199744, -1.479278, 0.1905998, -0.3043952, 0.4979328, 0, 0, 0, 0],
  },
  {
    file: 'half-cheetah.xml',
    frameSkip: 5,
    masses: [6.25021, 1.54351, 1.58745, 1.0954, 1.43808, 1.20084, 0.884519],
    finalQpos: [-0.05986711, -0.09864852, 0.08087499, -0.2573555, 0.01060797, 0.1855212, 0.3962783, 0.03876026, -0.1830312],
  },
  {
    file: 'hopper.xml',
    frameSkip: 4,
    masses: [3.66519, 4.05789, 2.78136, 5.31557],
    finalQpos: [-0.04853535, 1.200231, -0.2207441, -0.1195735, -0.1700852, 0.03058357],
  },
  {
    file: 'walker2d.xml',
    frameSkip: 4,
    masses: [3.66519, 4.05789, 2.78136, 3.16673, 4.05789, 2.78136, 3.16673],
    finalQpos: [-0.09039179, 1.180391, -0.48751, -0.1912052, -0.5026087, 0.1549798, -0.51777, 0.06675627, 0.7990987],
  },
  {
    file: 'inverted-double-pendulum.xml',
    frameSkip: 5,
    masses: [10.472, 4.19874, 4.19874],
    finalQpos: [-0.05104571, -6.226309, -0.2742805],
  },
  {
    file: 'swimmer.xml',
    frameSkip: 4,
    masses: [35.6047, 35.6047, 35.6047],
    finalQpos: [0.01513159, 0.350371, -0.3685221, 0.6168541, -0.2684368],
  },
  {
    file: 'ant.xml',
    frameSkip: 5,
    masses: [0.327249, ...[1, 2, 3, 4].flatMap(() => [0.0391578, 0.0391578, 0.0675922])],
    finalQpos: [
      -0.02504015, -0.7246185, 0.7152675, 0.9991654, -0.02961814, 0.01116751, -0.02581663, 0.5729098, 1.22286, 0.4987197, -1.297564,
      -0.5258062, -1.209815, -0.5245993, 0.5893772,
    ],
  },
  {
    file: 'humanoid.xml',
    frameSkip: 5,
    masses: [8.90746, 2.26195, 6.61619, 4.75175, 2.7557, 1.76715, 4.75175, 2.7557, 1.76715, 1.66108, 1.22954, 1.66108, 1.22954],
    finalQpos: [
      -0.05697127, 0.01600142, 1.202196, 0.9910447, 0.1296385, -0.005705853, 0.03149167, -0.07892077, -0.4075953, -0.3617079, 0.04434991,
      0.3125542, -0.1699077, -1.261276, -0.05711391, -0.27027, 0.2682569, -1.066346, 0.359227, -0.120456, -0.03072286, -0.6440767,
      0.1380878, -0.3533537,
    ],
  },
  {
    file: 'humanoid-standup.xml',
    frameSkip: 5,
    masses: [8.90746, 2.26195, 6.61619, 4.75175, 2.7557, 1.76715, 4.75175, 2.7557, 1.76715, 1.66108, 1.22954, 1.66108, 1.22954],
    finalQpos: [
      0.01168626, 0.003323094, 0.08152733, 0.9991103, 0.02140016, 0.03191419, 0.01737947, 0.06762249, -0.2594458, -0.02963771, -0.1424891,
      -0.1088901, -0.1934634, -0.9713745, -0.3043908, 0.01259454, 0.08320898, -0.2642957, -0.2861314, 0.2267677, 0.1592499, 0.1612194,
      -0.2043118, -0.4358887,
    ],
  },
];

/** Equal to within half a unit of the last of `digits` significant digits. */
function expectDigits(actual: ArrayLike<number>, expected: readonly number[], digits: number): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) + 1 - digits);
    expect(Math.abs((actual[i] as number) - value), `number ${i}`).toBeLessThanOrEqual(0.51 * unit);
  });
}

describe.each(fixtures)('$file', ({ file, frameSkip, masses, finalQpos }) => {
  it('has the masses of Gymnasium’s model, and everything a person meets has a name', async () => {
    const simulator = new Simulator(mujoco, (await readModel(file)).xml);
    expectDigits((simulator.model.body_mass as Float64Array).slice(1), masses, 6);
    for (const kind of ['body', 'joint', 'geom', 'actuator', 'material', 'camera', 'light'] as const) {
      expect(simulator.names[kind].length, kind).toBeGreaterThan(0);
      expect(simulator.names[kind], kind).not.toContain('');
    }
    simulator.dispose();
  });

  it('moves as Gymnasium’s model does', async () => {
    const simulator = new Simulator(mujoco, (await readModel(file)).xml);
    const range = simulator.model.actuator_ctrlrange as Float64Array;
    for (let k = 0; k < 20; k += 1) {
      for (let i = 0; i < simulator.counts.ctrl; i += 1) {
        const [low, high] = [range[2 * i] as number, range[2 * i + 1] as number];
        simulator.ctrl[i] = (low + high) / 2 + ((high - low) / 4) * Math.sin(0.3 * k + i);
      }
      simulator.step(frameSkip);
    }
    expectDigits(simulator.qpos, finalQpos, 7);
    simulator.requireNothingDropped();
    expect(simulator.data.maxuse_arena).toBeLessThan(100_000);
    simulator.dispose();
  });
});

describe('readModel', () => {
  it('gives the text and its SHA-256', async () => {
    const { xml, hash } = await readModel('half-cheetah.xml');
    const bytes = readFileSync(join(assetsDirectory(), 'models', 'half-cheetah.xml'));
    expect(xml).toBe(bytes.toString());
    expect(hash).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('puts included parts into a model, and the text that they make loads by itself', async () => {
    const { xml, hash } = await readModel('fetch-reach.xml');
    expect(xml).not.toContain('<include');
    expect(xml.match(/<\/?mujoco/g)).toHaveLength(2);
    expect(hash).toBe(createHash('sha256').update(xml).digest('hex'));
    const simulator = new Simulator(mujoco, xml);
    expect(simulator.names.body).toEqual(expect.arrayContaining(['lead', 'target', 'gripper', 'table']));
    simulator.dispose();
  });

  it.each(['../models/half-cheetah.xml', '/etc/passwd', 'half-cheetah', '', 'Half-Cheetah.xml', 'a\0.xml', 'no-such-model.xml'])(
    'refuses %j',
    async (file) => {
      const error = await readModel(file).then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(PhysicsError);
      expect((error as PhysicsError).message).toMatch(/model's file name|cannot be read/);
    },
  );
});

describe('assetsDirectory', () => {
  it('walks up to the nearest folder that holds assets/models', () => {
    const root = mkdtempSync(join(tmpdir(), 'elbow-assets-'));
    mkdirSync(join(root, 'assets', 'models'), { recursive: true });
    mkdirSync(join(root, 'out', 'trainer', 'assets'), { recursive: true });
    expect(assetsDirectory(join(root, 'out', 'trainer', 'trainer.js'))).toBe(join(root, 'assets'));
    rmSync(root, { recursive: true });
  });

  it('says so when there is none', () => {
    expect(() => assetsDirectory(join(tmpdir(), 'trainer.js'))).toThrow(/no folder assets\/models above .*incomplete/);
  });
});
