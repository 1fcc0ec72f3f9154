// Exp, Log, Tanh, Sigmoid and Softplus of the kernels against JavaScript's in double precision, and at their ends.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Graph } from '../tracing/graph.ts';
import { instantiate } from './assembler.ts';
import { compileKernels, type KernelFunction } from './kernels.ts';
import { planStages } from './stages.ts';
import { mathFunctions, type MathFunction } from './vector-math.ts';

const exact: Record<MathFunction, (x: number) => number> = {
  Exp: Math.exp,
  Log: Math.log,
  Tanh: Math.tanh,
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  Softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
};

/** Some entries more than whole vectors: what is left is computed one by one. */
const size = 4 * 37 + 3;
const memory = new WebAssembly.Memory({ initial: 1 });
const kernels = new Map(
  mathFunctions.map((op) => {
    const graph = new Graph();
    const x = graph.input('x', [size]);
    const y = graph.node(op, [x], {}, [size]);
    const [stage] = planStages(graph.nodes, new Set([y]));
    const {
      module,
      kernels: [kernel],
    } = compileKernels([stage?.loops ?? []], {
      moving: memory,
      fixed: memory,
      placeOf: (value) => (value === x ? 0 : 4096),
      pointerTo: () => 0,
      checked: new Set(),
    });
    return [op, instantiate(module, [memory, memory])[kernel ?? ''] as KernelFunction];
  }),
);

function compute(op: MathFunction, numbers: readonly number[]): number[] {
  const [given, found] = [new Float32Array(memory.buffer, 0, size), new Float32Array(memory.buffer, 4096, size)];
  given.fill(1);
  given.set(numbers);
  kernels.get(op)?.();
  return [...found.subarray(0, numbers.length)];
}

/** As far as eˣ stays in single precision. */
const single = fc.float({ min: Math.fround(-88), max: Math.fround(88), noNaN: true });

describe.each(mathFunctions)('%s', (op) => {
  it('is right to four units in the last place', () => {
    fc.assert(
      fc.property(
        fc.array(op === 'Log' ? single.map(Math.abs).filter((x) => x > 1e-37) : single, { minLength: 1, maxLength: size }),
        (numbers) => {
          compute(op, numbers).forEach((found, i) => {
            const wanted = exact[op](Math.fround(numbers[i] as number));
            // Below the smallest normal number there are fewer digits, or none.
            expect(Math.abs(found - wanted), `${op} ${numbers[i]}`).toBeLessThanOrEqual(4 * 2 ** -23 * Math.abs(wanted) + 1.2e-38);
          });
        },
      ),
      { numRuns: 300, seed: 7 },
    );
  });
});

describe('at their ends', () => {
  it.each<[MathFunction, number[], number[]]>([
    ['Exp', [-Infinity, -200, 0, 88.7, 89, Infinity, NaN], [0, 0, 1, Math.fround(Math.exp(Math.fround(88.7))), Infinity, Infinity, NaN]],
    ['Log', [0, -1, 1, Infinity, -Infinity, NaN], [-Infinity, NaN, 0, Infinity, NaN, NaN]],
    ['Tanh', [-Infinity, -50, 0, 50, Infinity, NaN], [-1, -1, 0, 1, 1, NaN]],
    ['Sigmoid', [-Infinity, -200, 0, 200, Infinity, NaN], [0, 0, 0.5, 1, 1, NaN]],
    ['Softplus', [-Infinity, -200, 200, Infinity, NaN], [0, 0, 200, Infinity, NaN]],
  ])('%s of %j', (op, numbers, wanted) => {
    compute(op, numbers).forEach((found, i) => {
      const expected = wanted[i] as number;
      if (Number.isFinite(expected) && expected > 1e30) expect(found / expected).toBeCloseTo(1, 5);
      else expect(found, `${op} ${numbers[i]}`).toBe(expected);
    });
  });
});
