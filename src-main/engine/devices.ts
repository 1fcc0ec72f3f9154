// Opens a device by its name.
import { CpuEngine } from './devices/cpu.ts';
import { GpuEngine } from './devices/gpu.ts';
import { ReferenceEngine } from './devices/reference.ts';
import { TensorflowEngine } from './devices/tensorflow.ts';
import { deviceDeclarations } from './declarations.ts';
import type { Engine, NamedShapes } from './program.ts';

/**
 * An engine with an all-zero state.
 * @param options.threads threads of one operation, 1 or more
 * @throws RangeError for an unknown device
 */
export function createEngine(options: { device: string; threads: number; stateShapes: NamedShapes }): Engine {
  switch (options.device) {
    case 'cpu':
      return new CpuEngine(options.stateShapes, options.threads);
    case 'cuda':
    case 'gpu':
    case 'gpu:software':
      return new GpuEngine(options.stateShapes, options.device);
    case 'reference':
      return new ReferenceEngine(options.stateShapes);
    case 'tensorflow':
      return new TensorflowEngine(options.stateShapes, options.threads);
    default:
      throw new RangeError(`there is no device ${options.device}; there are ${deviceDeclarations.map(({ id }) => id).join(', ')}`);
  }
}
