// The policies that Python checked: SAC and TD3 with the parameters that Stable-Baselines3's references begin with.
import type { AgentInstance } from '../../../src-main/agents/agent.ts';
import { findAgent } from '../../../src-main/agents/registry.ts';
import type { ParameterValues } from '../../../src-main/contract/parameters.ts';
import { createEngine } from '../../../src-main/engine/devices.ts';
import { exportPolicy } from '../../../src-main/engine/onnx/policy.ts';
import type { Engine } from '../../../src-main/engine/program.ts';
import { createStream } from '../../../src-main/random/stream.ts';
import { readReference, valuesFor } from '../stable-baselines3/replay.ts';

export interface ReferencePolicy {
  agent: AgentInstance;
  engine: Engine;
  values: ParameterValues;
  sizes: { observation: number; action: number };
  exported: Uint8Array;
}

/** The caller disposes of the engine. */
export async function makeReferencePolicy(id: 'sac' | 'td3'): Promise<ReferencePolicy> {
  const reference = readReference(id);
  const { observation, action } = reference.sizes;
  const maker = findAgent(id);
  const values = valuesFor(maker.declaration, reference);
  const agent = maker.create({ observationSize: observation, actionSize: action }, values);
  const engine = createEngine({ device: 'cpu', threads: 1, stateShapes: agent.stateShapes });
  await engine.writeState({ ...agent.initialState(createStream(1, 'initial')), ...reference.initial });
  const explorationNoise = values['exploration-noise'];
  const exported = exportPolicy(await engine.exportOnnx(agent.policy(1)), {
    run: 'reference', runName: `reference of ${id}`, step: 1000, agent: id, elbowVersion: '0.1.0',
    taskOptions: {},
    explorationNoise: typeof explorationNoise === 'number' ? explorationNoise : null,
    task: {
      id: 'sizes', stepSeconds: 0.05,
      observation: Array.from({ length: observation }, (_, index) => ({ name: `joint ${index}`, unit: 'rad' })),
      action: Array.from({ length: action }, (_, index) => ({ name: `motor ${index}`, unit: 'N·m', low: -0.5 - index, high: 2 })),
    },
  });
  return { agent, engine, values, sizes: reference.sizes, exported };
}
