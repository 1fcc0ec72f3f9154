// `npm run tasks`: what can be learned here.
import { Command } from 'commander';
import type { TaskDeclaration } from '../../contract/declarations.ts';
import { describeRange, formatParameter } from '../../contract/parameters.ts';
import { findPossibilities } from '../../workstation/possibilities.ts';
import type { ExitCode } from './failure.ts';
import { formatNumber, wrap } from './format.ts';
import { createOutput, formatTable, toJsonLine, type Output } from './output.ts';
import { type CommonOptions, withStoredRuns } from './session.ts';
import { type ImportOptions, importFolder, removeImported, reportLine } from './tasks-import.ts';

const dataDirText = "where they are kept (else ELBOW_DATA_DIR, else the platform's data folder)";

export function createCommand(end: (code: ExitCode) => void): Command {
  const command = new Command('tasks')
    .description('Lists the tasks: what is seen, what can be done, what is rewarded, and when an episode ends. Imports your own.')
    .option('--data-dir <dir>', dataDirText)
    .option('--json', 'an array of objects with id')
    .action((options: CommonOptions) => listTasks(options));
  // Commander gives options that both know to the outer command, wherever they stand.
  command.command('import')
    .description('Imports a model (MJCF or URDF with its meshes, textures and includes) and its task file, task.json.')
    .argument('<folder>', 'the folder that holds them')
    .option('--model <file>', "the model's file, where the folder has several")
    .option('--dry-run', 'only report what is there')
    .option('--data-dir <dir>', dataDirText)
    .option('--json', 'one JSON object a line')
    .action(async (folder: string, _own: ImportOptions, self: Command) => end(await importFolder(folder, self.optsWithGlobals<ImportOptions>())));
  command.command('remove')
    .description('Removes an imported model that no run uses.')
    .argument('<id>')
    .option('--data-dir <dir>', dataDirText)
    .option('--json', 'one JSON object a line')
    .action(async (id: string, _own: CommonOptions, self: Command) => end(await removeImported(id, self.optsWithGlobals<CommonOptions>())));
  return command;
}

async function listTasks(options: CommonOptions): Promise<void> {
  const output = createOutput(false);
  // Opening the store makes its imported tasks known.
  const imported = await withStoredRuns(options, (store) => store?.models.list() ?? []);
  const { tasks } = findPossibilities();
  if (options.json === true) return output.line(toJsonLine(tasks));
  for (const task of tasks) printTask(output, task);
  const shown = imported.filter(({ declaration }) => declaration === null);
  if (shown.length > 0) output.line('Imported without a task, to be looked at in Lab:');
  for (const { id, report } of shown) output.line(`  ${output.bold(id)}  ${reportLine(report)}`);
}

function printTask(output: Output, task: TaskDeclaration): void {
  output.line(`${output.bold(task.id)}  ${task.title} (${task.family})`);
  output.line(wrap(task.sentence, 100, '  '));
  const rows = [
    ['episode', `${task.timeLimit} environment steps of ${formatNumber(task.stepSeconds)} s (${task.frameSkip} MuJoCo steps each)`],
    ['terminates', task.termination ?? 'Never: an episode is only truncated.'],
    ['reset', task.resetNoise],
    ['observation', `${task.observation.length} numbers: ${task.observation.map(({ name, unit }) => name + bracketed(unit)).join(', ')}`],
    ...(task.goal === undefined ? [] : [['goal', `${task.goal.dimensions.map(({ name, unit }) => name + bracketed(unit)).join(', ')}: the end of the observation`]]),
    ...(task.success === undefined ? [] : [['success', task.success]]),
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
