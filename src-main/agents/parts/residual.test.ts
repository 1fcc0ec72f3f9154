// The estimate of VIREL's residual, as the update's own programs make it, against double precision
// (docs/agents/virel.md): δ = Q(s, a) − (κ r + γ (1 − d) V(s′)), V being V(s′) itself or the smaller action value at a′ ~ π.
import { describe, expect, it } from 'vitest';
import { taskDeclarations } from '../../tasks/declarations.ts';
import type { TaskDeclaration } from '../../contract/declarations.ts';
import type { NamedArrays } from '../../engine/program.ts';
import type { ParameterValues } from '../../contract/parameters.ts';
import { defaultsFor } from '../declarations.ts';
import { actionValue, gaussianOf, mean, minQ, mlp, rowsOf, squashedSample, toDoubles } from '../testing/double-precision.ts';
import { type Inputs, runOnce, smallProblem } from '../testing/small-problem.ts';
import { virel } from '../virel.ts';

const halfCheetah = taskDeclarations.find(({ id }) => id === 'half-cheetah') as TaskDeclaration;
const [o, a, M] = [3, 2, 11];

function problem(values: Partial<ParameterValues>) {
  const given = smallProblem(virel, { observationSize: o, actionSize: a }, {
    ...defaultsFor(virel.declaration, halfCheetah),
    hidden: [6, 5],
    'batch-size': 4,
    'reward-scale': 2,
    discount: 0.9,
    'residual-samples': M,
    ...values,
  } as ParameterValues);
  return { ...given, estimate: given.program('virel residual') };
}
type Given = ReturnType<typeof problem>;

/** Means of δ², |δ| over all critics, and the population's standard deviation of the first Q. */
function expectedOf({ scattered, values }: Given, { batch, noise }: Inputs) {
  const p = toDoubles(scattered);
  const isTwin = values['critic-form'] === 'twin';
  const prefix = values['residual-networks'] === 'target' ? 'target/' : '';
  const [s, sNext, stored, next] = [
    rowsOf(batch['observation'], o),
    rowsOf(batch['next-observation'], o),
    rowsOf(batch['action'], a),
    isTwin ? rowsOf(noise['next'], a) : [],
  ] as const;
  const q = (name: string): number[] => s.map((state, k) => actionValue(p, name, state, stored[k] as number[]));
  const y = sNext.map((state, k) => {
    const value = isTwin
      ? minQ(p, prefix, state, squashedSample(gaussianOf(p, 'actor', state), next[k] as number[]).action)
      : (mlp(p, `${prefix}value`, state)[0] as number);
    return 2 * (batch['reward']?.[k] as number) + 0.9 * (1 - (batch['terminated']?.[k] as number)) * value;
  });
  const deltas = (isTwin ? ['critic-1', 'critic-2'] : ['critic-1']).flatMap((name) => q(name).map((value, k) => value - (y[k] as number)));
  const centre = mean(q('critic-1'));
  return {
    'residual/squared': mean(deltas.map((delta) => delta ** 2)),
    'residual/absolute': mean(deltas.map(Math.abs)),
    'residual/q-deviation': Math.sqrt(mean(q('critic-1').map((value) => (value - centre) ** 2))),
  };
}

function expectMeans(after: NamedArrays, expected: Record<string, number>): void {
  for (const [name, value] of Object.entries(expected)) expect(Math.abs((after[name]?.[0] as number) / value - 1), name).toBeLessThan(1e-5);
}

describe.each([
  ['twin', 'online'],
  ['twin', 'target'],
  ['single', 'online'],
  ['single', 'target'],
])('the estimate of the %s form against the %s networks', async (form, networks) => {
  const given = problem({ 'critic-form': form, 'residual-networks': networks, 'residual-rate': 0.05 });
  const [first, second] = [given.draw(given.estimate.signature), given.draw(given.estimate.signature)] as const;
  const once = await runOnce(given, given.estimate, given.scattered, first);
  const twice = await runOnce(given, given.estimate, once.after, second);

  it('is taken whole the first time', () => {
    expectMeans(once.after, expectedOf(given, first));
    expect(once.after['residual/estimates']?.[0]).toBe(1);
  });

  it('moves the running means by its share afterwards', () => {
    const [before, fresh] = [expectedOf(given, first), expectedOf(given, second)];
    expectMeans(
      twice.after,
      Object.fromEntries(Object.entries(before).map(([name, value]) => [name, value + 0.05 * (fresh[name as keyof typeof fresh] - value)])),
    );
    expect(twice.after['residual/estimates']?.[0]).toBe(2);
  });

  it('is all there is, with a share of 1', async () => {
    const newest = { ...given, controls: { ...given.controls, 'residual-rate': Float32Array.of(1) } };
    expectMeans((await runOnce(newest, given.estimate, once.after, second)).after, expectedOf(given, second));
  });

  it('changes nothing but the means', () => {
    const changed = Object.keys(once.after).filter(
      (name) => !Buffer.from((once.after[name] as Float32Array).buffer).equals(Buffer.from((given.scattered[name] as Float32Array).buffer)),
    );
    expect(changed.toSorted()).toEqual(['residual/absolute', 'residual/estimates', 'residual/q-deviation', 'residual/squared']);
  });
});

describe('when an estimate is made', () => {
  it('is every k-th update from the first on, once the replay buffer holds more than its samples', () => {
    const { estimate } = problem({ 'residual-every': 10 });
    expect(Array.from({ length: 25 }, (_, k) => k + 1).filter((step) => estimate.isDue(step))).toEqual([1, 11, 21]);
    expect(estimate.waitsFor).toBe(M);
  });

  it.each(['fixed', 'learned', 'schedule'])('is never under temperature-rule=%s', (rule) => {
    const { estimate } = problem({ 'temperature-rule': rule, 'residual-every': 1 });
    expect([1, 2, 3].some((step) => estimate.isDue(step))).toBe(false);
  });
});
