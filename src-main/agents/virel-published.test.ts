// The forms of VIREL that carry published settings: networks, start, order of steps and temperature.
import { describe, expect, it } from 'vitest';
import { taskDeclarations } from '../tasks/declarations.ts';
import type { TaskDeclaration } from '../contract/declarations.ts';
import { createStream } from '../random/stream.ts';
import type { UpdateProgram } from './agent.ts';
import { defaultsFor } from './declarations.ts';
import { runOnce, smallProblem } from './testing/small-problem.ts';
import { virelFixed, virelPublished } from './virel.ts';

const halfCheetah = taskDeclarations.find(({ id }) => id === 'half-cheetah') as TaskDeclaration;

describe.each([
  { agent: virelPublished, isDue: true },
  { agent: virelFixed, isDue: false },
])('the form $agent.declaration.id', ({ agent, isDue }) => {
  const values = defaultsFor(agent.declaration, halfCheetah);
  const instance = agent.create({ observationSize: 17, actionSize: 6 }, values);
  const initial = instance.initialState(createStream(1, 'initial'));
  const [residual, update] = instance.updates as [UpdateProgram, UpdateProgram];
  const controls = instance.controls(values, 0);

  it('has networks of 300 by 300 units, one action value beside a state value, and the target of that alone', () => {
    const shapes = instance.stateShapes;
    expect(shapes['critic-1/layer-0/weight']).toEqual([23, 300]);
    expect(shapes['value/layer-1/weight']).toEqual([300, 300]);
    expect(shapes['actor/layer-2/weight']).toEqual([300, 12]);
    expect(shapes['target/value/layer-0/weight']).toEqual([17, 300]);
    expect(Object.keys(shapes).filter((name) => name.includes('critic-2') || name.startsWith('target/critic'))).toEqual([]);
  });

  it('learns from 128 transitions with τ = 0.001 and regularisers of 0.001, from the 1,000th step of its own policy on', () => {
    expect(update.batchSize).toBe(128);
    expect(controls['target-smoothing']?.[0]).toBe(Math.fround(0.001));
    expect(controls['policy-regularisation']?.[0]).toBe(Math.fround(0.001));
    expect(controls['discount']?.[0]).toBe(Math.fround(0.99));
    expect(values).toMatchObject({
      'warm-up': 999,
      'warm-up-actions': 'policy',
      'residual-scale': 0.004,
      'reward-scale': 3,
      'actor-sees': 'released',
      'adam-epsilon-form': 'before-correction',
      'log-sigma-bounds': 'clip',
      'actor-learning-rate': 3e-4,
      'critic-learning-rate': 3e-4,
    });
  });

  it('starts as rlkit does: hidden biases 0.1, hidden weights ±1/√300 by the units after them, small last layers', () => {
    const largest = (name: string): number => Math.max(...(initial[name] as Float32Array).map(Math.abs));
    expect(new Set(initial['actor/layer-1/bias'])).toEqual(new Set([Math.fround(0.1)]));
    for (const name of ['critic-1', 'value', 'actor']) {
      for (const layer of [0, 1])
        expect(largest(`${name}/layer-${layer}/weight`) * Math.sqrt(300)).toSatisfy((x: number) => x > 0.99 && x <= 1);
      expect(largest(`${name}/layer-2/weight`) / (name === 'actor' ? 1e-3 : 3e-3)).toSatisfy((x: number) => x > 0.95 && x <= 1);
    }
  });

  it(
    isDue
      ? 'estimates the residual before every update on 4,096 transitions, the newest alone'
      : 'never estimates the residual, and its temperature is 1',
    async () => {
      expect([1, 2, 3, 500].map((step) => residual.isDue(step))).toEqual([isDue, isDue, isDue, isDue]);
      if (isDue) {
        expect([residual.batchSize, residual.waitsFor, controls['residual-rate']?.[0]]).toEqual([4_096, 4_096, 1]);
        return;
      }
      expect(controls['temperature']?.[0]).toBe(1);
      const tiny = smallProblem(
        agent,
        { observationSize: 3, actionSize: 2 },
        { ...values, hidden: [6, 5], 'batch-size': 5, 'residual-samples': 7 },
      );
      const residualOfFive = { ...tiny.initial, 'residual/squared': Float32Array.of(5), 'residual/estimates': Float32Array.of(3) };
      const program = tiny.program('virel update');
      const { diagnostics } = await runOnce(tiny, program, residualOfFive, tiny.draw(program.signature), 'reference');
      expect(diagnostics['temperature']?.[0]).toBe(1);
    },
  );
});
