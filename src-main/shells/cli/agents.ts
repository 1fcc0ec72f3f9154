// `npm run agents`: who can learn here, with every hyper-parameter's default, range and meaning.
import { Command } from 'commander';
import type { ResolvedAgent } from '../../contract/declarations.ts';
import { describeRange, formatParameter, type ParameterDeclaration } from '../../contract/parameters.ts';
import { unknownName } from '../../workstation/plan.ts';
import { findPossibilities } from '../../workstation/possibilities.ts';
import { UsageError } from './failure.ts';
import { wrap } from './format.ts';
import { createOutput, toJsonLine, type Output } from './output.ts';

export function createCommand(): Command {
  return new Command('agents')
    .argument('[agent]', 'one agent alone')
    .description('Lists the agents and their hyper-parameters, which --set name=value turns.')
    .option('--json', 'an array of objects with id')
    .action((wanted: string | undefined, options: { json?: boolean }) => {
      const output = createOutput(false);
      const possible = findPossibilities().agents;
      const agents = wanted === undefined ? possible : possible.filter(({ id }) => id === wanted);
      if (agents.length === 0)
        throw new UsageError(
          unknownName(
            'agent',
            wanted ?? '',
            possible.map(({ id }) => id),
          ),
        );
      if (options.json === true) output.line(toJsonLine(agents));
      else for (const agent of agents) printAgent(output, agent);
    });
}

function printAgent(output: Output, agent: ResolvedAgent): void {
  output.line(`${output.bold(agent.id)}  ${agent.title}`);
  output.line(wrap(agent.sentence, 100, '  '));
  const { prior, posterior, value, temperature } = agent.parts;
  output.line(`  prior ${prior}; posterior ${posterior}; value ${value}; temperature ${temperature}`);
  output.line(`  ${output.dim(`${agent.citation}; docs/${agent.page}`)}`);
  for (const [group, parameters] of Map.groupBy(agent.parameters, (parameter) => parameter.group)) {
    output.line('');
    output.line(`  ${output.bold(group)}`);
    for (const parameter of parameters) printParameter(output, parameter, agent);
  }
  output.line('');
}

function printParameter(output: Output, parameter: ParameterDeclaration, agent: ResolvedAgent): void {
  const unit = parameter.unit === '1' || parameter.unit === '' ? '' : ` ${parameter.unit}`;
  const live = parameter.live ? '; may be turned during a run' : '';
  output.line(`    ${parameter.name}`);
  output.line(wrap(parameter.sentence, 100, '      '));
  output.line(wrap(`default ${describeDefault(parameter, agent, unit)}; ${describeRange(parameter)}${live}`, 100, '      '));
  output.line(output.dim(wrap(parameter.citation, 100, '      ')));
}

/** An automatic default is listed task by task, unless it is another value of the run. */
function describeDefault({ name, default: value, follows }: ParameterDeclaration, agent: ResolvedAgent, unit: string): string {
  if (follows !== undefined) return `auto: the run’s own ${follows}`;
  if (value !== 'auto') return `${formatParameter(value)}${unit}`;
  const perTask = Object.entries(agent.taskDefaults).map(([task, values]) => `${formatParameter(values[name] ?? '')} (${task})`);
  return `auto: ${perTask.join(', ')}${unit}`;
}
