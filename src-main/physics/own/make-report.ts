// Compiles a collected model, looks it over, and lets it move for a second to see whether it stays in one piece.
import type { ModelReport } from '../../contract/models.ts';
import { PhysicsError } from '../errors.ts';
import { describeModel } from '../geometry.ts';
import type { ModelEdit } from '../load-model.ts';
import type { MuJoCo } from '../mujoco.ts';
import { Simulator } from '../simulator.ts';
import { explainCompileError } from './explain-compile.ts';
import { ModelFileError } from './model-file-error.ts';
import type { CollectedModel } from './model-files.ts';

/** Compiled through MjSpec, as with a task file's additions, so that a model behaves the same with and without them. */
export const unedited: ModelEdit = () => undefined;

/** @throws ModelFileError where MuJoCo refuses the model, with the place as far as MuJoCo tells */
export function compileCollected(mujoco: MuJoCo, collected: CollectedModel, edit: ModelEdit = unedited): Simulator {
  try {
    return new Simulator(mujoco, collected.xml, collected.files, edit);
  } catch (error) {
    if (error instanceof PhysicsError && error.code === 'model') throw explainCompileError(error, collected);
    throw error;
  }
}

export function makeReport(simulator: Simulator, collected: CollectedModel): ModelReport {
  const scene = describeModel(simulator);
  const { model, names, counts } = simulator;
  const geoms: Record<string, number> = {};
  for (const { shape } of scene.geoms) geoms[shape] = (geoms[shape] ?? 0) + 1;
  const bodyName = (id: number): string => names.body[id] || `body ${id}`;
  const targets = model.actuator_trnid as Int32Array;
  const isJointDriven = model.actuator_trntype as Int32Array;
  const jointKind = simulator.mujoco.mjtTrn.mjTRN_JOINT.value;
  const totalMassKg = scene.bodies.reduce((sum, { massKg }) => sum + massKg, 0);
  return {
    format: collected.format,
    main: collected.main,
    modelName:
      collected.elements
        .find(({ file }) => file === collected.main)
        ?.element.attributes.get(collected.format === 'urdf' ? 'name' : 'model') ?? '',
    files: collected.collected,
    totalBytes: collected.collected.reduce((sum, { bytes }) => sum + bytes, 0),
    bodies: scene.bodies
      .slice(1)
      .map(({ name, parent, massKg }, k) => ({ name: name || `body ${k + 1}`, parent: bodyName(parent), massKg })),
    joints: scene.joints.map(({ name, kind, body, range }, k) => ({
      name: name || `joint ${k}`,
      kind,
      body: bodyName(body),
      range: rangeOrNull(range),
    })),
    actuators: scene.actuators.map(({ name, controlRange }, k) => ({
      name: name || `actuator ${k}`,
      target: isJointDriven[k] === jointKind ? (names.joint[targets[2 * k] as number] ?? '') : '',
      range: rangeOrNull(controlRange),
    })),
    meshes: scene.meshes.map(({ name, positions, indices }) => ({ name, vertices: positions.length / 3, triangles: indices.length / 3 })),
    textures: names.texture.map((name, k) => ({
      name,
      width: (model.tex_width as Int32Array)[k] as number,
      height: (model.tex_height as Int32Array)[k] as number,
    })),
    sites: names.site.filter((name) => name !== ''),
    sensors: names.sensor.map((name, k) => ({ name: name || `sensor ${k}`, size: (model.sensor_dim as Int32Array)[k] as number })),
    geoms,
    counts: { qpos: counts.qpos, qvel: counts.qvel, ctrl: counts.ctrl },
    timestep: scene.timestep,
    totalMassKg,
    warnings: [...collected.warnings, ...lookOver(simulator, collected), ...tryMotion(simulator)],
  };
}

/** MuJoCo's flags of what is limited cannot be read from JavaScript; what is not has an empty range. */
function rangeOrNull(range: readonly [number, number]): readonly [number, number] | null {
  return range[0] < range[1] ? range : null;
}

/** What compiles and is still likely to be a mistake, and what is refused although MuJoCo takes it. */
function lookOver({ model, names, counts }: Simulator, { main, format, elements }: CollectedModel): string[] {
  const masses = model.body_mass as Float64Array;
  const bad = masses.findIndex((mass) => !Number.isFinite(mass));
  if (bad >= 0)
    throw new ModelFileError({ file: main, element: 'body' }, `the mass of ${names.body[bad] || `body ${bad}`} is ${masses[bad]}`);
  const warnings: string[] = [];
  if (counts.qvel === 0) warnings.push('Nothing in this model can move: it has no joint.');
  if (counts.ctrl === 0)
    warnings.push(
      `The model has no actuators${format === 'urdf' ? ', as no URDF has' : ''}: it can be shown, but not trained until a task file adds some.`,
    );
  if (format === 'urdf') {
    const known = new Set(['link', 'joint', 'material', 'transmission', 'gazebo', 'mujoco', 'sensor', 'plugin']);
    for (const { file, element } of elements) {
      if (element.parent === 0 && !known.has(element.name))
        warnings.push(`${file}, line ${element.line}: MuJoCo does not know <${element.name}> and leaves it out.`);
    }
  }
  if (model.ngeom === 0)
    warnings.push(
      'The model has no geoms: there is nothing to see or to touch. (MuJoCo leaves out URDF visuals unless <mujoco><compiler discardvisual="false"/></mujoco> asks for them.)',
    );
  return warnings;
}

/** Simulated seconds, and at most so many milliseconds, of letting it fall and of pushing its controls about. */
const trialSeconds = 1;
const trialMs = 4000;

/** MuJoCo resets a simulation that diverges without a word; the simulator notices. */
function tryMotion(simulator: Simulator): string[] {
  const { ctrl } = simulator.counts;
  const range = simulator.model.actuator_ctrlrange as Float64Array;
  const trials: { what: string; control: (i: number, step: number) => number }[] = [
    { what: 'left alone', control: () => 0 },
    {
      what: 'with controls swinging through their ranges',
      control: (i, step) => swing(range[2 * i] as number, range[2 * i + 1] as number, step * simulator.timestep + i),
    },
  ];
  const warnings: string[] = [];
  for (const { what, control } of ctrl > 0 ? trials : trials.slice(0, 1)) {
    simulator.reset();
    const began = performance.now();
    const steps = Math.min(Math.ceil(trialSeconds / simulator.timestep), 20_000);
    try {
      for (let step = 0; step < steps && performance.now() - began < trialMs; step += 1) {
        for (let i = 0; i < ctrl; i += 1) simulator.ctrl[i] = control(i, step);
        simulator.step(1);
      }
      const { inertia, contactsFull, constraintsFull } = simulator.warnings();
      if (inertia > 0)
        warnings.push(`The inertia matrix was nearly singular ${inertia} times, ${what}: a body is too light for what it carries.`);
      if (contactsFull + constraintsFull > 0)
        warnings.push(`MuJoCo ran out of memory for contacts, ${what}; give the model more: <size memory="…"/>.`);
    } catch (error) {
      if (!(error instanceof PhysicsError)) throw error;
      warnings.push(`Unstable, ${what}: ${error.message} A smaller timestep, more damping or armature, or heavier bodies may help.`);
    }
  }
  simulator.reset();
  return warnings;
}

/** 2 Hz between the ends, at most ±100. */
function swing(low: number, high: number, seconds: number): number {
  const [from, to] = low < high ? [Math.max(low, -100), Math.min(high, 100)] : [-1, 1];
  return (from + to) / 2 + ((to - from) / 2) * Math.sin(4 * Math.PI * seconds);
}
