// `npm run tasks`: what can be learned here.
import { Command } from 'commander';
import { taskFamilies, type TaskDeclaration } from '../../contract/declarations.ts';
import { describeRange, formatParameter } from '../../contract/parameters.ts';
import { findPossibilities } from '../../workstation/possibilities.ts';
import { unknownName } from '../../workstation/plan.ts';
import { type ExitCode, UsageError } from './failure.ts';
import { formatNumber, wrap } from './format.ts';
import { createOutput, formatTable, toJsonLine, type Output } from './output.ts';
import { type CommonOptions, withStoredRuns } from './session.ts';
import { type ImportOptions, importFolder, removeImported, reportLine } from './tasks-import.ts';

const dataDirText = "where they are kept (else ELBOW_DATA_DIR, else the platform's data folder)";

export function createCommand(end: (code: ExitCode) => void): Command {
  const command = new Command('tasks')
    .argument('[task]', 'one task in full')
    .description(
      'Lists the tasks, or one in full: what is seen, what can be done, what is rewarded, when an episode ends, and its options. Imports your own.',
    )
    .option('--data-dir <dir>', dataDirText)
    .option('--json', 'an array of objects with id')
    .action((wanted: string | undefined, options: CommonOptions) => listTasks(wanted, options));
  // Commander gives options that both know to the outer command, wherever they stand.
  command
    .command('import')
    .description('Imports a model (MJCF or URDF with its meshes, textures and includes) and its task file, task.json.')
    .argument('<folder>', 'the folder that holds them')
    .option('--model <file>', "the model's file, where the folder has several")
    .option('--dry-run', 'only report what is there')
    .option('--data-dir <dir>', dataDirText)
    .option('--json', 'one JSON object a line')
    .action(async (folder: string, _own: ImportOptions, self: Command) =>
      end(await importFolder(folder, self.optsWithGlobals<ImportOptions>())),
    );
  command
    .command('remove')
    .description('Removes an imported model that no run uses.')
    .argument('<id>')
    .option('--data-dir <dir>', dataDirText)
    .option('--json', 'one JSON object a line')
    .action(async (id: string, _own: CommonOptions, self: Command) => end(await removeImported(id, self.optsWithGlobals<CommonOptions>())));
  return command;
}

async function listTasks(wanted: string | undefined, options: CommonOptions): Promise<void> {
  const output = createOutput(false);
  // Opening the store makes its imported tasks known.
  const imported = await withStoredRuns(options, (store) => store?.models.list() ?? []);
  const { tasks: all } = findPossibilities();
  const tasks = wanted === undefined ? all : all.filter(({ id }) => id === wanted);
  if (tasks.length === 0)
    throw new UsageError(
      `${unknownName(
        'task',
        wanted ?? '',
        all.map(({ id }) => id),
      )}${imported.some(({ id }) => id === wanted) ? '. It was imported without a task file' : ''}`,
    );
  if (options.json === true) return output.line(toJsonLine(tasks));
  if (wanted !== undefined) return tasks.forEach((task) => printTask(output, task));
  for (const [family, title] of Object.entries(taskFamilies))
    printFamily(
      output,
      title,
      tasks.filter((task) => task.family === family),
    );
  output.line(`npm run tasks -- TASK shows one in full: names and units, reward terms, options and variants with their ranges.`);
  const shown = imported.filter(({ declaration }) => declaration === null);
  if (shown.length > 0) output.line('Imported without a task, to be looked at in Lab:');
  for (const { id, report } of shown) output.line(`  ${output.bold(id)}  ${reportLine(report)}`);
}

function printFamily(output: Output, title: string, tasks: readonly TaskDeclaration[]): void {
  if (tasks.length === 0) return;
  output.line(output.bold(title));
  output.line(
    formatTable(
      [
        { title: '  task' },
        { title: 'observations', align: 'right' },
        { title: 'actions', align: 'right' },
        { title: 'episode', align: 'right' },
        { title: 'goal' },
        { title: 'what is learned' },
      ],
      tasks.map(({ id, observation, action, timeLimit, goal, sentence }) => [
        `  ${id}`,
        String(observation.length),
        String(action.length),
        formatNumber(timeLimit),
        goal === undefined ? '' : 'yes',
        sentence,
      ]),
    ),
  );
  output.line('');
}

function printTask(output: Output, task: TaskDeclaration): void {
  output.line(`${output.bold(task.id)}  ${task.title} (${task.family})`);
  output.line(wrap(task.sentence, 100, '  '));
  const rows = [
    [
      'episode',
      `${task.timeLimit} environment steps of ${formatNumber(task.stepSeconds)} s (${task.frameSkip} MuJoCo ${task.frameSkip === 1 ? 'step' : 'steps each'})`,
    ],
    ['terminates', task.termination ?? 'Never: an episode is only truncated.'],
    ['reset', task.resetNoise],
    ['observation', `${task.observation.length} numbers: ${task.observation.map(({ name, unit }) => name + bracketed(unit)).join(', ')}`],
    ...(task.goal === undefined
      ? []
      : [['goal', `${task.goal.dimensions.map(({ name, unit }) => name + bracketed(unit)).join(', ')}: the end of the observation`]]),
    ...(task.goal?.noHindsight === undefined ? [] : [['hindsight', `None: ${task.goal.noHindsight}.`]]),
    ...(task.success === undefined ? [] : [['success', task.success]]),
    ['action', task.action.map(({ name, unit, low, high }) => `${name} from ${low} to ${high}${bracketed(unit)}`).join(', ')],
    ['reward', task.rewardTerms.map(({ name, weight }) => `${name} (weight ${formatNumber(weight)})`).join(' + ')],
    ['source', task.citation],
  ];
  for (const [label = '', text = ''] of rows)
    output.line(`  ${output.dim(label.padEnd(12))}${wrap(text, 100, ' '.repeat(14)).trimStart()}`);
  output.line(
    formatTable(
      [{ title: '  term' }, { title: 'meaning' }],
      task.rewardTerms.map(({ name, sentence }) => [`  ${name}`, sentence]),
    ),
  );
  output.line(
    formatTable(
      [{ title: '  option' }, { title: 'default' }, { title: 'meaning' }],
      (task.options ?? []).map((one) => [
        `  ${one.name}`,
        formatParameter(one.default) + bracketed(one.unit),
        `${one.sentence} (${describeRange(one)})`,
      ]),
    ),
  );
  output.line('');
}

function bracketed(unit: string): string {
  return unit === '1' || unit === '' ? '' : ` (${unit})`;
}
