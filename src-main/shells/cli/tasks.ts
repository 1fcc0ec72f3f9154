// `npm run tasks`: what can be learned here.
import { Command } from 'commander';
import type { TaskDeclaration } from '../../contract/declarations.ts';
import { describeRange, formatParameter } from '../../contract/parameters.ts';
import { findPossibilities } from '../../workstation/possibilities.ts';
import { formatNumber, wrap } from './format.ts';
import { createOutput, formatTable, toJsonLine, type Output } from './output.ts';

export function createCommand(): Command {
  return new Command('tasks')
    .description('Lists the tasks: what is seen, what can be done, what is rewarded, and when an episode ends.')
    .option('--json', 'an array of objects with id')
    .action((options: { json?: boolean }) => {
      const output = createOutput(false);
      const { tasks } = findPossibilities();
      if (options.json === true) output.line(toJsonLine(tasks));
      else for (const task of tasks) printTask(output, task);
    });
}

function printTask(output: Output, task: TaskDeclaration): void {
  output.line(`${output.bold(task.id)}  ${task.title} (${task.family})`);
  output.line(wrap(task.sentence, 100, '  '));
  const rows = [
    ['episode', `${task.timeLimit} environment steps of ${formatNumber(task.stepSeconds)} s (${task.frameSkip} MuJoCo steps each)`],
    ['terminates', task.termination ?? 'Never: an episode is only truncated.'],
    ['reset', task.resetNoise],
    ['observation', `${task.observation.length} numbers: ${task.observation.map(({ name, unit }) => name + bracketed(unit)).join(', ')}`],
    ['action', task.action.map(({ name, unit, low, high }) => `${name} from ${low} to ${high}${bracketed(unit)}`).join(', ')],
    ['reward', task.rewardTerms.map(({ name, weight }) => `${name} (weight ${formatNumber(weight)})`).join(' + ')],
    ['source', task.citation],
  ];
  for (const [label = '', text = ''] of rows) output.line(`  ${output.dim(label.padEnd(12))}${wrap(text, 100, ' '.repeat(14)).trimStart()}`);
  output.line(formatTable([{ title: '  term' }, { title: 'meaning' }], task.rewardTerms.map(({ name, sentence }) => [`  ${name}`, sentence])));
  output.line(formatTable([{ title: '  option' }, { title: 'default' }, { title: 'meaning' }], (task.options ?? []).map((one) => [
    `  ${one.name}`, formatParameter(one.default) + bracketed(one.unit), `${one.sentence} (${describeRange(one)})`,
  ])));
  output.line('');
}

function bracketed(unit: string): string {
  return unit === '1' || unit === '' ? '' : ` (${unit})`;
}
