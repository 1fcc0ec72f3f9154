// The look at an exported file before it is handed out, on files that are not what they should be.
import { describe, expect, it } from 'vitest';
import { exportedPolicy } from '../contract/policy-file.ts';
import { type FileNode, type OnnxFile, writeOnnxFile } from '../engine/onnx/file.ts';
import { checkExport } from './exported-policy.ts';
import type { EvaluationPolicy } from './evaluation.ts';

const dimension = { name: 'x', unit: 'm' };
const task = {
  observation: [dimension, dimension],
  action: [
    { ...dimension, low: -1, high: 1 },
    { ...dimension, low: -1, high: 1 },
  ],
};
/** Every output is tanh of the observation, but for those that are given by other nodes. */
const fileWith = (others: Readonly<Record<string, FileNode>> = {}, change: Partial<OnnxFile> = {}): Uint8Array => {
  const value = { type: 'float32', shape: ['n', 2] } as const;
  const outputs = Object.values(exportedPolicy.outputs);
  return writeOnnxFile({
    name: 'test',
    tensors: new Map(),
    nodes: outputs.map((name) => others[name] ?? { op: 'Tanh', inputs: ['observation'], outputs: [name], attributes: {} }),
    inputs: new Map([
      ['observation', value],
      ['noise', value],
    ]),
    outputs: new Map(outputs.map((name) => [name, value])),
    ...change,
  });
};
const stored: EvaluationPolicy = async (observation) => {
  const values = observation.map(Math.tanh);
  return { meanAction: values, mean: values, sigma: values };
};

it('takes a file that gives what the stored policy gives', async () => {
  await expect(checkExport(fileWith(), stored, task)).resolves.toBeUndefined();
});

describe('refuses a file', () => {
  it.each<[string, Uint8Array, RegExp]>([
    [
      'with another mean',
      fileWith({ mean: { op: 'Neg', inputs: ['observation'], outputs: ['mean'], attributes: {} } }),
      /differs from the stored one: "mean" is .* instead of .*report it/,
    ],
    [
      'with a sampled action that is not finite',
      fileWith(
        { 'sampled-action': { op: 'Div', inputs: ['observation', 'zero'], outputs: ['sampled-action'], attributes: {} } },
        {
          tensors: new Map([['zero', { shape: [], type: 'float32', data: Float32Array.of(0) }]]),
        },
      ),
      /not finite \("sampled-action"\)/,
    ],
    ['that does not run', fileWith({ sigma: { op: 'Nothing', inputs: ['observation'], outputs: ['sigma'], attributes: {} } }), /Nothing/],
  ])('%s', async (_, file, message) => {
    await expect(checkExport(file, stored, task)).rejects.toThrow(message);
  });

  it('whose rows depend on each other', async () => {
    const mean: FileNode = { op: 'CumSum', inputs: ['observation', 'axis'], outputs: ['mean'], attributes: {} };
    const file = fileWith({ mean }, { tensors: new Map([['axis', { shape: [], type: 'int32', data: Int32Array.of(0) }]]) });
    const first: EvaluationPolicy = async (observation) => ({ ...(await stored(observation)), mean: observation });
    await expect(checkExport(file, first, task)).rejects.toThrow(/differs from the stored one: "mean"/);
  });
});
