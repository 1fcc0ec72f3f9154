// Updates on several lanes: the same bits as on one, with subnormal numbers in the state too, and a state that stays where an
// update is not finite. Sizes are half-cheetah's, since smaller updates are not divided.
import { describe, expect, it } from 'vitest';
import { defaultsFor } from '../../agents/declarations.ts';
import { findAgent } from '../../agents/registry.ts';
import type { TaskDeclaration } from '../../contract/declarations.ts';
import { createStream } from '../../random/stream.ts';
import { findTaskDeclaration } from '../../tasks/declarations.ts';
import { NonFiniteError } from '../non-finite.ts';
import type { NamedArrays, NamedShapes } from '../program.ts';
import { trace } from '../tracing/trace.ts';
import { CpuEngine } from './cpu.ts';
import { divide } from '../fusion/division.ts';
import { planProgram } from './cpu-plan.ts';

const task = findTaskDeclaration('half-cheetah') as TaskDeclaration;

function openAgent(id: string) {
  const maker = findAgent(id);
  if (!maker) throw new Error(`there is no agent ${id}`);
  const values = defaultsFor(maker.declaration, task);
  const agent = maker.create({ observationSize: 17, actionSize: 6 }, values);
  return { agent, values };
}

function draw(shapes: NamedShapes, stream: ReturnType<typeof createStream>): NamedArrays {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const array = new Float32Array(shape.reduce((size, extent) => size * extent, 1));
      stream.fillNormal(array);
      return [name, name === 'terminated' ? array.fill(0) : name === 'action' ? array.map(Math.tanh) : array];
    }),
  );
}

/** In bits: a thread that takes subnormal numbers for zero finds them equal to zero. */
const bitsOf = (arrays: NamedArrays): Record<string, Uint32Array> =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, { buffer, byteOffset, length }]) => [name, new Uint32Array(buffer, byteOffset, length).slice()]),
  );

/** The state and all diagnostics after some updates. */
async function update(
  id: string,
  threads: number,
  updates: number,
  change: (initial: NamedArrays) => void = () => {},
): Promise<{ state: Record<string, Uint32Array>; diagnostics: Record<string, Uint32Array>[] }> {
  const { agent, values } = openAgent(id);
  const engine = new CpuEngine(agent.stateShapes, threads);
  const initial = agent.initialState(createStream(1, 'initial-parameters'));
  change(initial);
  await engine.writeState(initial);
  const programs = [];
  for (const declaration of agent.updates) programs.push({ declaration, program: await engine.compile(declaration) });
  const stream = createStream(2, 'test');
  const diagnostics: Record<string, Uint32Array>[] = [];
  for (let k = 1; k <= updates; k += 1) {
    for (const {
      declaration: { isDue, signature },
      program,
    } of programs) {
      if (!isDue(k)) continue;
      const found = await program.run({
        batch: draw(signature.batch, stream),
        noise: draw(signature.noise, stream),
        controls: agent.controls(values, k),
      });
      diagnostics.push(bitsOf(found));
    }
  }
  const state = bitsOf(await engine.readState());
  await engine.dispose();
  return { state, diagnostics };
}

describe('an update on several lanes', () => {
  it.each(['sac', 'td3', 'virel'])('gives the same bits as on one: %s', async (id) => {
    const one = await update(id, 1, 5);
    for (const threads of [2, 3]) expect(await update(id, threads, 5), `${threads} lanes`).toEqual(one);
  });

  it('takes subnormal numbers for zero on every lane', async () => {
    // Units that are never on have no gradient: what Adam remembers of them decays, and becomes zero where it is subnormal.
    const change = (initial: NamedArrays): void => {
      for (const critic of ['critic-1', 'critic-2']) {
        initial[`${critic}/layer-0/bias`]?.fill(-1000);
        for (const layer of ['layer-0', 'layer-1']) {
          const moments = initial[`adam/first/${critic}/${layer}/weight`] as Float32Array;
          // In bits, 7e-40: this thread may write zero for the number.
          new Uint32Array(moments.buffer, moments.byteOffset, moments.length).fill(1 << 19);
        }
      }
    };
    const one = await update('sac', 1, 1, change);
    expect(new Set(one.state['adam/first/critic-2/layer-1/weight'])).toEqual(new Set([0]));
    // One update: in a second the other lane might make zero of what is left.
    for (let round = 0; round < 3; round += 1) expect(await update('sac', 2, 1, change)).toEqual(one);
  });

  it('leaves the state as it was where something is not finite', async () => {
    const { agent, values } = openAgent('sac');
    const [declaration] = agent.updates;
    if (declaration === undefined) throw new Error('SAC has no update');
    const engine = new CpuEngine(agent.stateShapes, 2);
    await engine.writeState(agent.initialState(createStream(1, 'initial-parameters')));
    const program = await engine.compile(declaration);
    const given = () => ({
      batch: draw(declaration.signature.batch, createStream(2, 'test')),
      noise: draw(declaration.signature.noise, createStream(3, 'test')),
      controls: agent.controls(values, 1),
    });
    await program.run(given());
    const before = await engine.readState();
    const wrong = given();
    wrong.batch['reward']?.fill(NaN);
    await expect(program.run(wrong)).rejects.toThrow(NonFiniteError);
    expect(await engine.readState()).toEqual(before);
    await program.run(given());
    await engine.dispose();
  });

  it('is divided: critics, gradients of weights and of what a layer reads, optimiser steps', async () => {
    const { agent } = openAgent('sac');
    const [declaration] = agent.updates;
    if (declaration === undefined) throw new Error('SAC has no update');
    const { stages, passing, results } = planProgram(await trace(declaration, agent.stateShapes));
    const needed = new Set([...passing, ...results.map(({ value }) => value)]);
    const parts = divide(stages, 2, (value) => needed.has(value));
    const products = [0, 1].map(
      (lane) =>
        parts
          .filter((part) => part.lane === lane)
          .flatMap(({ nodes }) => nodes)
          .filter(({ op }) => op === 'Gemm').length,
    );
    const [mine = 0, others = 0] = products;
    expect(Math.min(mine, others) / (mine + others)).toBeGreaterThan(0.4);
  });
});
