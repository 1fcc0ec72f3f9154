// Makes the parts of a run from its stored configuration.
import { findAgent } from '../agents/registry.ts';
import type { RunConfiguration } from '../contract/runs.ts';
import { policyFile } from '../contract/series.ts';
import type { AgentInstance } from '../agents/agent.ts';
import { createEngine } from '../engine/devices.ts';
import type { Engine } from '../engine/program.ts';
import { readModel } from '../physics/node/models.ts';
import { ReplayBuffer } from '../replay/replay-buffer.ts';
import { loadTask } from '../tasks/node/load-task.ts';
import type { Task } from '../tasks/task.ts';
import type { EvaluationPolicy } from './evaluation.ts';
import { TrainingLoop } from './loop.ts';
import { readRunParameters, type RunParameters } from './run-parameters.ts';

export interface PreparedRun {
  configuration: RunConfiguration;
  parameters: RunParameters;
  agent: AgentInstance;
  engine: Engine;
  buffer: ReplayBuffer;
  loop: TrainingLoop;
  /** The evaluation's own simulator. */
  evaluationTask: Task;
  evaluationPolicy: EvaluationPolicy;
  modelHash: string;
  dispose(): Promise<void>;
}

/** @throws RangeError or TaskError for an unknown agent, device or task, ParameterError for an incomplete configuration */
export async function prepareRun(configuration: RunConfiguration): Promise<PreparedRun> {
  const parameters = readRunParameters(configuration.hyperparameters);
  const maker = findAgent(configuration.agent);
  const task = await loadTask(configuration.task);
  const evaluationTask = await loadTask(configuration.task);
  const { hash: modelHash } = await readModel(task.declaration.model);
  const sizes = { observationSize: task.observation.length, actionSize: task.declaration.action.length };
  const agent = maker.create(sizes, configuration.hyperparameters);
  const engine = createEngine({ device: configuration.device, threads: configuration.threads, stateShapes: agent.stateShapes });
  const buffer = new ReplayBuffer({ ...sizes, capacity: parameters.bufferSize });
  const controls = agent.controls(configuration.hyperparameters);
  const loop = await TrainingLoop.create({ task, engine, agent, buffer, parameters, seed: configuration.seed, controls });
  return {
    configuration, parameters, agent, engine, buffer, loop, evaluationTask, modelHash,
    evaluationPolicy: await compilePolicy(engine, agent),
    async dispose() {
      await engine.dispose();
      task.dispose();
      evaluationTask.dispose();
    },
  };
}

/** The engine's present policy, for one observation at a time. */
async function compilePolicy(engine: Engine, agent: AgentInstance): Promise<EvaluationPolicy> {
  const program = await engine.compile(agent.policy(1));
  const { meanAction, mean, sigma } = policyFile.outputs;
  return async (observation) => {
    const outputs = await program.run({ batch: { [policyFile.input]: observation }, noise: {}, controls: {} });
    return {
      meanAction: outputs[meanAction] as Float32Array,
      mean: outputs[mean] as Float32Array,
      sigma: outputs[sigma] as Float32Array,
    };
  };
}
