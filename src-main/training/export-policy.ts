// A process that turns a stored policy into a file for use elsewhere: ONNX comes in on standard input and goes out on
// standard output. Apart from the command line, which loads no engine. The file is run before it is handed out.
//
//   node export-policy.ts --task half-cheetah --agent sac --run k3v9xq2a --run-name "first try" --step 50000 \
//     [--exploration-noise 0.1] [--task-options '{"gravity-scale":0.8}'] < stored.onnx > policy.onnx
import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { exportPolicy } from '../engine/onnx/policy.ts';
import { configureTask } from '../tasks/declarations.ts';
import { elbowVersion } from './environment.ts';
import { checkExport } from './exported-policy.ts';
import { openPolicy } from './policy-session.ts';
import { takeImportedTask } from './imported-option.ts';
import { endWithParent } from './process-entry.ts';
import { readTaskOptions } from './task-options.ts';

const { values } = parseArgs({
  options: {
    task: { type: 'string' },
    agent: { type: 'string' },
    run: { type: 'string' },
    'run-name': { type: 'string' },
    step: { type: 'string' },
    'exploration-noise': { type: 'string' },
    'task-options': { type: 'string' },
    imported: { type: 'string' },
  },
});

async function main(): Promise<void> {
  endWithParent();
  const { task: taskId = '', agent = '', run = '', 'run-name': runName = '', step = '0', 'exploration-noise': explorationNoise } = values;
  takeImportedTask(values.imported);
  const taskOptions = readTaskOptions(values['task-options']);
  const task = configureTask(taskId, taskOptions).declaration;
  const stored = await buffer(process.stdin);
  const policy = await openPolicy(stored, { observations: task.observation.length, actions: task.action.length });
  const file = exportPolicy(stored, {
    run,
    runName,
    step: Number(step),
    agent,
    task,
    taskOptions,
    explorationNoise: explorationNoise === undefined ? null : Number(explorationNoise),
    elbowVersion: elbowVersion(),
  });
  await checkExport(file, policy, task);
  process.stdout.write(file);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
