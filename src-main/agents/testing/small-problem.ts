// A small problem for an agent under test: its controls, a state in which no two networks are alike, transitions and
// noise by chance, and programs run on a device.
import { createEngine } from '../../engine/devices.ts';
import type { NamedArrays, ProgramDeclaration, ProgramSignature } from '../../engine/program.ts';
import type { ParameterValues } from '../../contract/parameters.ts';
import { createStream } from '../../random/stream.ts';
import type { Agent, AgentInstance, Problem, Supplies, UpdateProgram } from '../agent.ts';
import { mlp, toDoubles } from './double-precision.ts';

export interface Inputs {
  batch: NamedArrays;
  noise: NamedArrays;
}

export interface SmallProblem {
  instance: AgentInstance;
  values: ParameterValues;
  controls: NamedArrays;
  /** As the agent starts. */
  initial: NamedArrays;
  /** As it starts, with parameters moved apart by normal numbers: a target is no copy of its network, and of two critics neither is the smaller everywhere. */
  scattered: NamedArrays;
  /** Fresh transitions and noise of a program. */
  draw(signature: Pick<ProgramSignature, 'batch' | 'noise'>): Inputs;
  /** @throws RangeError where the agent has no update program of that name */
  program(name: string): UpdateProgram;
}

/** @param values complete hyper-parameters */
export function smallProblem(agent: Agent, problem: Problem, values: ParameterValues, supplies: Supplies = {}): SmallProblem {
  const instance = agent.create(problem, values, supplies);
  const data = createStream(21, 'data');
  const initial = instance.initialState(createStream(3, 'initial'));
  return {
    instance,
    values,
    initial,
    controls: instance.controls(values, 0),
    scattered: scatter(initial),
    draw: ({ batch, noise }) => {
      const fill = (shape: readonly number[], draw: (k: number) => number): Float32Array =>
        Float32Array.from({ length: shape.reduce((size, extent) => size * extent, 1) }, (_, k) => draw(k));
      const normal = (): number => data.normal();
      // Every third transition is its episode's last, so that each batch has both sorts.
      const special: Readonly<Record<string, (k: number) => number>> = {
        action: () => Math.tanh(data.normal()),
        terminated: (k) => (k % 3 === 1 ? 1 : 0),
      };
      const filled = (shapes: typeof batch): NamedArrays =>
        Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, fill(shape, special[name] ?? normal)]));
      return { batch: filled(batch), noise: filled(noise) };
    },
    program: (name) => {
      const found = instance.updates.find((update) => update.name === name);
      if (!found) throw new RangeError(`there is no update ${name}; there are ${instance.updates.map((update) => update.name).join(', ')}`);
      return found;
    },
  };
}

/** Networks' parameters, of which a state holds besides them Adam's own, dual variables and running means. */
export const isParameter = (name: string): boolean => name.includes('/layer-') && !name.startsWith('adam/');

function scatter(state: NamedArrays): NamedArrays {
  const chance = createStream(8, 'scatter');
  const scattered = Object.fromEntries(
    Object.entries(state).map(([name, array]) => [
      name,
      isParameter(name) ? array.map((value) => value + 0.3 * chance.normal()) : array.slice(),
    ]),
  );
  for (const prefix of ['', 'target/']) balance(scattered, `${prefix}critic-1`, `${prefix}critic-2`);
  return scattered;
}

/** Shifts the second critic by the median difference at inputs by chance: each is the smaller one at half of them. */
function balance(state: NamedArrays, first: string, second: string): void {
  const [weight, bias, shifted] = [state[`${first}/layer-0/weight`], state[`${first}/layer-0/bias`], lastBias(state, second)];
  if (weight === undefined || bias === undefined || shifted === undefined) return;
  const chance = createStream(13, 'balance');
  const p = toDoubles(state);
  const differences = Array.from({ length: 101 }, () => {
    const input = Array.from({ length: weight.length / bias.length }, () => chance.normal());
    return (mlp(p, first, input)[0] as number) - (mlp(p, second, input)[0] as number);
  }).toSorted((x, y) => x - y);
  shifted[0] = (shifted[0] as number) + (differences[50] as number);
}

const lastBias = (state: NamedArrays, network: string): Float32Array | undefined =>
  Object.entries(state)
    .filter(([name]) => name.startsWith(`${network}/`) && name.endsWith('/bias'))
    .at(-1)?.[1];

/** Runs a program once on a state. Inputs and controls that it does not take may be among those given. */
export async function runOnce(
  { instance, controls }: Pick<SmallProblem, 'instance' | 'controls'>,
  declaration: ProgramDeclaration,
  state: NamedArrays,
  { batch, noise }: Inputs,
  device = 'cpu',
): Promise<{ after: NamedArrays; diagnostics: NamedArrays }> {
  const engine = createEngine({ device, threads: 1, stateShapes: instance.stateShapes });
  await engine.writeState(state);
  const program = await engine.compile(declaration);
  const diagnostics = structuredClone(await program.run({ batch, noise, controls }));
  const after = await engine.readState();
  await engine.dispose();
  return { after, diagnostics };
}

/** The gradient that Adam's first step was given: after it the first moment is (1 − β₁) g. */
export const gradientIn = (after: NamedArrays, name: string): Float32Array =>
  (after[`adam/first/${name}`] as Float32Array).map((m) => m / (1 - 0.9));

/** Entries of a state whose names begin with one of these. */
export const entriesOf = (state: NamedArrays, ...prefixes: string[]): NamedArrays =>
  Object.fromEntries(Object.entries(state).filter(([name]) => prefixes.some((prefix) => name.startsWith(prefix))));
