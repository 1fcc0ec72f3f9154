// Exported policies against the trainer's own programs, in both runtimes, for every agent.
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentInstance } from '../../agents/agent.ts';
import { agentDeclarations, defaultsFor } from '../../agents/declarations.ts';
import { findAgent } from '../../agents/registry.ts';
import type { ActionDeclaration } from '../../contract/declarations.ts';
import type { ParameterValues } from '../../contract/parameters.ts';
import { policyFileProblem } from '../../contract/policy-file.ts';
import { createStream } from '../../random/stream.ts';
import { findTaskDeclaration } from '../../tasks/declarations.ts';
import { createEngine } from '../devices.ts';
import type { Engine, NamedArrays, Program } from '../program.ts';
import { exportPolicy, type PolicyDescription } from './policy.ts';
import { largestDifference, openFile, runtimes } from './testing.ts';

const rows = 5;
const actionOf = (index: number): ActionDeclaration => ({ name: `motor ${index}`, unit: 'N·m', low: -0.5 - index, high: 2 });
const taskOf = (observations: number, actions: number): PolicyDescription['task'] => ({
  id: 'a-task',
  stepSeconds: 0.04,
  observation: Array.from({ length: observations }, (_, index) => ({ name: `joint ${index}`, unit: 'rad' })),
  action: Array.from({ length: actions }, (_, index) => actionOf(index)),
});
const reacher = findTaskDeclaration('reacher');

interface Case {
  agent: string;
  observations: number;
  actions: number;
  values: ParameterValues;
}
const cases: Case[] = [
  ...agentDeclarations.map(({ id }) => ({ agent: id, observations: 5, actions: 3, values: {} })),
  { agent: 'sac', observations: 5, actions: 1, values: { 'log-sigma-bounds': 'clip' } },
  // More actions than a constant of its own holds, so that σ = 0 is stored otherwise.
  { agent: 'td3', observations: 30, actions: 20, values: { 'exploration-noise': 0.7 } },
];

