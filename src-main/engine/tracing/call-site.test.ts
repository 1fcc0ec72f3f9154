// What tracing refuses it names: the op, and the line of the program that called it.
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { ProgramDeclaration } from '../program.ts';
import { trace } from './trace.ts';

type Fn = (x: tf.Tensor) => tf.Tensor;
const program = (fn: Fn): ProgramDeclaration => ({
  name: 'test',
  signature: { batch: { x: [2, 2] }, noise: {}, controls: {} },
  fn: ({ batch }) => ({ state: {}, diagnostics: { y: fn(batch['x'] as tf.Tensor) } }),
});
/** The line that calls this function, as `call-site.test.ts:12`. */
const here = (): string => /call-site\.test\.ts:\d+/.exec((new Error().stack as string).split('\n')[2] as string)?.[0] as string;

/** The cube, with a gradient that calls a kernel without a translation from inside tfjs. */
const cube = tf.customGrad((x) => ({ value: (x as tf.Tensor).mul((x as tf.Tensor).square()), gradFunc: tf.elu as never })) as Fn;

// A case stays on one line: each says on which line it stands.
// prettier-ignore
const refusals: readonly [string, string, Fn, RegExp][] = [
  ['a kernel without a translation', here(), (x) => tf.topk(x, 1).values, /^the kernel TopK has no ONNX translation \(tf\.topk at .*HERE:\d+\)*; add it to/],
  ['one called by a method', here(), (x) => x.elu(), /^the kernel Elu has no ONNX translation \(tf\.elu at .*HERE:/],
  ['one inside another op', here(), (x) => tf.losses.sigmoidCrossEntropy(x, x), /^the kernel Log1p has no ONNX translation \(tf\.log1p at .*HERE:/],
  ['one in a function whose gradient is taken', here(), (x) => tf.grad((z) => z.prod())(x), /^the kernel Prod .*\(tf\.prod at .*HERE:/],
  ['one that a gradient alone calls', here(), (x) => tf.grad((z) => cube(z.tanh()).sum())(x), /^the kernel Elu .*\(tf\.elu at .*HERE:.* part of the gradient taken on that line.* come from Mul.* at .*HERE:/],
  ['one in a gradient of the program\'s own', here(), (x) => tf.grad((z) => tf.customGrad((w) => ({ value: w as tf.Tensor, gradFunc: (dy) => dy.elu() }))(z))(x), /^the kernel Elu .*HERE:\d+\)*; add it to/],
  ['a type that ONNX Runtime does not take', here(), (x) => x.greater(1).max(), /^the kernel Max \(at .*HERE:.* takes float32 or int32 tensors, and was given bool; cast it first/],
  ['a maximum over nothing', here(), (x) => x.slice(2).max(), /^the kernel Max \(at .*HERE:.* no value over an empty axis of \[0, 2\]/],
  ['a slice outside the tensor', here(), (x) => x.slice([0, 1], [1, 2]), /^the kernel Slice \(at .*HERE:.*begin\[1\] \+ size\[1\] \(3\)/],
  ['a cast to complex numbers', here(), (x) => x.cast('complex64'), /^the kernel Cast \(at .*HERE:.*no cast to complex64 is known; use float32, int32 or bool/],
  ['a string tensor', here(), () => tf.tensor(['a']), /^a string tensor cannot be traced \(.*HERE:.*use float32, int32 or bool/],
  ['a read of a value', here(), (x) => x.tanh().mul(x.exp().dataSync()[0] as number), /reads the value of a tensor.* comes from Exp at .*HERE:.*the read is at .*HERE:/],
  ['a read of a value inside a gradient', here(), (x) => tf.grad((z) => z.mul(z.sum().arraySync() as number))(x), /reads the value of a tensor.* comes from Sum at .*HERE:.*the read is at .*HERE:/],
];

describe('tracing', () => {
  it.each(refusals)('refuses %s, naming the op and its line', async (_, line, fn, message) => {
    await expect(trace(program(fn), {})).rejects.toThrow(new RegExp(message.source.replaceAll('HERE', line.replaceAll('.', '\\.')), 's'));
  });

  it('leaves the depth of stacks as it was, refused or not', async () => {
    const before = Error.stackTraceLimit;
    await trace(
      program((x) => x.neg()),
      {},
    );
    await expect(
      trace(
        program((x) => x.elu()),
        {},
      ),
    ).rejects.toThrow(/Elu/);
    expect(Error.stackTraceLimit).toBe(before);
  });
});
