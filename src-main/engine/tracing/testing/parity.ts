// Holds a device against the reference on many small cases at once: all of them are one program, compiled once.
import * as tf from '@tensorflow/tfjs';
import type { Engine, NamedArrays, ProgramDeclaration } from '../../program.ts';

export interface ParityInput {
  shape: readonly number[];
  values: readonly number[];
}

export interface ParityCase {
  /** The call with its shapes and attributes, for messages. */
  label: string;
  inputs: readonly ParityInput[];
  fn: (inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
  /** Is the gradient in every input compared too? */
  hasGradient: boolean;
  /** The same written with other ops, for the reference to compute where tfjs's cpu backend is wrong. */
  expected?: (inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
}

/** Weights of a loss that gives every entry a gradient of its own; multiples of a half, for sums of few to be exact. */
const weightsOf = (shape: number[]): tf.Tensor => {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => ((7 * i) % 9) / 2 - 1.75),
    shape,
  );
};

interface Description {
  type: string;
  size: number;
}

/** The entry's results and gradients by name; also notes each one's type and shape. */
function compute(
  entry: ParityCase,
  fn: ParityCase['fn'],
  inputs: tf.Tensor[],
  prefix: string,
  described: Map<string, Description>,
): Record<string, tf.Tensor> {
  const found: Record<string, tf.Tensor> = {};
  const keep = (name: string, tensor: tf.Tensor): void => {
    found[`${prefix} ${name}`] = tensor;
    described.set(`${prefix} ${name}`, { type: `${tensor.dtype} [${tensor.shape.join(', ')}]`, size: tensor.size });
  };
  for (const [i, tensor] of [fn(inputs)].flat().entries()) keep(`output ${i}`, tensor);
  if (!entry.hasGradient) return found;
  const loss = (...given: tf.Tensor[]): tf.Scalar =>
    tf.addN([fn(given)].flat().map((tensor) => tensor.cast('float32').mul(weightsOf(tensor.shape)).sum())) as tf.Scalar;
  for (const [i, gradient] of tf.valueAndGrads(loss)(inputs).grads.entries()) keep(`gradient ${i}`, gradient);
  return found;
}

function programOf(cases: readonly ParityCase[], isReference: boolean, described: Map<string, Description>): ProgramDeclaration {
  const batch = Object.fromEntries(cases.flatMap((entry, k) => entry.inputs.map(({ shape }, i) => [`${k}.${i}`, shape])));
  return {
    name: 'parity',
    signature: { batch, noise: {}, controls: {} },
    fn: ({ batch: given }) => ({
      state: {},
      diagnostics: Object.assign(
        {},
        ...cases.map((entry, k) => {
          const inputs = entry.inputs.map((_, i) => given[`${k}.${i}`] as tf.Tensor);
          return compute(entry, isReference ? (entry.expected ?? entry.fn) : entry.fn, inputs, `case ${k}`, described);
        }),
      ) as Record<string, tf.Tensor>,
    }),
  };
}

/** Do the numbers agree to 1e-5 relative + 1e-6 absolute? NaN agrees with NaN alone, an infinity with itself. */
export const agree = (actual: number, expected: number): boolean =>
  Object.is(actual, expected) || Math.abs(actual - expected) <= 1e-6 + 1e-5 * Math.abs(expected);

/** What differs between the device and the reference, a line each: the case, the entry, both numbers. */
export async function differences(cases: readonly ParityCase[], device: Engine, reference: Engine): Promise<string[]> {
  const batch: NamedArrays = Object.fromEntries(
    cases.flatMap((entry, k) => entry.inputs.map(({ values }, i) => [`${k}.${i}`, Float32Array.from(values)])),
  );
  const run = async (engine: Engine, isReference: boolean): Promise<{ described: Map<string, Description>; found: NamedArrays }> => {
    const described = new Map<string, Description>();
    const program = await engine.compile(programOf(cases, isReference, described));
    return { described, found: await program.run({ batch, noise: {}, controls: {} }) };
  };
  const expected = await run(reference, true);
  const actual = await run(device, false);
  const lines: string[] = [];
  for (const [name, { type, size }] of expected.described) {
    const { label } = cases[Number(/^case (\d+)/.exec(name)?.[1])] as ParityCase;
    const found = actual.described.get(name)?.type;
    if (found !== type) lines.push(`${label}, ${name}: ${found} instead of ${type}`);
    // tfjs sometimes keeps numbers for an empty tensor: the size says how many count.
    for (let i = 0; i < size; i += 1) {
      const [number, wanted] = [actual.found[name]?.[i] as number, expected.found[name]?.[i] as number];
      if (!agree(number, wanted)) lines.push(`${label}, ${name}[${i}]: ${number} instead of ${wanted}`);
    }
  }
  return lines;
}

/** The names of the kernels that tfjs calls for the cases, gradients included. */
export async function kernelsCalled(cases: readonly ParityCase[]): Promise<Set<string>> {
  await tf.setBackend('cpu');
  const { kernelNames } = await tf.profile(() => {
    for (const [k, entry] of cases.entries()) {
      compute(
        entry,
        entry.fn,
        entry.inputs.map(({ shape, values }) => tf.tensor(Float32Array.from(values), [...shape])),
        `case ${k}`,
        new Map(),
      );
    }
    return tf.scalar(0);
  });
  return new Set(kernelNames);
}
