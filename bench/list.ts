// How long `npm run runs -- list` takes over 10,000 stored runs, as a whole process: npm, Node, reading, the table. `[--json]`
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { agentDeclarations, defaultsFor } from '../src-main/agents/declarations.ts';
import { openStore } from '../src-main/store/store.ts';
import { taskDeclarations } from '../src-main/tasks/declarations.ts';

const count = 10_000;
const waiting = 100;
const repetitions = 7;
const bound = 1000;
const root = path.resolve(import.meta.dirname, '..');
const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const data = mkdtempSync(path.join(os.tmpdir(), 'elbow-bench-'));

function fillStore(): void {
  const store = openStore(data);
  const [agent, task] = [agentDeclarations[0], taskDeclarations[0]];
  if (!agent || !task) throw new Error('nothing is declared');
  const hyperparameters = defaultsFor(agent, task);
  store.transaction(() => {
    for (let k = 1; k <= count; k += 1) {
      const configuration = { task: task.id, agent: agent.id, seed: k, device: 'cpu', threads: 1, hyperparameters };
      const run = store.runs.create({ configuration, name: `run ${k}` });
      store.runs.setProgress(run, { environmentSteps: 10 * k, stepsPerSecond: null, etaSeconds: null, activeSeconds: k });
      if (k <= waiting) store.queue.enqueue(run);
    }
  });
  store.close();
}

function timeList(): number {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'runs', '--', 'list', '--data-dir', data], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  });
  const milliseconds = performance.now() - start;
  const lines = stdout.trimEnd().split('\n').length;
  if (status !== 0 || lines !== count + 1)
    throw new Error(`npm run runs -- list printed ${lines} lines and ended with ${status}: ${stderr}`);
  return milliseconds;
}

try {
  fillStore();
  timeList(); // compiles, where that is due
  const times = Array.from({ length: repetitions }, timeList).sort((a, b) => a - b);
  const [least, median] = [times[0] as number, times[Math.floor(repetitions / 2)] as number].map(Math.round);
  if (values.json) console.log(JSON.stringify({ name: `list of ${count} runs`, milliseconds: median, least, bound }));
  else
    console.log(
      `npm run runs -- list, ${count.toLocaleString('en-US')} runs: ${median} ms, median of ${repetitions}; ${least} ms at least (bound ${bound} ms)`,
    );
} finally {
  rmSync(data, { recursive: true, force: true });
}
