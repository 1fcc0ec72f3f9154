// The command line's entry: `main.ts train …`, as the npm scripts call it. Each subcommand is a file of its
// own, loaded when it is asked for.
import { enableCompileCache } from 'node:module';
import { type Argument, Command, CommanderError } from 'commander';
import { describeError, type ExitCode, exitCodeOf, exitCodes } from './failure.ts';
import { spreadAssignments } from './options.ts';
import { toJsonLine } from './output.ts';

// What is loaded from here on is compiled once, not at every start.
enableCompileCache();

type CreateCommand = (end: (code: ExitCode) => void) => Command;

const commands: Record<string, () => Promise<{ createCommand: CreateCommand }>> = {
  train: () => import('./train.ts'),
  runs: () => import('./runs.ts'),
  tasks: () => import('./tasks.ts'),
  agents: () => import('./agents.ts'),
  doctor: () => import('./doctor.ts'),
};

async function main(given: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = exitCodes.done;
  const end = (ended: ExitCode): void => {
    code = ended;
  };
  const program = new Command('npm run');
  const [name] = given;
  const wanted = name !== undefined && Object.hasOwn(commands, name) ? [name] : Object.keys(commands);
  for (const each of wanted) {
    const { createCommand } = (await commands[each]?.()) ?? {};
    if (createCommand) program.addCommand(createCommand(end));
  }
  prepare(program, 'npm run');
  try {
    await program.parseAsync(spreadAssignments(given), { from: 'user' });
    return code;
  } catch (error) {
    complain(error, given.includes('--json'));
    return exitCodeOf(error);
  }
}

/** Usage as it is typed, options behind npm's `--`; usage errors thrown instead of ending the process. */
function prepare(command: Command, path: string): void {
  const { commands: children, registeredArguments } = command;
  const values = registeredArguments.map((argument) => `${argumentUsage(argument)} `).join('');
  const rest = [...(children.length > 0 ? ['<command>'] : []), ...(children.length === 0 || values !== '' ? [`${values}[options]`] : [])]
    .toReversed()
    .join(' | ');
  command
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError(`(${path} --help shows what there is)`)
    .configureHelp({ commandUsage: () => (command.parent === null ? `${path} <command> -- [options]` : `${path} ${rest}`) })
    .configureOutput({
      outputError(text, write) {
        write(capitalise(text.replace(/^error: /, '')));
        const [first] = registeredArguments;
        if (text.includes('unknown option') && first?.name() === 'run')
          write(`(a run whose name begins with a hyphen is given after --: ${path} -- NAME)\n`);
      },
    });
  for (const child of children) prepare(child, command.parent === null ? `${path} ${child.name()} --` : `${path} ${child.name()}`);
}

function argumentUsage(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? ' …' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function complain(error: unknown, isJson: boolean): void {
  const exitCode = exitCodeOf(error);
  // Help that was asked for.
  if (exitCode === exitCodes.done) return;
  const message = describeError(error);
  if (isJson) process.stdout.write(`${toJsonLine({ kind: 'error', message, exitCode })}\n`);
  // Commander has printed its own already.
  if (!(error instanceof CommanderError)) process.stderr.write(`${capitalise(message)}\n`);
}

// A pipe that is closed early (`| head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.done);
  throw error;
});

process.exitCode = await main(process.argv.slice(2));
