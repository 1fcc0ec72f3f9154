// Properties of every kernel: over random shapes, axes and numbers, the compiled program agrees with tfjs's own cpu
// backend to 1e-5 relative + 1e-6 absolute, gradients included.
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createEngine } from '../devices.ts';
import { kernelTracers } from './kernels.ts';
import { elementwiseProperties } from './testing/elementwise-properties.ts';
import { agree, differences, kernelsCalled } from './testing/parity.ts';
import { shapeProperties } from './testing/shape-properties.ts';

const properties = { ...elementwiseProperties, ...shapeProperties };
const cpu = createEngine({ device: 'cpu', threads: 1, stateShapes: {} });
const reference = createEngine({ device: 'reference', threads: 1, stateShapes: {} });
afterAll(() => Promise.all([cpu.dispose(), reference.dispose()]));

/** Compiling costs more than computing, so each run takes many cases in one program. */
const casesPerRun = 24;
const runs = 3;
const seed = 20260;

describe('a kernel', () => {
  it.each(Object.entries(properties))('%s agrees with eager execution', async (kernel, property) => {
    expect(await kernelsCalled(fc.sample(property, { numRuns: casesPerRun, seed }))).toContain(kernel);
    await fc.assert(
      fc.asyncProperty(fc.array(property, { minLength: 1, maxLength: casesPerRun, size: 'max' }), async (cases) => {
        expect(await differences(cases, cpu, reference)).toEqual([]);
      }),
      { numRuns: runs, seed },
    );
  });

  it('has a property, whichever it is', () => {
    expect(Object.keys(properties).sort()).toEqual(Object.keys(kernelTracers).sort());
  });
});

/** Numbers at which conventions differ; 1e30 squares to infinity. */
const special = [NaN, Infinity, -Infinity, -0, 0, 1, -1, 0.5, 100, -100, 1e30];
type Fn = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;
const asFloat = (x: tf.Tensor): tf.Tensor => x.cast('float32');
/** An op of one or two numbers, with the results that may differ: docs/devices.md names them. */
const specialCases: readonly [string, Fn, string[]?][] = [
  ['relu', (a) => a.relu()],
  ['clip', (a) => a.clipByValue(-0.7, 0.4)],
  ['clip to nothing', (a) => a.clipByValue(-Infinity, Infinity)],
  ['abs', (a) => a.abs()],
  ['neg', (a) => a.neg()],
  ['exp', (a) => a.exp()],
  ['log', (a) => a.log()],
  ['sqrt', (a) => a.sqrt()],
  ['rsqrt', (a) => a.rsqrt()],
  ['reciprocal', (a) => a.reciprocal()],
  ['sigmoid', (a) => a.sigmoid()],
  ['softplus', (a) => a.softplus()],
  ['tanh', (a) => a.tanh()],
  ['square', (a) => a.square()],
  ['cast to bool', (a) => asFloat(a.cast('bool'))],
  ['step', (a) => a.step(), ['step(NaN): 0, tfjs NaN']],
  ['step with a slope', (a) => a.step(-1), ['step with a slope(NaN): -1, tfjs NaN']],
  ['sign', (a) => a.sign(), ['sign(NaN): NaN, tfjs 0']],
  ['add', (a, b) => a.add(b)],
  ['sub', (a, b) => a.sub(b)],
  ['mul', (a, b) => a.mul(b)],
  ['div', (a, b) => a.div(b)],
  ['squaredDifference', tf.squaredDifference],
  ['minimum', tf.minimum],
  ['maximum', tf.maximum],
  ['greater', (a, b) => asFloat(a.greater(b))],
  ['greaterEqual', (a, b) => asFloat(a.greaterEqual(b))],
  ['less', (a, b) => asFloat(a.less(b))],
  ['lessEqual', (a, b) => asFloat(a.lessEqual(b))],
  ['equal', (a, b) => asFloat(a.equal(b))],
  ['notEqual', (a, b) => asFloat(a.notEqual(b))],
  ['where', (a, b) => tf.where(a.greater(b), a, b)],
  ['max', (a, b) => tf.stack([a, b], 1).max(1)],
  ['min', (a, b) => tf.stack([a, b], 1).min(1)],
  ['max of columns', (a, b) => tf.stack([a, b]).max(0)],
  ['min of columns', (a, b) => tf.stack([a, b]).min(0)],
  ['sum', (a, b) => tf.stack([a, b], 1).sum(1)],
  ['mean', (a, b) => tf.stack([a, b], 1).mean(1)],
  [
    'pow',
    tf.pow,
    [
      'pow(1, NaN): 1, tfjs NaN',
      ...['1, Infinity', '1, -Infinity', '-1, Infinity', '-1, -Infinity'].map((pair) => `pow(${pair}): 1, tfjs NaN`),
    ],
  ],
];

describe('at numbers that are not finite, and at zeros', () => {
  it.each(specialCases)('%s does as tfjs does, but for what is documented', async (op, fn, documented = []) => {
    const isUnary = fn.length === 1;
    const pairs = isUnary ? special.map((a) => [a, 0] as const) : special.flatMap((a) => special.map((b) => [a, b] as const));
    const shape = [pairs.length];
    const batch = { a: Float32Array.from(pairs, ([a]) => a), b: Float32Array.from(pairs, ([, b]) => b) };
    const results = [];
    for (const engine of [cpu, reference]) {
      const program = await engine.compile({
        name: op,
        signature: { batch: { a: shape, b: shape }, noise: {}, controls: {} },
        fn: ({ batch: { a, b } }) => ({ state: {}, diagnostics: { y: fn(a as tf.Tensor, b as tf.Tensor) } }),
      });
      results.push((await program.run({ batch, noise: {}, controls: {} }))['y']?.slice() as Float32Array);
    }
    const [actual, expected] = results as [Float32Array, Float32Array];
    const found = pairs.flatMap(([a, b], i) =>
      agree(actual[i] as number, expected[i] as number) ? [] : [`${op}(${isUnary ? a : `${a}, ${b}`}): ${actual[i]}, tfjs ${expected[i]}`],
    );
    expect(found.filter((line) => !documented.includes(line))).toEqual([]);
  });
});
