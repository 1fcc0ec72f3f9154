// Names of a model's elements, read once from its table of names. (`mj_id2name` is avoided: for an element
// without a name it returns whatever text lies at address 0 of the heap.)
import type { MjModel } from '@mujoco/mujoco';
import { PhysicsError } from './errors.ts';

export type NamedKind =
  'body' | 'joint' | 'geom' | 'site' | 'camera' | 'light' | 'mesh' | 'height-field' | 'material' | 'texture' | 'actuator' | 'sensor';

/** The names of one kind by id; an element without a name has the empty string. */
export type ModelNames = Readonly<Record<NamedKind, readonly string[]>>;

export function readNames(model: MjModel): ModelNames {
  const table = Uint8Array.from(model.names as Int8Array);
  const decoder = new TextDecoder();
  const read = (addresses: unknown): string[] =>
    Array.from(addresses as Int32Array, (start) => decoder.decode(table.subarray(start, table.indexOf(0, start))));
  return {
    body: read(model.name_bodyadr),
    joint: read(model.name_jntadr),
    geom: read(model.name_geomadr),
    site: read(model.name_siteadr),
    camera: read(model.name_camadr),
    light: read(model.name_lightadr),
    mesh: read(model.name_meshadr),
    'height-field': read(model.name_hfieldadr),
    material: read(model.name_matadr),
    texture: read(model.name_texadr),
    actuator: read(model.name_actuatoradr),
    sensor: read(model.name_sensoradr),
  };
}

/**
 * The id of a named element.
 * @throws PhysicsError `model` when the model has no such element; it lists those that it has.
 */
export function findName(names: ModelNames, kind: NamedKind, name: string): number {
  const id = name === '' ? -1 : names[kind].indexOf(name);
  if (id < 0) {
    const known = names[kind].filter((other) => other !== '').join(', ');
    throw new PhysicsError('model', `the model has no ${kind} named “${name}”; it has: ${known || 'none with a name'}`);
  }
  return id;
}
