// Policy files in the window's ONNX Runtime: stored ones, and files that are none.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-web/wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { agentDeclarations, defaultsFor } from '../../../src-main/agents/declarations.ts';
import { findAgent } from '../../../src-main/agents/registry.ts';
import type { NamedArrays } from '../../../src-main/engine/program.ts';
import { createEngine } from '../../../src-main/engine/devices.ts';
import { writeOnnxFile } from '../../../src-main/engine/onnx/file.ts';
import { createStream } from '../../../src-main/random/stream.ts';
import { findTaskDeclaration } from '../../../src-main/tasks/declarations.ts';
import { loadPolicy } from './policy.ts';

const [observations, actions] = [5, 3];
let stored: Uint8Array;
let notFinite: Uint8Array;
let expected: Float32Array;
const observation = Float64Array.of(0.1, -2, 3, 0.4, -0.5);

beforeAll(async () => {
  // The address of the file is a browser's; here its bytes are given.
  ort.env.wasm.wasmBinary = new Uint8Array(
    readFileSync(fileURLToPath(import.meta.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'))),
  ).buffer;
  const declaration = agentDeclarations.find(({ id }) => id === 'sac');
  const task = findTaskDeclaration('reacher');
  if (!declaration || !task) throw new Error('they are declared');
  const agent = findAgent('sac').create(
    { observationSize: observations, actionSize: actions },
    { ...defaultsFor(declaration, task), hidden: [8] },
  );
  const engine = createEngine({ device: 'cpu', threads: 1, stateShapes: agent.stateShapes });
  const state = agent.initialState(createStream(1, 'test'));
  await engine.writeState(state);
  const policy = await engine.compile(agent.policy(1));
  expected = (
    (await policy.run({ batch: { observation: Float32Array.from(observation) }, noise: {}, controls: {} }))['mean-action'] as Float32Array
  ).slice();
  stored = await engine.exportOnnx(agent.policy(1));
  const spoiled: NamedArrays = Object.fromEntries(Object.entries(state).map(([name, array]) => [name, array.map(() => NaN)]));
  await engine.writeState(spoiled);
  notFinite = await engine.exportOnnx(agent.policy(1));
  await engine.dispose();
});

it('acts as the trainer’s policy', async () => {
  const policy = await loadPolicy(stored, 100, observations, actions);
  const action = Array.from(await policy.act(observation));
  action.forEach((value, index) => expect(value).toBeCloseTo(expected[index] as number, 5));
  await policy.dispose();
});

const otherModel = (): Uint8Array =>
  writeOnnxFile({
    name: 'something',
    nodes: [{ op: 'Neg', inputs: ['pixels'], outputs: ['labels'], attributes: {} }],
    tensors: new Map(),
    inputs: new Map([['pixels', { type: 'float32', shape: [1, 3] }]]),
    outputs: new Map([['labels', { type: 'float32', shape: [1, 3] }]]),
  });

describe('a file that is none', () => {
  it.each<[string, () => Uint8Array, RegExp]>([
    ['that is empty', () => new Uint8Array(0), /cannot be opened; it is damaged, or no ONNX file\. ONNX Runtime says: /],
    ['that is cut off', () => stored.slice(0, stored.length / 2), /cannot be opened; it is damaged, or no ONNX file\. ONNX Runtime says: /],
    ['that is overwritten', () => stored.map((byte, index) => (index % 7 === 3 ? byte ^ 0xff : byte)), /cannot be opened; it is damaged/],
    ['of text', () => new TextEncoder().encode('This is a text.'), /cannot be opened; it is damaged/],
    ['of another model', otherModel, /the ONNX file is no policy: it has no input "observation", but "pixels"/],
  ])('%s is refused in words', async (_, file, message) => {
    await expect(loadPolicy(file(), 100, observations, actions)).rejects.toThrow(message);
  });

  it.each<[number, number, RegExp]>([
    [6, 3, /its input "observation" has 5 observations, but the task has 6/],
    [5, 2, /its output "mean-action" has 3 actions, but the task has 2/],
  ])('of a task with other sizes than %d and %d is refused', async (wantedObservations, wantedActions, message) => {
    await expect(loadPolicy(stored, 100, wantedObservations, wantedActions)).rejects.toThrow(message);
  });

  it('gives an action that is not finite: it is named, with its step', async () => {
    const policy = await loadPolicy(notFinite, 100, observations, actions);
    await expect(policy.act(observation)).rejects.toThrow(/the policy of step 100 gives no 3 finite numbers/);
    await policy.dispose();
  });

  it('leaves the next one usable', async () => {
    await expect(loadPolicy(otherModel(), 100, observations, actions)).rejects.toThrow(/no policy/);
    const policy = await loadPolicy(stored, 200, observations, actions);
    expect(await policy.act(observation)).toHaveLength(actions);
    await policy.dispose();
  });
});
