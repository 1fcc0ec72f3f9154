// The `tensorflow` device: TensorFlow computes each op as the program calls it, through tfjs-node or tfjs-node-gpu.
import { createRequire } from 'node:module';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import type { AdapterDescription } from '../../contract/declarations.ts';
import type { NamedShapes } from '../program.ts';
import { DeviceUnavailableError } from './device-error.ts';
import { EagerEngine } from './eager.ts';
import { findTensorflow, type TensorflowPackage } from './tensorflow-package.ts';

const backendName = 'tensorflow';

/** TensorFlow reads these once, when it is loaded; what is set already stays. */
const settings = (threads: number): Readonly<Record<string, string>> => ({
  TF_NUM_INTRAOP_THREADS: String(threads),
  TF_NUM_INTEROP_THREADS: '1',
  TF_CPP_MIN_LOG_LEVEL: '1', // else a greeting on stderr
  TF_FORCE_GPU_ALLOW_GROWTH: 'true', // else the first of several trainers takes the whole card
});

/**
 * tfjs-node 4.22 calls functions that Node 23 removed from node:util (tensorflow/tfjs#8609), and one that is deprecated
 * and would warn. It finds them again on the module's own object.
 */
function restoreUtil(): void {
  Object.assign(util, { isNullOrUndefined: (value: unknown) => value === null || value === undefined, isArray: Array.isArray });
}

/** Registers the tfjs backend `tensorflow`, once in a process. @throws DeviceUnavailableError saying what is missing and how to get it */
function load(threads: number): void {
  if (tf.findBackend(backendName)) return;
  const search = findTensorflow();
  if (!('found' in search)) throw new DeviceUnavailableError(`the device tensorflow cannot be used: ${search.reason}. ${search.advice}`);
  for (const [name, value] of Object.entries(settings(threads))) process.env[name] ??= value;
  restoreUtil();
  tf.enableProdMode(); // else its own copy of tfjs warns that everything is registered twice
  requirePackage(search.found);
}

function requirePackage({ name, folder }: TensorflowPackage): void {
  try {
    createRequire(import.meta.url)(folder);
    // tfjs swallows what a backend throws while it starts.
    if (!tf.findBackend(backendName)) throw new Error('TensorFlow did not start');
  } catch (cause) {
    const why = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0];
    throw new DeviceUnavailableError(
      `the device tensorflow cannot be used: ${name} in ${folder} could not be loaded (${why}). Install it again, or build it as docs/devices.md says.`,
      { cause },
    );
  }
}

/** What computes, as TensorFlow tells; null before an engine was made. */
export function describeTensorflow(): AdapterDescription | null {
  const backend = tf.findBackend(backendName) as (tf.KernelBackend & { isUsingGpuDevice: boolean; binding: { TF_Version: string } }) | null;
  const search = findTensorflow();
  if (backend === null || !('found' in search)) return null;
  const { name, version } = search.found;
  return {
    name: `TensorFlow ${backend.binding.TF_Version}`,
    vendor: null,
    driver: `${name} ${version}`,
    kind: backend.isUsingGpuDevice ? 'hardware' : 'software',
  };
}

export class TensorflowEngine extends EagerEngine {
  /**
   * @param threads threads of one operation, 1 or more; the first engine in a process decides
   * @throws DeviceUnavailableError where the binding is missing or cannot be loaded, in one line that says what to do
   */
  constructor(stateShapes: NamedShapes, threads: number) {
    load(threads);
    super('tensorflow', backendName, stateShapes);
  }
}
