// Checks that what a program is given has the declared names and sizes.
import type { NamedArrays, NamedShapes, NamedTensors, ProgramDeclaration } from '../program.ts';
import { sizeOf } from '../tracing/graph.ts';

function checkNamed(what: string, shapes: NamedShapes, arrays: NamedArrays): void {
  for (const name in shapes) {
    const shape = shapes[name] as readonly number[];
    const array = arrays[name];
    if (!array) throw new RangeError(`${what} ${name} is missing`);
    if (array.length !== sizeOf(shape)) {
      throw new RangeError(`${what} ${name} has ${array.length} numbers, but its shape [${shape.join(', ')}] holds ${sizeOf(shape)}`);
    }
  }
}

/** @throws RangeError naming the program, the input and the sizes. */
export function checkArrays(
  { name, signature }: ProgramDeclaration,
  given: { batch: NamedArrays; noise: NamedArrays; controls: NamedArrays },
): void {
  checkNamed(`${name}: batch`, signature.batch, given.batch);
  checkNamed(`${name}: noise`, signature.noise, given.noise);
  checkNamed(`${name}: control`, signature.controls, given.controls);
}

/** @throws RangeError when an entry is missing, unknown or of another size. */
export function checkState(shapes: NamedShapes, values: NamedArrays): void {
  checkNamed('state', shapes, values);
  const unknown = Object.keys(values).find((name) => !(name in shapes));
  if (unknown !== undefined) throw new RangeError(`the state has no entry ${unknown}`);
}

/**
 * What an eager run returned as the new state; `trace` checks the same for the compiled devices.
 * @throws RangeError when an entry is unknown, of another shape or not of single precision.
 */
export function checkReturnedState(program: string, shapes: NamedShapes, returned: NamedTensors): void {
  for (const [name, { shape, dtype }] of Object.entries(returned)) {
    const held = shapes[name];
    if (held && held.join() === shape.join() && dtype === 'float32') continue;
    throw new RangeError(
      `${program} returns state ${name} as ${dtype} of shape [${shape.join()}], but the state holds ${held ? `float32 of shape [${held.join()}]` : 'no such entry'}`,
    );
  }
}
