// Times an agent's updates on each device, for `auto`: the very programs of this agent on this task, with numbers by chance.
import type { AgentInstance } from '../agents/agent.ts';
import type { DeviceTiming } from '../contract/engine-choice.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import { createEngine } from '../engine/devices.ts';
import type { Engine, NamedArrays, NamedShapes, Program } from '../engine/program.ts';
import { createStream, type RandomStream } from '../random/stream.ts';
import { type Attend, StoppedError } from './attention.ts';

/** Milliseconds of updates in all, compiling not counted. */
const budget = 1000;
/** Gradient steps that are not counted: the first ones compile shaders and fill caches. */
const unmeasured = 3;

export interface TimingOptions {
  devices: readonly string[];
  threads: number;
  values: ParameterValues;
  /** The instance's initial state. */
  initial: NamedArrays;
  attend?: Attend;
}

/** The fastest first, those that failed last. Nothing of the run's own chance is used. */
export async function timeDevices(agent: AgentInstance, options: TimingOptions): Promise<DeviceTiming[]> {
  const timings: DeviceTiming[] = [];
  for (const device of options.devices) {
    let engine: Engine | null = null;
    try {
      engine = createEngine({ device, threads: options.threads, stateShapes: agent.stateShapes });
      timings.push({ device, updateMs: await timeUpdates(engine, agent, options), problem: null });
    } catch (error) {
      if (error instanceof StoppedError) throw error;
      timings.push({ device, updateMs: null, problem: (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '' });
    } finally {
      await engine?.dispose().catch(() => {});
    }
  }
  return timings.toSorted((a, b) => (a.updateMs ?? Infinity) - (b.updateMs ?? Infinity));
}

/** @returns the median time of a gradient step: the programs that are due in it, one after another */
async function timeUpdates(engine: Engine, agent: AgentInstance, { devices, values, initial, attend }: TimingOptions): Promise<number> {
  await engine.writeState(initial);
  const stream = createStream(1, 'timing');
  const programs: { program: Program; isDue: (step: number) => boolean; given: { batch: NamedArrays; noise: NamedArrays } }[] = [];
  for (const update of agent.updates) {
    const { batch, noise } = update.signature;
    programs.push({
      program: await engine.compile(update),
      isDue: (step) => update.isDue(step),
      given: { batch: fill(batch, stream), noise: fill(noise, stream) },
    });
    await attend?.();
  }
  const times: number[] = [];
  const end = performance.now() + budget / devices.length;
  for (let step = 1; times.length === 0 || performance.now() < end; step += 1) {
    const controls = agent.controls(values, step);
    const start = performance.now();
    for (const { program, isDue, given } of programs) if (isDue(step)) await program.run({ ...given, controls });
    if (step > unmeasured) times.push(performance.now() - start);
    await attend?.();
  }
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] as number;
}

/** Small numbers: what an update makes of them stays finite for a second. `terminated` is 0 or 1. */
function fill(shapes: NamedShapes, stream: RandomStream): NamedArrays {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const draw = name === 'terminated' ? () => (stream.normal() > 2 ? 1 : 0) : () => Math.tanh(stream.normal());
      return [name, Float32Array.from({ length: shape.reduce((size, extent) => size * extent, 1) }, draw)];
    }),
  );
}
