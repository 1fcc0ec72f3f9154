// Compiles MJCF text, with the files it refers to, into MuJoCo's model and data.
import type { MjData, MjModel } from '@mujoco/mujoco';
import { errorText, PhysicsError } from './errors.ts';
import type { MuJoCo } from './mujoco.ts';

/** Included XML, meshes and textures by the name the model calls them. */
export type ModelFiles = Readonly<Record<string, Uint8Array>>;

/**
 * Compiles a model and makes its data, in its default state with poses computed. The caller deletes both.
 * @throws PhysicsError `model` with MuJoCo's own explanation.
 */
export function loadModel(mujoco: MuJoCo, modelXml: string, files: ModelFiles): { model: MjModel; data: MjData } {
  const disk = new mujoco.MjVFS();
  let model: MjModel | null = null;
  let data: MjData | null = null;
  try {
    for (const [name, bytes] of Object.entries(files)) disk.addBuffer(name, bytes);
    model = mujoco.MjModel.from_xml_string(modelXml, disk);
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
