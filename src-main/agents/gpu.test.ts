// Every agent on the `gpu` device, over a software Vulkan driver: its programs agree with `cpu`, at small sizes.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ParameterValues } from '../contract/parameters.ts';
import { findSoftwareDriver } from '../engine/devices/gpu-driver.ts';
import { createEngine } from '../engine/devices.ts';
import type { Engine, NamedArrays, ProgramDeclaration } from '../engine/program.ts';
import { createStream } from '../random/stream.ts';
import { taskDeclarations } from '../tasks/declarations.ts';
import { agentDeclarations, defaultsFor } from './declarations.ts';
import { BehaviourNetwork } from './parts/priors/behaviour.ts';
import { priorKinds } from './parts/priors/kinds.ts';
import { findAgent } from './registry.ts';
import { smallProblem } from './testing/small-problem.ts';

const driver = findSoftwareDriver();
if (driver === null)
  console.log('The agents are not tested on the gpu device here: no software Vulkan driver was found (install chromium).');

const halfCheetah = taskDeclarations.find(({ id }) => id === 'half-cheetah');
const small = {
  hidden: [8, 8],
  'batch-size': 8,
  'residual-samples': 16,
  'residual-every': 2,
  'policy-delay': 1,
  'prior-refresh': 2,
  'prior-copy-every': 2,
  'entropy-target': -2,
};
const behaviourPrior = new BehaviourNetwork({ observation: 4, action: 2 }, 0.05).network.initialState(createStream(4, 'behaviour'));
const cases: [string, ParameterValues][] = [
  ...agentDeclarations.map(({ id }): [string, ParameterValues] => [id, {}]),
  ...priorKinds.filter((prior) => prior !== 'uniform').map((prior): [string, ParameterValues] => ['sac', { prior }]),
];

describe.skipIf(driver === null)('on the gpu device', () => {
  // WGSL allows tanh an error of 1e-5 (https://www.w3.org/TR/WGSL, 15.7.4), which gradients carry on.
  const [absolute, relative] = [1e-4, 1e-4];
  // Held open, for the card to keep its compiled shaders from one test to the next.
  const anchor = createEngine({ device: 'gpu:software', threads: 1, stateShapes: {} });
  beforeAll(() => anchor.readState());
  afterAll(() => anchor.dispose());

  let engines: Engine[] = [];
  afterEach(async () => {
    for (const engine of engines) await engine.dispose();
  });

  it.each(cases)('%s %j agrees with cpu in every program', async (id, values) => {
    if (!halfCheetah) throw new Error('half-cheetah is missing');
    const agent = findAgent(id);
    const complete = {
      ...defaultsFor(agent.declaration, halfCheetah),
      ...Object.fromEntries(Object.entries(small).filter(([name]) => agent.declaration.parameters.some((one) => one.name === name))),
      ...values,
    };
    const { instance, scattered, draw } = smallProblem(agent, { observationSize: 4, actionSize: 2 }, complete, { behaviourPrior });
    engines = ['cpu', 'gpu:software'].map((device) => createEngine({ device, threads: 1, stateShapes: instance.stateShapes }));
    for (const engine of engines) await engine.writeState(scattered);

    const runBoth = async (declaration: ProgramDeclaration, step: number): Promise<void> => {
      const drawn = { ...draw(declaration.signature), controls: instance.controls(complete, step) };
      const [cpu, gpu] = (await both(async (engine) => ({ ...(await (await compiled(engine, declaration)).run(drawn)) }))) as [
        NamedArrays,
        NamedArrays,
      ];
      expectClose(`${declaration.name} at step ${step}`, cpu, gpu);
    };
    for (let step = 1; step <= 2; step += 1) for (const update of instance.updates) if (update.isDue(step)) await runBoth(update, step);
    // Inspections have batches of 256, which take such a driver many seconds; they call no kernel that these do not.
    for (const program of [instance.act, instance.policy(3), instance.critics(3), instance.inspection.valuation(3)])
      await runBoth(program, 2);

    const [cpu, gpu] = (await both((engine) => engine.readState())) as [NamedArrays, NamedArrays];
    expectClose('the state', cpu, gpu);
    expect(Object.entries(gpu).some(([name, array]) => array.some((value, i) => value !== scattered[name]?.[i]))).toBe(true);
  });

  const programs = new WeakMap<Engine, Map<ProgramDeclaration, ReturnType<Engine['compile']>>>();
  function compiled(engine: Engine, declaration: ProgramDeclaration): ReturnType<Engine['compile']> {
    const known = programs.get(engine) ?? new Map<ProgramDeclaration, ReturnType<Engine['compile']>>();
    programs.set(engine, known);
    const made = known.get(declaration) ?? engine.compile(declaration);
    known.set(declaration, made);
    return made;
  }
  /** One engine after the other: tracing has the whole of tfjs to itself. */
  async function both<T>(work: (engine: Engine) => Promise<T>): Promise<T[]> {
    const results: T[] = [];
    for (const engine of engines) results.push(await work(engine));
    return results;
  }
  function expectClose(what: string, expected: NamedArrays, actual: NamedArrays): void {
    expect(Object.keys(actual)).toEqual(Object.keys(expected));
    for (const [name, values] of Object.entries(expected)) {
      for (const [i, value] of values.entries()) {
        const given = actual[name]?.[i] as number;
        expect(Math.abs(given - value), `${what}: ${name}[${i}] is ${given} for ${value}`).toBeLessThanOrEqual(
          absolute + relative * Math.abs(value),
        );
      }
    }
  }
});
