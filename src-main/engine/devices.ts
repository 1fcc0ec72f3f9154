// Opens a device by its name.
import { CpuEngine } from './devices/cpu.ts';
import { ReferenceEngine } from './devices/reference.ts';
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
    case 'reference':
      return new ReferenceEngine(options.stateShapes);
    default:
      throw new RangeError(`there is no device ${options.device}; there are ${deviceDeclarations.map(({ id }) => id).join(', ')}`);
  }
}
