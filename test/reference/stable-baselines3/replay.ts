// Runs the updates that Stable-Baselines3 recorded (README.md here) with one of our agents, and compares what changed.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { AgentInstance, UpdateProgram } from '../../../src-main/agents/agent.ts';
import { defaultsFor } from '../../../src-main/agents/declarations.ts';
import type { AgentDeclaration, TaskDeclaration } from '../../../src-main/contract/declarations.ts';
import type { ParameterValues } from '../../../src-main/contract/parameters.ts';
import { createEngine } from '../../../src-main/engine/devices.ts';
import type { NamedArrays, Program } from '../../../src-main/engine/program.ts';
import { createStream } from '../../../src-main/random/stream.ts';
import { taskDeclarations } from '../../../src-main/tasks/declarations.ts';

export interface Reference {
  sizes: { observation: number; action: number; hidden: number[]; batch: number };
  /** Stable-Baselines3's names. */
  settings: Record<string, number>;
  initial: NamedArrays;
  updates: { batch: NamedArrays; noise: NamedArrays; losses: Record<string, number> }[];
  /** Parameters by the number of the update after which they were. */
  after: Record<string, NamedArrays>;
}

type Encoded = Record<string, string>;
type EncodedReference = Pick<Reference, 'sizes' | 'settings'> & {
  initial: Encoded;
  updates: { batch: Encoded; noise: Encoded; losses: Record<string, number> }[];
  after: Record<string, Encoded>;
};

function decode(encoded: Encoded): NamedArrays {
  return Object.fromEntries(Object.entries(encoded).map(([name, base64]) => [name, new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer)]));
}

export function readReference(agent: 'sac' | 'td3'): Reference {
  const { sizes, settings, initial, updates, after } = JSON.parse(gunzipSync(readFileSync(new URL(`${agent}.json.gz`, import.meta.url))).toString()) as EncodedReference;
  return {
    sizes, settings,
    initial: decode(initial),
    updates: updates.map(({ batch, noise, losses }) => ({ batch: decode(batch), noise: decode(noise), losses })),
    after: Object.fromEntries(Object.entries(after).map(([number, state]) => [number, decode(state)])),
  };
}

/** The agent's defaults on a task, with the recorded settings that SAC and TD3 have in common. */
export function valuesFor(declaration: AgentDeclaration, { sizes, settings }: Reference): ParameterValues {
  return {
    ...defaultsFor(declaration, taskDeclarations[0] as TaskDeclaration),
    hidden: sizes.hidden,
    'batch-size': sizes.batch,
    discount: settings['gamma'] as number,
    'target-smoothing': settings['tau'] as number,
    'actor-learning-rate': settings['learning_rate'] as number,
    'critic-learning-rate': settings['learning_rate'] as number,
  };
}

/** Diagnostics of each update, and the state after each. Adam's moments start as the agent starts them, all else as recorded. */
export async function replay(agent: AgentInstance, controls: NamedArrays, { initial, updates }: Reference, device: string) {
  const engine = createEngine({ device, threads: 1, stateShapes: agent.stateShapes });
  await engine.writeState({ ...agent.initialState(createStream(1, 'initial')), ...structuredClone(initial) });
  const programs: { declaration: UpdateProgram; program: Program }[] = [];
  // One after another: tracing has the whole of tfjs to itself.
  for (const declaration of agent.updates) programs.push({ declaration, program: await engine.compile(declaration) });
  const diagnostics: NamedArrays[] = [];
  const states: NamedArrays[] = [];
  for (const [k, { batch, noise }] of updates.entries()) {
    const reported: NamedArrays = {};
    for (const { declaration, program } of programs) {
      if (declaration.isDue(k + 1)) Object.assign(reported, structuredClone(await program.run({ batch, noise, controls })));
    }
    diagnostics.push(reported);
    states.push(await engine.readState());
  }
  await engine.dispose();
  return { diagnostics, states };
}

/** ‖Δours − Δtheirs‖ / ‖Δtheirs‖, Δ the change of a tensor since the start; Infinity or NaN where theirs did not change. */
export function changeRatio(ours: Float32Array, theirs: Float32Array, initial: Float32Array): number {
  if (ours.length !== theirs.length || initial.length !== theirs.length) throw new RangeError(`${ours.length}, ${theirs.length} and ${initial.length} entries`);
  let [difference, change] = [0, 0];
  for (const [i, value] of theirs.entries()) {
    difference += ((ours[i] as number) - value) ** 2;
    change += (value - (initial[i] as number)) ** 2;
  }
  return Math.sqrt(difference / change);
}
