// A stored policy as a file for use elsewhere: any number of observations at once, sampled actions, actions in the task's
// own units, and in the file what it is. docs/policy-export.md.
import type { ActionDeclaration, TaskDeclaration } from '../../contract/declarations.ts';
import type { ParameterValues } from '../../contract/parameters.ts';
import { exportedPolicy } from '../../contract/policy-file.ts';
import { policyFile } from '../../contract/series.ts';
import { type FileNode, type FileTensor, type FileValue, type OnnxFile, writeOnnxFile } from './file.ts';
import { OnnxFileError, readOnnxFile } from './read.ts';
import { freeRows } from './rows.ts';

/** What the file says of itself. */
export interface PolicyDescription {
  run: string;
  runName: string;
  /** Environment steps that the policy had learned from. */
  step: number;
  agent: string;
  task: Pick<TaskDeclaration, 'id' | 'observation' | 'action' | 'stepSeconds'>;
  /** The options of the task that differed from their defaults while it was trained. */
  taskOptions: ParameterValues;
  /**
   * Standard deviation of the Gaussian noise with which a deterministic agent explored at that step, added to the action in
   * [-1, 1]; null where the policy is itself a distribution.
   */
  explorationNoise: number | null;
  /** Of the Elbow that exports. */
  elbowVersion: string;
}

/**
 * @param stored an ONNX file with the inputs and outputs of contract's policyFile
 * @returns one with those of contract's exportedPolicy
 * @throws OnnxFileError where `stored` is no policy for the task
 */
export function exportPolicy(stored: Uint8Array, about: PolicyDescription): Uint8Array {
  const { action } = about.task;
  const policy = freeRows(requirePolicy(readOnnxFile(stored), about.task));
  const { nodes, tensors } = actingNodes(action, about.explorationNoise);
  const { inputs, outputs } = exportedPolicy;
  const rows: FileValue['shape'] = ['n', action.length];
  const added = (text: string): FileValue => ({ type: 'float32', shape: rows, text });
  const texts: Record<string, string> = {
    [outputs.meanAction]: 'The mean action, in [-1, 1]: tanh(mean). What evaluation takes.',
    [outputs.mean]: 'Mean of the Gaussian before squashing.',
    [outputs.sigma]: 'Standard deviation of the Gaussian before squashing; 0 for a deterministic policy.',
  };
  return writeOnnxFile({
    name: policy.name,
    nodes: [...policy.nodes, ...nodes],
    tensors: new Map([...policy.tensors, ...tensors]),
    inputs: new Map([
      ...[...policy.inputs].map(([name, value]): [string, FileValue] => [
        name,
        { ...value, text: 'One row for each state, in the order of the metadata elbow.observation.' },
      ]),
      [inputs.noise, added('Independent standard normal numbers, one row for each state; only the sampled outputs depend on them.')],
    ]),
    outputs: new Map([
      ...[...policy.outputs].map(([name, value]): [string, FileValue] => [name, { ...value, text: texts[name] ?? '' }]),
      [outputs.sampledAction, added(`An action as the trainer takes it, in [-1, 1]: ${samplingText(about.explorationNoise)}.`)],
      [outputs.meanControl, added('The mean action in the task’s own units: elbow.action gives names, units and ranges.')],
      [outputs.sampledControl, added('The sampled action in the task’s own units.')],
    ]),
    version: about.elbowVersion,
    text: `Policy of ${about.agent} on ${about.task.id} after ${about.step} environment steps, exported by Elbow from run ${about.run}.`,
    metadata: describe(about),
  });
}

/** @throws OnnxFileError where the inputs and outputs are not a stored policy's */
function requirePolicy(file: OnnxFile, { id, observation, action }: PolicyDescription['task']): OnnxFile {
  const expected = [
    { kind: 'input', values: file.inputs, names: [policyFile.input], size: observation.length },
    { kind: 'output', values: file.outputs, names: Object.values<string>(policyFile.outputs), size: action.length },
  ];
  for (const { kind, values, names, size } of expected) {
    const found = [...values]
      .map(([name, { type, shape }]) => `${name} ${type} [${shape.join(', ')}]`)
      .toSorted()
      .join('; ');
    const wanted = names
      .map((name) => `${name} float32 [1, ${size}]`)
      .toSorted()
      .join('; ');
    if (found !== wanted)
      throw new OnnxFileError(`it is no stored policy for ${id}: its ${kind}s are ${found === '' ? 'none' : found} instead of ${wanted}`);
  }
  return file;
}

