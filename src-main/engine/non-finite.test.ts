// An update whose diagnostics are not finite is not applied, and the error says where the first such numbers came from.
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { createEngine } from './devices.ts';
import { NonFiniteError } from './non-finite.ts';
import type { NamedArrays, ProgramDeclaration } from './program.ts';

const stateShapes = { weight: [2, 2], bias: [2], untouched: [1] };
const start = (): NamedArrays => ({ weight: Float32Array.of(1, 2, 3, 4), bias: Float32Array.of(0.5, -0.5), untouched: Float32Array.of(9) });

/** weight ← weight − rate·mean(reward)·weight, with a loss and the gradient's squared norm as diagnostics. */
const step: ProgramDeclaration = {
  name: 'test update',
  signature: { batch: { reward: [3], next: [3, 2] }, noise: { jitter: [2] }, controls: { rate: [] } },
  fn: ({ state, batch, noise, controls }) => {
    const weight = state['weight'] as tf.Tensor;
    const gradient = weight.mul((batch['reward'] as tf.Tensor).mean());
    const bias = (state['bias'] as tf.Tensor).add(noise['jitter'] as tf.Tensor).add((batch['next'] as tf.Tensor).sum(0));
    return {
      state: { weight: weight.sub(gradient.mul(controls['rate'] as tf.Tensor)), bias },
      diagnostics: { loss: weight.sum().mul(controls['rate'] as tf.Tensor), 'gradient-check/weights': gradient.square().sum(), offset: bias.sum() },
    };
  },
};
const given = (changes: { reward?: number[]; next?: number[]; jitter?: number[]; rate?: number } = {}) => ({
  batch: { reward: Float32Array.from(changes.reward ?? [1, 2, 3]), next: Float32Array.from(changes.next ?? [0, 0, 0, 0, 0, 0]) },
  noise: { jitter: Float32Array.from(changes.jitter ?? [0, 0]) },
  controls: { rate: Float32Array.of(changes.rate ?? 0.1) },
});

async function failure(run: Promise<unknown>): Promise<NonFiniteError> {
  const error: unknown = await run.then(() => new Error('nothing failed'), (thrown: unknown) => thrown);
  if (!(error instanceof NonFiniteError)) throw error;
  return error;
}

describe.each(['cpu', 'reference'])('the %s device', (device) => {
  it.each<[string, Parameters<typeof given>[0], string, string[], string[]]>([
    ['a reward', { reward: [1, Infinity, 3] }, 'gradient-check/weights Infinity', ['diagnostic gradient-check/weights', 'next state weight'], ['batch reward 1 Infinity 1/3']],
    ['two rows of a batch', { next: [0, 0, NaN, 0, 0, -Infinity] }, 'offset NaN', ['diagnostic offset', 'next state bias'], ['batch next 2 NaN 2/6']],
    ['noise', { jitter: [0, NaN] }, 'offset NaN', ['diagnostic offset', 'next state bias'], ['noise jitter 1 NaN 1/2']],
    ['a control', { rate: -Infinity }, 'loss -Infinity', ['diagnostic loss', 'next state weight'], ['control rate 0 -Infinity 1/1']],
    ['a gradient beyond single precision, though the loss is finite', { reward: [3e19, 3e19, 3e19], rate: 1e-30 }, 'gradient-check/weights Infinity', ['diagnostic gradient-check/weights'], []],
    ['a loss beyond single precision', { rate: 3e38 }, 'loss Infinity', ['diagnostic loss', 'next state weight'], []],
  ])('keeps its state where %s is not finite, and says which tensors', async (_, changes, message, computed, before) => {
    const engine = createEngine({ device, threads: 1, stateShapes });
    await engine.writeState(start());
    const program = await engine.compile(step);
    await program.run(given());
    const kept = await engine.readState();
    const inputs = given(changes);
    const error = await failure(program.run(inputs));
    expect(await engine.readState()).toEqual(kept);
    expect(error.message).toContain(`the test update: ${message}`);
    expect(error.computed.map(({ role, name }) => `${role} ${name}`)).toEqual(computed);
    expect(error.given.map(({ role, name, first, value, count, size }) => `${role} ${name} ${first} ${value} ${count}/${size}`)).toEqual(before);
    expect(error.inputs).toEqual(inputs);
    // The next one goes on from the kept state as if nothing had been tried.
    const other = createEngine({ device, threads: 1, stateShapes });
    await other.writeState(kept);
    const expected = await (await other.compile(step)).run(given());
    expect(await program.run(given())).toEqual(expected);
    expect(await engine.readState()).toEqual(await other.readState());
    await engine.dispose();
    await other.dispose();
  });

  it('says that the state was at fault, with how much of it', async () => {
    const engine = createEngine({ device, threads: 1, stateShapes });
    const damaged = { ...start(), weight: Float32Array.of(1, NaN, NaN, 4) };
    await engine.writeState(damaged);
    const error = await failure((await engine.compile(step)).run(given()));
    expect(error.given).toEqual([{ role: 'state', name: 'weight', shape: [2, 2], count: 2, size: 4, first: 1, value: NaN }]);
    expect(error.message).toBe('the test update: loss NaN, gradient-check/weights NaN, weight NaN (2 of 4 numbers). It was not applied; the state is as it was.');
    expect(await engine.readState()).toEqual(damaged);
    await engine.dispose();
  });

  it('names the largest number given where all of it is finite', async () => {
    const engine = createEngine({ device, threads: 1, stateShapes });
    await engine.writeState(start());
    const error = await failure((await engine.compile(step)).run(given({ rate: 3e38, reward: [1, -2e30, 3] })));
    expect(error.largest).toEqual({ role: 'control', name: 'rate', value: Math.fround(3e38) });
    await engine.dispose();
  });

  it('leaves to the caller what a program shows that changes nothing', async () => {
    const engine = createEngine({ device, threads: 1, stateShapes });
    await engine.writeState(start());
    const view = await engine.compile({ name: 'view', signature: { batch: { x: [1] }, noise: {}, controls: {} }, fn: ({ batch }) => ({ state: {}, diagnostics: { log: tf.log(batch['x'] as tf.Tensor) } }) });
    expect((await view.run({ batch: { x: Float32Array.of(0) }, noise: {}, controls: {} }))['log']).toEqual(Float32Array.of(-Infinity));
    await engine.dispose();
  });
});
