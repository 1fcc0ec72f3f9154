// An agent made ready on a device: its state, its compiled programs and the arrays that they are fed with. A change of
// kind (of prior, of temperature rule) makes a new one that takes over the state that still fits.
import type { Agent, AgentInstance, Problem, Supplies, UpdateProgram } from '../agents/agent.ts';
import type { AgentDeclaration } from '../contract/declarations.ts';
import { formatParameter, type ParameterValues } from '../contract/parameters.ts';
import { policyFile } from '../contract/series.ts';
import { createEngine } from '../engine/devices.ts';
import type { Engine, NamedArrays, NamedShapes, Program, ProgramDeclaration } from '../engine/program.ts';
import type { ReplayBatch, ReplayBuffer } from '../replay/replay-buffer.ts';
import type { Attend } from './attention.ts';
import type { EvaluationPolicy } from './evaluation.ts';
import type { PreparedInspection } from './inspection.ts';
import type { PreparedValuation } from './q-bias.ts';

export interface LearnerParts {
  maker: Agent;
  problem: Problem;
  device: string;
  threads: number;
  buffer: ReplayBuffer;
  /** Observations that the policy takes at once in an evaluation. */
  policyRows: number;
  /** Makes what an agent with these values needs besides them; may take a while. */
  supply: (values: ParameterValues) => Promise<Supplies>;
  /** Between the programs that are compiled. */
  attend?: Attend;
}

interface PreparedUpdate {
  declaration: UpdateProgram;
  program: Program;
  /** null where it takes none. */
  batch: ReplayBatch | null;
  noise: NamedArrays;
}

export interface Learner {
  agent: AgentInstance;
  engine: Engine;
  updates: readonly PreparedUpdate[];
  act: { program: Program; noise: NamedArrays };
  inspection: PreparedInspection;
  valuation: PreparedValuation;
  /** The present policy. */
  policy: EvaluationPolicy;
}

/** The agent alone, before anything is compiled. */
export async function makeAgent({ maker, problem, supply }: LearnerParts, values: ParameterValues): Promise<AgentInstance> {
  return maker.create(problem, values, await supply(values));
}

/** Compiles the agent's programs over an engine with this state. @throws what the device throws; the engine is then disposed */
export async function createLearner(parts: LearnerParts, agent: AgentInstance, state: NamedArrays): Promise<Learner> {
  const engine = createEngine({ device: parts.device, threads: parts.threads, stateShapes: agent.stateShapes });
  try {
    await engine.writeState(state);
    return await compileAll(parts, agent, engine);
  } catch (error) {
    // What went wrong first is what is told.
    await engine.dispose().catch(() => {});
    throw error;
  }
}

async function compileAll(parts: LearnerParts, agent: AgentInstance, engine: Engine): Promise<Learner> {
  const compile = async (declaration: ProgramDeclaration): Promise<Program> => {
    const program = await engine.compile(declaration);
    await parts.attend?.();
    return program;
  };
  const updates: PreparedUpdate[] = [];
  for (const declaration of agent.updates) {
    updates.push({
      declaration,
      program: await compile(declaration),
      batch: declaration.batchSize === 0 ? null : parts.buffer.createBatch(declaration.batchSize),
      noise: allocate(declaration.signature.noise),
    });
  }
  const { fresh, fixed, batchSize } = agent.inspection;
  const valuation = agent.inspection.valuation(batchSize);
  return {
    agent,
    engine,
    updates,
    act: { program: await compile(agent.act), noise: allocate(agent.act.signature.noise) },
    inspection: {
      fresh: await compile(fresh),
      fixed: await compile(fixed),
      batchSize,
      batch: parts.buffer.createBatch(batchSize),
      noise: allocate(fresh.signature.noise),
    },
    valuation: {
      program: await compile(valuation),
      batch: allocate(valuation.signature.batch) as PreparedValuation['batch'],
      noise: allocate(valuation.signature.noise),
    },
    policy: policyOf(await compile(agent.policy(parts.policyRows)), parts.problem, parts.policyRows),
  };
}

/** Do these values need other programs than those? What is no live value is compiled into them. */
export function needsRecompiling({ parameters }: AgentDeclaration, before: ParameterValues, after: ParameterValues): boolean {
  return parameters.some(
    ({ name, live, recompiles, group }) =>
      (recompiles === true || !live) &&
      group !== 'run' &&
      group !== 'evaluation' &&
      formatParameter(before[name] ?? '') !== formatParameter(after[name] ?? ''),
  );
}

/** @param program the agent's policy for that many rows */
function policyOf(program: Program, { observationSize }: Problem, rows: number): EvaluationPolicy {
  const batch = new Float32Array(rows * observationSize);
  const { meanAction, mean, sigma } = policyFile.outputs;
  return async (observations) => {
    batch.set(observations);
    const outputs = await program.run({ batch: { [policyFile.input]: batch }, noise: {}, controls: {} });
    return {
      meanAction: outputs[meanAction] as Float32Array,
      mean: outputs[mean] as Float32Array,
      sigma: outputs[sigma] as Float32Array,
    };
  };
}

function allocate(shapes: NamedShapes): NamedArrays {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, new Float32Array(shape.reduce((size, length) => size * length, 1))]),
  );
}
