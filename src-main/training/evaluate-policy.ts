// A process that runs a stored policy on its task: the ONNX file comes in on standard input, every episode
// goes out as a line of JSON. Apart from training, so that nothing it does can touch a run.
//
//   node evaluate-policy.ts --task half-cheetah --episodes 10 --seed 1 [--sampled] [--task-options '{"gravity-scale":0.8}'] < policy.onnx
import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { createStream } from '../random/stream.ts';
import { loadTask, modelHashOf } from '../tasks/node/load-task.ts';
import type { Task } from '../tasks/task.ts';
import { lanesFor, runEpisodes } from './evaluation.ts';
import { openPolicy } from './policy-session.ts';
import { takeImportedTask } from './imported-option.ts';
import { endWithParent } from './process-entry.ts';
import { readTaskOptions } from './task-options.ts';

const { values } = parseArgs({
  options: {
    task: { type: 'string' },
    episodes: { type: 'string' },
    seed: { type: 'string' },
    sampled: { type: 'boolean' },
    'task-options': { type: 'string' },
    imported: { type: 'string' },
  },
});
const { task: taskId = '', episodes = '1', seed = '1', sampled = false } = values;

async function main(): Promise<void> {
  endWithParent();
  const options = readTaskOptions(values['task-options']);
  takeImportedTask(values.imported);
  const tasks = await Promise.all(Array.from({ length: lanesFor(Number(episodes)) }, () => loadTask(taskId, options)));
  const { observation, action, model } = (tasks[0] as Task).declaration;
  const policy = await openPolicy(await buffer(process.stdin), { observations: observation.length, actions: action.length });
  const episodesRun = runEpisodes({
    tasks,
    modelHash: await modelHashOf({ model }),
    policy,
    episodes: Number(episodes),
    stream: createStream(Number(seed), 'evaluation'),
    ...(sampled ? { noise: (episode: number) => createStream(Number(seed), `evaluation-actions/${episode}`) } : {}),
    step: 0,
  });
  for await (const {
    recording: { episode, return: total, length, terminated, truncated },
    isSuccess,
  } of episodesRun) {
    process.stdout.write(`${JSON.stringify({ episode, return: total, length, terminated, truncated, success: isSuccess })}\n`);
  }
  for (const task of tasks) task.dispose();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
