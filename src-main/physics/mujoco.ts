// Loads MuJoCo's official WebAssembly build, in Node as in a browser's worker. Each load is an independent
// instance with its own heap.
import createMuJoCo from '@mujoco/mujoco';
import type { MainModule } from '@mujoco/mujoco';
import { errorText, PhysicsError } from './errors.ts';

/** One MuJoCo instance. */
export type MuJoCo = MainModule;

/** Where the WebAssembly comes from; with none of them, from beside the package's own script. */
export interface MuJoCoOptions {
  /** The bytes of mujoco.wasm. */
  wasmBinary?: ArrayBuffer | Uint8Array<ArrayBuffer>;
  /** mujoco.wasm already compiled: workers that share one start faster. */
  wasmModule?: WebAssembly.Module;
  /** Gives the address of a file (`mujoco.wasm`) that the package wants to fetch. */
  locateFile?: (path: string, scriptDirectory: string) => string;
}

/**
 * Loads a fresh MuJoCo instance; takes about 0.2 s.
 * @throws PhysicsError `load` when the WebAssembly cannot be found or compiled.
 */
export async function loadMuJoCo(options: MuJoCoOptions = {}): Promise<MuJoCo> {
  const { wasmModule, ...passedOn } = options;
  if (wasmModule === undefined) {
    return await createMuJoCo(passedOn).catch((error: unknown) => {
      throw loadError(error);
    });
  }
  // Emscripten's hook has no path for a failed instantiation: race it, so that the failure is not swallowed.
  return await new Promise<MuJoCo>((resolve, reject) => {
    const instantiateWasm = (
      imports: WebAssembly.Imports,
      receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
    ): object => {
      WebAssembly.instantiate(wasmModule, imports).then(
        (instance) => receive(instance, wasmModule),
        (error: unknown) => reject(loadError(error)),
      );
      return {};
    };
    createMuJoCo({ ...passedOn, instantiateWasm }).then(resolve, (error: unknown) => reject(loadError(error)));
  });
}

function loadError(error: unknown): PhysicsError {
  return new PhysicsError('load', `MuJoCo could not be loaded: ${errorText(error)}`, { cause: error });
}
