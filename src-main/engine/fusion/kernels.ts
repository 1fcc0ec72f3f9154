// Kernels: WebAssembly functions that compute a stage's loops one after the other.
import type { Value } from '../tracing/graph.ts';
import { addFloats, assemble, call, type Code, f32, integer, loadInteger, number, type WasmFunction } from './assembler.ts';
import { fixedMemory, type KernelMemory, LoopEmitter, movingMemory } from './loop-emitter.ts';
import type { Loop, LoopNode } from './loops.ts';
import type { Computation } from './operations.ts';
import { stepProductFunction } from './step-products.ts';
import { mathLibrary } from './vector-math.ts';

/** Runs a list of loops. @returns 0, or NaN where a checked output holds a number that is not finite */
export type KernelFunction = () => number;

/** One kernel for each list of loops, by the names of the module's exports, all in one module over [memory.moving, memory.fixed]. */
export function compileKernels(
  lists: readonly (readonly Loop[])[],
  memory: KernelMemory,
): { module: WebAssembly.Module; kernels: string[] } {
  const library = new Library(memory);
  const kernels = lists.map((loops) => `f${library.kernel(loops)}`);
  return { module: assemble(library.functions, [memory.moving, memory.fixed]), kernels };
}

/** Functions: mathematical ones, one for each loop or for all step products of the same extents, and kernels, which call these in turn. */
class Library {
  readonly functions: WasmFunction[] = [...mathLibrary];
  readonly #memory: KernelMemory;
  readonly #stepProducts = new Map<string, number>();

  constructor(memory: KernelMemory) {
    this.#memory = memory;
  }

  /** @returns the function's index */
  kernel(loops: readonly Loop[]): number {
    const calls = loops.flatMap((loop) => {
      const [{ computation, node }] = loop.nodes as [LoopNode];
      if (computation.kind === 'step product') return this.#callStepProduct(computation, node.outputs);
      const emitter = new LoopEmitter(loop, this.#memory);
      return [...emitter.moving.flatMap((value) => this.#address(value)), ...call(this.#add(emitter.toFunction())), ...addFloats];
    });
    return this.#add({ parameters: [], result: f32, locals: [], body: [...number(0), ...calls] });
  }

  #address(value: Value): Code {
    return [
      ...integer(this.#memory.placeOf(value) ?? this.#memory.pointerTo(value)),
      ...(this.#memory.placeOf(value) === null ? loadInteger({ memory: fixedMemory, offset: 0 }) : []),
    ];
  }

  #add(made: WasmFunction): number {
    return this.functions.push(made) - 1;
  }

  #callStepProduct({ product, operands }: Computation & { kind: 'step product' }, outputs: readonly Value[]): Code {
    const [y, u, v, other = y, mask = y] = operands as [Value, Value, Value, Value?, Value?];
    const values = [y, u, v, other, mask, ...outputs];
    const memories = values.map((value) => (this.#memory.placeOf(value) === null ? movingMemory : fixedMemory));
    const key = JSON.stringify([product, memories]);
    const index = this.#stepProducts.get(key) ?? this.#add(stepProductFunction(product, memories));
    this.#stepProducts.set(key, index);
    return [...values.flatMap((value) => this.#address(value)), ...call(index)];
  }
}