describe.each(cases)('$agent with $actions actions', ({ agent: id, observations, actions, values: changes }) => {
  const task = taskOf(observations, actions);
  const stream = createStream(1, `${id} ${actions}`);
  const draw = (size: number, scale = 1): Float32Array => Float32Array.from({ length: size }, () => scale * stream.normal());
  const observation = draw(rows * observations);
  const noise = draw(rows * actions);
  const row = (array: Float32Array, index: number): Float32Array =>
    array.slice((index * array.length) / rows, ((index + 1) * array.length) / rows);
  let engine: Engine;
  let agent: AgentInstance;
  let stored: Uint8Array;
  let exported: Uint8Array;
  /** The trainer's, for each row alone. */
  const expected: { act: Float32Array[]; policy: NamedArrays[] } = { act: [], policy: [] };

  beforeAll(async () => {
    const declaration = agentDeclarations.find((each) => each.id === id);
    if (!declaration || !reacher) throw new Error('they are declared');
    const values: ParameterValues = { ...defaultsFor(declaration, reacher), hidden: [16, 12], ...changes };
    agent = findAgent(id).create({ observationSize: observations, actionSize: actions }, values);
    engine = createEngine({ device: 'cpu', threads: 1, stateShapes: agent.stateShapes });
    // Far from the initial parameters, so that means and σ spread.
    const state = agent.initialState(stream);
    await engine.writeState(
      Object.fromEntries(Object.entries(state).map(([name, array]) => [name, array.map((value) => value + 0.3 * stream.normal())])),
    );
    const controls = agent.controls(values, 0);
    const act = await engine.compile(agent.act);
    const policy = await engine.compile(agent.policy(1));
    const run = async (
      program: Program,
      batch: NamedArrays,
      given: NamedArrays,
      wanted: Readonly<Record<string, unknown>>,
    ): Promise<NamedArrays> =>
      structuredClone(
        await program.run({
          batch,
          noise: given,
          controls: Object.fromEntries(Object.entries(controls).filter(([name]) => name in wanted)),
        }),
      );
    for (let index = 0; index < rows; index += 1) {
      const batch = { observation: row(observation, index) };
      expected.act.push(
        (await run(act, batch, { exploration: row(noise, index) }, agent.act.signature.controls))['action'] as Float32Array,
      );
      expected.policy.push(await run(policy, batch, {}, {}));
    }
    stored = await engine.exportOnnx(agent.policy(1));
    const explorationNoise = 'exploration-noise' in agent.act.signature.controls ? (values['exploration-noise'] as number) : null;
    exported = exportPolicy(stored, {
      run: 'k3v9xq2a',
      runName: 'a “run”',
      step: 1200,
      agent: id,
      task,
      taskOptions: { 'gravity-scale': 0.5, terminate: false },
      explorationNoise,
      elbowVersion: '1.2.3',
    });
  });
  afterAll(() => engine.dispose());

  it.each(runtimes)('gives in %s what the trainer does, to 1e-5, for many rows and for one', async (runtime) => {
    const file = await openFile(runtime, exported);
    const together = await file.run(rows, { observation, noise });
    for (let index = 0; index < rows; index += 1) {
      const alone = await file.run(1, { observation: row(observation, index), noise: row(noise, index) });
      for (const outputs of [alone, Object.fromEntries(Object.entries(together).map(([name, array]) => [name, row(array, index)]))]) {
        const action = expected.act[index] as Float32Array;
        expect(largestDifference(outputs['sampled-action'] as Float32Array, action)).toBeLessThanOrEqual(1e-5);
        for (const name of ['mean-action', 'mean', 'sigma']) {
          expect(
            largestDifference(outputs[name] as Float32Array, expected.policy[index]?.[name] as Float32Array),
            name,
          ).toBeLessThanOrEqual(1e-5);
        }
        const control = (array: Float32Array): number[] =>
          Array.from(array, (value, j) => actionOf(j).low + ((value + 1) / 2) * (actionOf(j).high - actionOf(j).low));
        expect(largestDifference(outputs['sampled-control'] as Float32Array, control(action))).toBeLessThanOrEqual(1e-4);
        expect(
          largestDifference(outputs['mean-control'] as Float32Array, control(expected.policy[index]?.['mean-action'] as Float32Array)),
        ).toBeLessThanOrEqual(1e-4);
      }
    }
    await file.close();
  });

  it('names its inputs and outputs, for any number of rows', async () => {
    const session = await ort.InferenceSession.create(exported);
    const shapes = (values: typeof session.inputMetadata): Record<string, unknown> =>
      Object.fromEntries(values.map((value) => [value.name, value.isTensor ? value.shape : null]));
    expect(shapes(session.inputMetadata)).toEqual({ observation: ['n', observations], noise: ['n', actions] });
    expect(shapes(session.outputMetadata)).toEqual(
      Object.fromEntries(
        ['mean-action', 'mean', 'sigma', 'sampled-action', 'mean-control', 'sampled-control'].map((name) => [name, ['n', actions]]),
      ),
    );
    expect(policyFileProblem(session, { observations, actions })).toMatch(
      /no policy: its input "observation" is float32 \[n, \d+\] instead of float32 \[1, \d+\]/,
    );
    await session.release();
  });

  it('is the same file each time', () => {
    const about = {
      run: 'r',
      runName: 'n',
      step: 1,
      agent: id,
      task,
      taskOptions: { 'gravity-scale': 0.5, terminate: false },
      explorationNoise: 0.1,
      elbowVersion: '1',
    };
    expect(exportPolicy(stored, about)).toEqual(exportPolicy(stored, about));
  });

  it.each([
    ['more observations', { observation: [...task.observation, { name: 'more', unit: 'm' }] }],
    ['fewer actions', { action: task.action.slice(1) }],
  ])('is refused for a task of %s', (_, other) => {
    const about = {
      run: 'r',
      runName: 'n',
      step: 1,
      agent: id,
      task: { ...task, ...other },
      taskOptions: {},
      explorationNoise: null,
      elbowVersion: '1',
    };
    expect(() => exportPolicy(stored, about)).toThrow(/no stored policy for a-task: its (inputs|outputs) are .* instead of/);
  });
});