/** The nodes from a policy's outputs and noise to what is added, with their constants. */
function actingNodes(
  action: readonly ActionDeclaration[],
  explorationNoise: number | null,
): { nodes: FileNode[]; tensors: Map<string, FileTensor> } {
  const { meanAction, mean, sigma, sampledAction, meanControl, sampledControl } = exportedPolicy.outputs;
  const { noise } = exportedPolicy.inputs;
  const node = (op: string, inputs: string[], output: string): FileNode => ({ op, inputs, outputs: [output], attributes: {} });
  const tensor = (...values: number[]): FileTensor => ({
    shape: values.length === 1 ? [] : [values.length],
    type: 'float32',
    data: Float32Array.from(values),
  });
  const perAction = (valueOf: (each: ActionDeclaration) => number): FileTensor => ({
    ...tensor(...action.map(valueOf)),
    shape: [action.length],
  });
  const sampling =
    explorationNoise === null
      ? {
          nodes: [
            node('Mul', [sigma, noise], 'sample/deviation'),
            node('Add', [mean, 'sample/deviation'], 'sample/unsquashed'),
            node('Tanh', ['sample/unsquashed'], sampledAction),
          ],
          tensors: [],
        }
      : {
          nodes: [
            node('Mul', [noise, 'exploration-noise'], 'sample/deviation'),
            node('Add', [meanAction, 'sample/deviation'], 'sample/unclipped'),
            node('Clip', ['sample/unclipped', 'action/lowest', 'action/highest'], sampledAction),
          ],
          tensors: [
            ['exploration-noise', tensor(explorationNoise)],
            ['action/lowest', tensor(-1)],
            ['action/highest', tensor(1)],
          ] as const,
        };
  const toControl = (from: string, to: string): FileNode[] => [
    node('Mul', [from, 'control/half-range'], `${to}/scaled`),
    node('Add', [`${to}/scaled`, 'control/centre'], to),
  ];
  return {
    nodes: [...sampling.nodes, ...toControl(meanAction, meanControl), ...toControl(sampledAction, sampledControl)],
    tensors: new Map<string, FileTensor>([
      ...sampling.tensors,
      ['control/half-range', perAction(({ low, high }) => (high - low) / 2)],
      ['control/centre', perAction(({ low, high }) => (low + high) / 2)],
    ]),
  };
}

function samplingText(explorationNoise: number | null): string {
  return explorationNoise === null ? 'tanh(mean + sigma * noise)' : `clip(mean-action + ${explorationNoise} * noise, -1, 1)`;
}

/** ONNX's metadata_props: texts by key; lists are JSON. */
function describe({
  run,
  runName,
  step,
  agent,
  task,
  taskOptions,
  explorationNoise,
  elbowVersion,
}: PolicyDescription): Record<string, string> {
  return {
    'elbow.format': '1',
    'elbow.version': elbowVersion,
    'elbow.run': run,
    'elbow.run-name': runName,
    'elbow.step': String(step),
    'elbow.agent': agent,
    'elbow.task': task.id,
    'elbow.task-options': JSON.stringify(taskOptions),
    'elbow.step-seconds': String(task.stepSeconds),
    // Observations have no bounds: null, as JSON has no infinity.
    'elbow.observation': JSON.stringify(task.observation.map(({ name, unit }) => ({ name, unit, low: null, high: null }))),
    'elbow.action': JSON.stringify(task.action.map(({ name, unit, low, high }) => ({ name, unit, low, high }))),
    'elbow.control': 'control = low + (action + 1) / 2 * (high - low)',
    'elbow.sampling': samplingText(explorationNoise),
    ...(explorationNoise === null ? {} : { 'elbow.exploration-noise': String(explorationNoise) }),
  };
}
