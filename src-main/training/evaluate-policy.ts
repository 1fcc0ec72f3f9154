// A process that runs a stored policy on its task: the ONNX file comes in on standard input, every episode
// goes out as a line of JSON. Apart from training, so that nothing it does can touch a run.
//
//   node evaluate-policy.ts --task half-cheetah --episodes 10 --seed 1 [--sampled] < policy.onnx
import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import * as ort from 'onnxruntime-node';
import { policyFile } from '../contract/series.ts';
import { createCpuSession } from '../engine/devices/cpu-session.ts';
import { readModel } from '../physics/node/models.ts';
import { createStream } from '../random/stream.ts';
import { loadTask } from '../tasks/node/load-task.ts';
import { type EvaluationPolicy, runEpisodes } from './evaluation.ts';

const { values } = parseArgs({
  options: { task: { type: 'string' }, episodes: { type: 'string' }, seed: { type: 'string' }, sampled: { type: 'boolean' } },
});
const { task: taskId = '', episodes = '1', seed = '1', sampled = false } = values;

/** @throws when the bytes are no policy file */
async function loadPolicy(onnx: Uint8Array): Promise<EvaluationPolicy> {
  const session = await createCpuSession(onnx, 1);
  return async (observation) => {
    const outputs = await session.run({ [policyFile.input]: new ort.Tensor('float32', observation, [1, observation.length]) });
    const read = (name: string): Float32Array => {
      const data = outputs[name]?.data;
      if (!(data instanceof Float32Array)) throw new Error(`the policy file has no output "${name}" of single-precision numbers`);
      return data;
    };
    const { meanAction, mean, sigma } = policyFile.outputs;
    return { meanAction: read(meanAction), mean: read(mean), sigma: read(sigma) };
  };
}

async function main(): Promise<void> {
  const policy = await loadPolicy(await buffer(process.stdin));
  const task = await loadTask(taskId);
  const episodesRun = runEpisodes({
    task,
    modelHash: (await readModel(task.declaration.model)).hash,
    policy,
    episodes: Number(episodes),
    stream: createStream(Number(seed), 'evaluation'),
    ...(sampled ? { noiseStream: createStream(Number(seed), 'evaluation-actions') } : {}),
    step: 0,
  });
  for await (const { episode, return: total, length, terminated, truncated } of episodesRun) {
    process.stdout.write(`${JSON.stringify({ episode, return: total, length, terminated, truncated })}\n`);
  }
  task.dispose();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
