// `npm run bench -- NAME`: measurements on this machine. They are not tests; what they print is medians and ratios.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const benchmarks: Readonly<Record<string, string>> = {
  physics: 'environment steps a second of each task, on one core, beside native MuJoCo’s where Python has it',
  memory: 'a full replay buffer of humanoid: memory, checkpoint, reading it back',
  engine: 'SAC’s update beside its matrix products alone, and beside other programs’ updates',
  trainer: 'a half-cheetah training with SAC’s defaults, end to end, and where its time goes',
  agents: 'milliseconds a gradient step of every agent and option, beside SAC’s defaults',
  list: '`npm run runs -- list` over 10,000 stored runs, as a whole process',
  window: 'first 3D frame, a chart of a million points, start to the first of 1,000 runs (needs Chromium)',
};
const [name, ...rest] = process.argv.slice(2);
if (name === undefined || !(name in benchmarks)) {
  const list = Object.entries(benchmarks).map(([id, words]) => `  ${id.padEnd(9)} ${words}`);
  console.error(`${name === undefined ? 'Which benchmark?' : `There is no benchmark ${name}.`} There are:\n${list.join('\n')}`);
  process.exit(2);
}
const { status } = spawnSync(process.execPath, [path.join(import.meta.dirname, `${name}.ts`), ...rest], { stdio: 'inherit' });
process.exit(status ?? 1);
