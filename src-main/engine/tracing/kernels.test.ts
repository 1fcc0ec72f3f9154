// Every kernel and its gradient: eager and compiled agree to 1e-5 relative + 1e-6 absolute.
import * as tf from '@tensorflow/tfjs';
import { afterAll, describe, expect, it } from 'vitest';
import { createStream } from '../../random/stream.ts';
import { createEngine } from '../devices.ts';
import type { NamedArrays, ProgramDeclaration } from '../program.ts';
import { kernelTracers } from './kernels.ts';
import { inputsOf, kernelCases, programOf } from './testing/kernel-cases.ts';

const engines = {
  cpu: createEngine({ device: 'cpu', threads: 1, stateShapes: {} }),
  reference: createEngine({ device: 'reference', threads: 1, stateShapes: {} }),
};
afterAll(() => Promise.all(Object.values(engines).map((engine) => engine.dispose())));

async function expectAgreement(declaration: ProgramDeclaration, batch: NamedArrays): Promise<void> {
  const [compiled, eager] = await Promise.all(
    [engines.cpu, engines.reference].map(async (engine) => (await engine.compile(declaration)).run({ batch, noise: {}, controls: {} })),
  );
  for (const [name, expected] of Object.entries(eager as NamedArrays)) {
    const actual = (compiled as NamedArrays)[name] as Float32Array;
    expect(actual.length).toBe(expected.length);
    for (const [i, value] of expected.entries()) {
      expect(Math.abs((actual[i] as number) - value), `${name}[${i}]: ${actual[i]} for ${value}`).toBeLessThanOrEqual(
        1e-6 + 1e-5 * Math.abs(value),
      );
    }
  }
}

describe('kernels', () => {
  it.each(kernelCases.map((entry) => ({ ...entry, label: entry.label ?? entry.kernel })))(
    '$label agrees with eager execution, gradient included',
    async (entry) => {
      const stream = createStream(5, entry.label);
      const batch = inputsOf(entry, () => stream.normal());
      await tf.setBackend('cpu');
      const called = await tf.profile(() =>
        entry.fn(
          Object.fromEntries(
            Object.entries(entry.shapes).map(([name, shape]) => [name, tf.tensor(batch[name] as Float32Array, [...shape])]),
          ),
        ),
      );
      expect(called.kernelNames).toContain(entry.kernel);
      await expectAgreement(programOf(entry), batch);
    },
  );

  it('covers every kernel that can be traced', () => {
    expect(Object.keys(kernelTracers).filter((name) => !kernelCases.some(({ kernel }) => kernel === name))).toEqual([]);
  });
});
