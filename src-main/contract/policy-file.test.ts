import { describe, expect, it } from 'vitest';
import { type OpenedFile, policyFileProblem, unopenedPolicy } from './policy-file.ts';

const matrix = (name: string, columns: number): OpenedFile['inputMetadata'][number] => ({
  name,
  isTensor: true,
  type: 'float32',
  shape: [1, columns],
});
const policy: OpenedFile = {
  inputMetadata: [matrix('observation', 11)],
  outputMetadata: [matrix('mean-action', 2), matrix('mean', 2), matrix('sigma', 2)],
};
const sizes = { observations: 11, actions: 2 };

it('takes a stored policy, with further outputs too', () => {
  expect(policyFileProblem(policy, sizes)).toBeNull();
  expect(policyFileProblem({ ...policy, outputMetadata: [matrix('more', 7), ...policy.outputMetadata] }, sizes)).toBeNull();
});

describe('what is no policy', () => {
  const withInput = (...inputs: OpenedFile['inputMetadata']): OpenedFile => ({ ...policy, inputMetadata: inputs });
  it.each<[string, OpenedFile, RegExp]>([
    ['no input', withInput(), /is no policy: it has no input "observation", but none/],
    ['another input', withInput(matrix('x', 11)), /no input "observation", but "x"/],
    [
      'many others',
      withInput(...Array.from({ length: 9 }, (_, index) => matrix(`x${index}`, 1))),
      /but "x0", "x1", "x2", "x3", "x4", "x5" and 3 more/,
    ],
    [
      'a further input',
      withInput(matrix('observation', 11), matrix('noise', 2)),
      /no stored policy: besides "observation" it takes "noise"/,
    ],
    [
      'an input without a shape',
      withInput({ name: 'observation', isTensor: false }),
      /input "observation" is unknown \[\] instead of float32 \[1, 11\]/,
    ],
    ['an input of doubles', withInput({ ...matrix('observation', 11), type: 'float64' }), /is float64 \[1, 11\] instead of float32/],
    ['a vector', withInput({ ...matrix('observation', 11), shape: [11] }), /is float32 \[11\] instead of float32 \[1, 11\]/],
    [
      'any number of rows',
      withInput({ ...matrix('observation', 11), shape: ['n', 11] }),
      /is float32 \[n, 11\] instead of float32 \[1, 11\]/,
    ],
    [
      'observations of another task',
      withInput(matrix('observation', 17)),
      /for another task: its input "observation" has 17 observations, but the task has 11/,
    ],
    [
      'actions of another task',
      { ...policy, outputMetadata: [matrix('mean-action', 6), matrix('mean', 6), matrix('sigma', 6)] },
      /its output "mean-action" has 6 actions, but the task has 2/,
    ],
    ['no σ', { ...policy, outputMetadata: policy.outputMetadata.slice(0, 2) }, /no output "sigma", but "mean-action", "mean"/],
  ])('a file with %s', (_, file, message) => {
    expect(policyFileProblem(file, sizes)).toMatch(message);
  });
});

it.each([
  [new Error('No graph was found in the protobuf.'), /ONNX Runtime says: No graph was found in the protobuf$/],
  ['a text', /says: a text$/],
])('tells what ONNX Runtime said', (error, message) => {
  expect(unopenedPolicy(error)).toMatch(message);
});
