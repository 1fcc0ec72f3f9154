// A process that runs a stored policy on its task: the ONNX file comes in on standard input, every episode
// goes out as a line of JSON. Apart from training, so that nothing it does can touch a run.
//
//   node evaluate-policy.ts --task half-cheetah --episodes 10 --seed 1 [--sampled] < policy.onnx
import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import * as ort from 'onnxruntime-node';
import { policyFile } from '../contract/series.ts';
import { createStream, type RandomStream } from '../random/stream.ts';
import { loadTask } from '../tasks/node/load-task.ts';
import type { Task } from '../tasks/task.ts';

const { values } = parseArgs({
  options: { task: { type: 'string' }, episodes: { type: 'string' }, seed: { type: 'string' }, sampled: { type: 'boolean' } },
});
const { task: taskId = '', episodes = '1', seed = '1', sampled = false } = values;

const session = await ort.InferenceSession.create(await buffer(process.stdin), { intraOpNumThreads: 1, interOpNumThreads: 1 });
const task = await loadTask(taskId);
// Resets and sampled actions draw from streams of their own: the same seed gives the same starts either way.
const resets = createStream(Number(seed), 'evaluation');
const actions = createStream(Number(seed), 'evaluation-actions');
for (let episode = 0; episode < Number(episodes); episode += 1) {
  process.stdout.write(`${JSON.stringify({ episode, ...(await runEpisode(task, session, resets, sampled ? actions : null)) })}\n`);
}
task.dispose();

/** @param sampling null takes the mean action */
async function runEpisode(task: Task, session: ort.InferenceSession, resets: RandomStream, sampling: RandomStream | null) {
  task.reset(resets);
  let total = 0;
  for (let length = 1; ; length += 1) {
    const observation = new ort.Tensor('float32', Float32Array.from(task.observation), [1, task.observation.length]);
    const { reward, terminated, truncated } = task.step(chooseAction(await session.run({ [policyFile.input]: observation }), sampling));
    total += reward;
    if (terminated || truncated) return { return: total, length, terminated, truncated };
  }
}

/** tanh(μ), or tanh(μ + σ·ε): the squashed Gaussian that the run trained with. */
function chooseAction(outputs: ort.InferenceSession.OnnxValueMapType, sampling: RandomStream | null): ArrayLike<number> {
  const read = (name: string): Float32Array => {
    const data = outputs[name]?.data;
    if (!(data instanceof Float32Array)) throw new Error(`the policy file has no output "${name}" of single-precision numbers`);
    return data;
  };
  if (sampling === null) return read(policyFile.outputs.meanAction);
  const sigma = read(policyFile.outputs.sigma);
  return read(policyFile.outputs.mean).map((mean, k) => Math.tanh(mean + (sigma[k] ?? 0) * sampling.normal()));
}
