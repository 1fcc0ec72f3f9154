// An update that leaves the finite numbers, in a diagnostic or in the state alone, is not applied on any device, and the error
// says where the first such numbers came from.
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findSoftwareDriver } from './devices/gpu-driver.ts';
import { createEngine } from './devices.ts';
import { NonFiniteError } from './non-finite.ts';
import type { NamedArrays, ProgramDeclaration } from './program.ts';

const stateShapes = { weight: [8, 8], moment: [8, 8], bias: [2], untouched: [1] };
const start = (): NamedArrays => ({
  weight: Float32Array.from({ length: 64 }, (_, k) => 1 + k),
  moment: new Float32Array(64),
  bias: Float32Array.of(0.5, -0.5),
  untouched: Float32Array.of(9),
});

/** weight ← weight − rate·gradient and moment ← gradient², where gradient = mean(reward)·weight is in no diagnostic. */
const step: ProgramDeclaration = {
  name: 'test update',
  signature: { batch: { reward: [3], next: [3, 2] }, noise: { jitter: [2] }, controls: { rate: [] } },
  fn: ({ state, batch, noise, controls }) => {
    const weight = state['weight'] as tf.Tensor;
    const gradient = weight.mul((batch['reward'] as tf.Tensor).mean());
    const bias = (state['bias'] as tf.Tensor).add(noise['jitter'] as tf.Tensor).add((batch['next'] as tf.Tensor).sum(0));
    return {
      state: { weight: weight.sub(gradient.mul(controls['rate'] as tf.Tensor)), moment: gradient.mul(gradient), bias },
      diagnostics: { loss: weight.sum().mul(controls['rate'] as tf.Tensor), offset: bias.sum() },
    };
  },
};
const given = (changes: { reward?: number[]; next?: number[]; jitter?: number[]; rate?: number } = {}) => ({
  batch: { reward: Float32Array.from(changes.reward ?? [1, 2, 3]), next: Float32Array.from(changes.next ?? [0, 0, 0, 0, 0, 0]) },
  noise: { jitter: Float32Array.from(changes.jitter ?? [0, 0]) },
  controls: { rate: Float32Array.of(changes.rate ?? 0.1) },
});

async function failure(run: Promise<unknown>): Promise<NonFiniteError> {
  const error: unknown = await run.then(
    () => new Error('nothing failed'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof NonFiniteError)) throw error;
  return error;
}

const driver = findSoftwareDriver();
if (driver === null) console.log('The gpu device is not tested here: no software Vulkan driver was found (install chromium).');

describe.each(['cpu', 'reference', ...(driver === null ? [] : ['gpu:software'])])('the %s device', (device) => {
  // Held open, for a card to keep its compiled shaders from one test to the next.
  const anchor = createEngine({ device, threads: 1, stateShapes: {} });
  beforeAll(() => anchor.readState());
  afterAll(() => anchor.dispose());

  it.each<[string, Parameters<typeof given>[0], string, string[], string[]]>([
    [
      'a reward',
      { reward: [1, Infinity, 3] },
      'weight -Infinity (64 of 64 numbers)',
      ['next state weight', 'next state moment'],
      ['batch reward 1 Infinity 1/3'],
    ],
    [
      'two rows of a batch',
      { next: [0, 0, NaN, 0, 0, -Infinity] },
      'offset NaN',
      ['diagnostic offset', 'next state bias'],
      ['batch next 2 NaN 2/6'],
    ],
    ['noise', { jitter: [0, NaN] }, 'offset NaN', ['diagnostic offset', 'next state bias'], ['noise jitter 1 NaN 1/2']],
    ['a control', { rate: -Infinity }, 'loss -Infinity', ['diagnostic loss', 'next state weight'], ['control rate 0 -Infinity 1/1']],
    [
      'a gradient beyond single precision, though the loss is finite',
      { reward: [3e37, 3e37, 3e37], rate: 1e-30 },
      'weight -Infinity (50 of 64 numbers)',
      ['next state weight', 'next state moment'],
      [],
    ],
    ['a moment alone', { reward: [3e18, 3e18, 3e18], rate: 1e-30 }, 'moment Infinity (57 of 64 numbers)', ['next state moment'], []],
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
    expect(error.given.map(({ role, name, first, value, count, size }) => `${role} ${name} ${first} ${value} ${count}/${size}`)).toEqual(
      before,
    );
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
    const damaged = start();
    damaged['weight']?.fill(NaN, 1, 3);
    await engine.writeState(damaged);
    const error = await failure((await engine.compile(step)).run(given()));
    expect(error.given).toEqual([{ role: 'state', name: 'weight', shape: [8, 8], count: 2, size: 64, first: 1, value: NaN }]);
    expect(error.message).toBe(
      'the test update: loss NaN, weight NaN (2 of 64 numbers), moment NaN (2 of 64 numbers). It was not applied; the state is as it was.',
    );
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

  it('takes a state that is finite though its sum is not', async () => {
    const engine = createEngine({ device, threads: 1, stateShapes });
    await engine.writeState({ ...start(), weight: new Float32Array(64).fill(3e38) });
    const turn = await engine.compile({
      name: 'turn',
      signature: { batch: {}, noise: {}, controls: {} },
      fn: ({ state }) => ({ state: { weight: (state['weight'] as tf.Tensor).neg() }, diagnostics: {} }),
    });
    await turn.run({ batch: {}, noise: {}, controls: {} });
    expect((await engine.readState())['weight']).toEqual(new Float32Array(64).fill(-3e38));
    await engine.dispose();
  });

  it('leaves to the caller what a program shows that changes nothing', async () => {
    const engine = createEngine({ device, threads: 1, stateShapes });
    await engine.writeState(start());
    const view = await engine.compile({
      name: 'view',
      signature: { batch: { x: [1] }, noise: {}, controls: {} },
      fn: ({ batch }) => ({ state: {}, diagnostics: { twice: tf.mul(batch['x'] as tf.Tensor, 2) } }),
    });
    expect((await view.run({ batch: { x: Float32Array.of(-Infinity) }, noise: {}, controls: {} }))['twice']).toEqual(
      Float32Array.of(-Infinity),
    );
    await engine.dispose();
  });
});
