// Compiles MJCF text, with the files it refers to, into MuJoCo's model and data.
import type { MjData, MjModel, MjSpec, MjVFS } from '@mujoco/mujoco';
import { errorText, PhysicsError } from './errors.ts';
import type { MuJoCo } from './mujoco.ts';

/** Included XML, meshes and textures by the name the model calls them. */
export type ModelFiles = Readonly<Record<string, Uint8Array>>;

/** Adds to a parsed model what its text lacks (actuators, a floor), before it is compiled. */
export type ModelEdit = (mujoco: MuJoCo, spec: MjSpec) => void;

/**
 * Compiles a model and makes its data, in its default state with poses computed. The caller deletes both.
 * @param modelXml MJCF or URDF
 * @throws PhysicsError `model` with MuJoCo's own explanation.
 */
export function loadModel(
  mujoco: MuJoCo,
  modelXml: string,
  files: ModelFiles,
  edit: ModelEdit | null = null,
): { model: MjModel; data: MjData } {
  const disk = new mujoco.MjVFS();
  let model: MjModel | null = null;
  let data: MjData | null = null;
  try {
    for (const [name, bytes] of Object.entries(files)) disk.addBuffer(name, bytes);
    model = edit === null ? mujoco.MjModel.from_xml_string(modelXml, disk) : compileEdited(mujoco, modelXml, disk, edit);
    if (model === null) throw new Error('MuJoCo gave no model');
    data = new mujoco.MjData(model);
    mujoco.mj_forward(model, data);
    return { model, data };
  } catch (error) {
    data?.delete();
    model?.delete();
    const reason = errorText(error).replace(/^MuJoCo Error: /, '');
    throw new PhysicsError('model', `the model does not compile: ${reason}`, { cause: error });
  } finally {
    disk.delete();
  }
}

function compileEdited(mujoco: MuJoCo, modelXml: string, disk: MjVFS, edit: ModelEdit): MjModel | null {
  const spec = mujoco.parseXMLString(modelXml, disk);
  if (spec === null) return null;
  try {
    edit(mujoco, spec);
    return mujoco.mj_compile(spec, disk) ?? null;
  } finally {
    spec.delete();
  }
}
