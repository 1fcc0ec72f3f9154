// The `tensorflow` device, where its binding is found: every kernel and every agent's updates agree with `reference`,
// and memory does not grow.
import * as tf from '@tensorflow/tfjs';
import { afterAll, describe, expect, it } from 'vitest';
import { agentDeclarations, defaultsFor } from '../../agents/declarations.ts';
import { findAgent } from '../../agents/registry.ts';
import { smallProblem } from '../../agents/testing/small-problem.ts';
import type { TaskDeclaration } from '../../contract/declarations.ts';
import type { ParameterValues } from '../../contract/parameters.ts';
import { createStream } from '../../random/stream.ts';
import { findTaskDeclaration } from '../../tasks/declarations.ts';
import { createEngine } from '../devices.ts';
import type { Engine, NamedArrays } from '../program.ts';
import { inputsOf, kernelCases, programOf } from '../tracing/testing/kernel-cases.ts';
import { describeTensorflow } from './tensorflow.ts';
import { findTensorflow } from './tensorflow-package.ts';

const search = findTensorflow();
const isMissing = !('found' in search);
if (isMissing) console.log(`The tensorflow device is not tested here: ${search.reason}. ${search.advice}`);

function expectClose(actual: NamedArrays, expected: NamedArrays, absolute: number, relative: number): void {
  expect(Object.keys(actual).toSorted()).toEqual(Object.keys(expected).toSorted());
  for (const [name, array] of Object.entries(expected)) {
    expect(actual[name]?.length, name).toBe(array.length);
    for (const [i, value] of array.entries()) {
      const given = actual[name]?.[i] as number;
      expect(Math.abs(given - value), `${name}[${i}]: ${given} for ${value}`).toBeLessThanOrEqual(absolute + relative * Math.abs(value));
    }
  }
}

/** An agent's small problem. */
function problemOf(id: string) {
  const agent = findAgent(id);
  const values = {
    ...defaultsFor(agent.declaration, findTaskDeclaration('half-cheetah') as TaskDeclaration),
    'entropy-target': -2,
    hidden: [16, 16],
    'batch-size': 16,
  };
  return smallProblem(agent, { observationSize: 4, actionSize: 2 }, values as ParameterValues);
}

describe.skipIf(isMissing)('the tensorflow device', () => {
  const both = (stateShapes: Engine['stateShapes']): Engine[] =>
    ['tensorflow', 'reference'].map((device) => createEngine({ device, threads: 1, stateShapes }));

  describe('kernels', () => {
    const engines: Engine[] = [];
    afterAll(() => Promise.all(engines.map((engine) => engine.dispose())));

    it.each(kernelCases.map((entry) => ({ ...entry, label: entry.label ?? entry.kernel })))(
      '$label agrees with reference, gradient included',
      async (entry) => {
        if (engines.length === 0) engines.push(...both({}));
        const stream = createStream(5, entry.label);
        const batch = inputsOf(entry, () => stream.normal());
        const results: NamedArrays[] = [];
        for (const engine of engines) results.push(await (await engine.compile(programOf(entry))).run({ batch, noise: {}, controls: {} }));
        const [actual, expected] = results as [NamedArrays, NamedArrays];
        expectClose(actual, expected, 2e-6, 2e-5);
      },
    );
  });

  it.each(agentDeclarations.map(({ id }) => id))('updates %s as reference does, to 1e-4 over 20 steps', async (id) => {
    const { instance, initial, draw, values } = problemOf(id);
    const engines = both(instance.stateShapes);
    for (const engine of engines) await engine.writeState(initial);
    for (let step = 1; step <= 20; step += 1) {
      for (const update of instance.updates.filter((program) => program.isDue(step))) {
        const inputs = { ...draw(update.signature), controls: instance.controls(values, step) };
        const results: NamedArrays[] = [];
        for (const engine of engines) results.push(await (await engine.compile(update)).run(inputs));
        const [actual, expected] = results as [NamedArrays, NamedArrays];
        expectClose(actual, expected, 1e-4, 1e-4);
      }
    }
    const [actual, expected] = (await Promise.all(engines.map((engine) => engine.readState()))) as [NamedArrays, NamedArrays];
    expectClose(actual, expected, 1e-4, 1e-4);
    for (const engine of engines) await engine.dispose();
  });

  it('tells what computes', () => {
    expect(describeTensorflow()).toMatchObject({
      name: expect.stringMatching(/^TensorFlow 2\.\d/) as string,
      driver: expect.stringMatching(/^@tensorflow\/tfjs-node.* 4\./) as string,
    });
  });

  it('acts as reference does', async () => {
    const { instance, initial, draw, controls } = problemOf('sac');
    const results: NamedArrays[] = [];
    const inputs = { ...draw(instance.act.signature), controls };
    for (const engine of both(instance.stateShapes)) {
      await engine.writeState(initial);
      results.push(await (await engine.compile(instance.act)).run(inputs));
      await engine.dispose();
    }
    const [actual, expected] = results as [NamedArrays, NamedArrays];
    expectClose(actual, expected, 1e-6, 1e-5);
  });

  it('needs no more memory after 1,000 updates', async () => {
    const { instance, initial, draw, controls, program } = problemOf('sac');
    const engine = createEngine({ device: 'tensorflow', threads: 1, stateShapes: instance.stateShapes });
    await engine.writeState(initial);
    const update = program('sac update');
    const ready = await engine.compile(update);
    const inputs = { ...draw(update.signature), controls };
    const run = async (times: number): Promise<void> => {
      for (let k = 0; k < times; k += 1) await ready.run(inputs);
    };
    await run(100);
    const [tensors, resident] = [tf.memory(), process.memoryUsage.rss()];
    await run(1000);
    expect(tf.memory()).toMatchObject({
      numTensors: tensors.numTensors,
      numDataBuffers: tensors.numDataBuffers,
      numBytes: tensors.numBytes,
    });
    // tfjs counts its own tensors alone. An update calls some 840 kernels, and a result on TensorFlow's side takes half a
    // kilobyte with its handle: kept, they would be 400 MB. JavaScript's heap moves by a few tens between collections.
    expect(process.memoryUsage.rss() - resident).toBeLessThan(64e6);
    await engine.dispose();
  }, 300_000);
});

it.runIf(isMissing)('says in one line how to install it', () => {
  expect(() => createEngine({ device: 'tensorflow', threads: 1, stateShapes: {} })).toThrow(
    /^the device tensorflow cannot be used: .*npm install --prefix FOLDER @tensorflow\/tfjs-node@.*\)\.$/,
  );
});
