// `npm run tasks -- import FOLDER`: a model of one's own, with its task file where it has one, and its report.
import path from 'node:path';
import { formatBytes } from '../../contract/format.ts';
import { type Inspection, jointUnit, type ModelReport } from '../../contract/models.ts';
import { inspectAside } from '../../tasks/own/node/aside.ts';
import { type ExitCode, exitCodes, UsageError } from './failure.ts';
import { formatCount, formatNumber } from './format.ts';
import { createOutput, type Output } from './output.ts';
import { type CommonOptions, openSession } from './session.ts';

export interface ImportOptions extends CommonOptions {
  model?: string;
  dryRun?: boolean;
}

/** @throws UsageError where the folder is refused, with file, line and element */
export async function importFolder(folder: string, options: ImportOptions): Promise<ExitCode> {
  const output = createOutput(options.json === true);
  const inspection = await inspectAside({ source: { folder: path.resolve(folder) }, model: options.model ?? null, taskText: null }).catch(
    (error: unknown) => {
      throw new UsageError(`the model was refused: ${error instanceof Error ? error.message : String(error)}. Nothing was imported.`);
    },
  );
  printReport(output, inspection);
  if (options.dryRun === true) {
    output.json({ kind: 'report', ...inspection, files: inspection.files.map((file) => file.path) });
    return inspection.problems.length === 0 ? exitCodes.done : exitCodes.usage;
  }
  const session = await openSession(options);
  try {
    const { importModel } = await import('../../workstation/handlers/models.ts');
    const { id, isNew } = importModel(session.store, inspection);
    output.json({
      kind: 'imported',
      id,
      isNew,
      main: inspection.main,
      warnings: inspection.report.warnings,
      isTask: inspection.declaration !== null,
    });
    output.line('');
    output.line(isNew ? `Imported as ${output.bold(id)}.` : `${output.bold(id)} is there already, with the same content.`);
    output.line(
      inspection.declaration === null
        ? 'It has no task file (task.json), so it can be shown but not trained: docs/own-robots.md.'
        : `Train it with: npm run train -- --task ${id}`,
    );
    return exitCodes.done;
  } finally {
    await session.close();
  }
}

function printReport(output: Output, { id, report, declaration, problems }: Inspection): void {
  const count = (list: readonly unknown[], one: string): string =>
    `${formatCount(list.length)} ${list.length === 1 ? one : one === 'body' ? 'bodies' : `${one}s`}`;
  output.line(
    `${output.bold(id)}  ${report.main} (${report.format === 'urdf' ? 'URDF' : 'MJCF'}${report.modelName === '' ? '' : `, ${report.modelName}`})`,
  );
  const rows: [string, string][] = [
    ['files', `${formatCount(report.files.length)}, ${formatBytes(report.totalBytes)}`],
    [
      'bodies',
      `${count(report.bodies, 'body')}, ${formatNumber(report.totalMassKg)} kg: ${listed(report.bodies.map(({ name, massKg }) => `${name} ${formatNumber(massKg)}`))}`,
    ],
    [
      'joints',
      listed(
        report.joints.map(
          ({ name, kind, range }) =>
            `${name} (${kind}${range === null ? '' : ` ${formatNumber(range[0])} to ${formatNumber(range[1])} ${jointUnit(kind)}`})`,
        ),
      ),
    ],
    [
      'actuators',
      listed(
        (declaration?.action.map(({ name, low, high }) => ({ name, range: [low, high] as const })) ?? report.actuators).map(
          ({ name, range }) => `${name}${range === null ? ' (no range)' : ` ${formatNumber(range[0])} to ${formatNumber(range[1])}`}`,
        ),
      ),
    ],
    ['meshes', listed(report.meshes.map(({ name, triangles }) => `${name} (${formatCount(triangles)} triangles)`))],
    ['textures', listed(report.textures.map(({ name, width, height }) => `${name} (${width} × ${height} pixels)`))],
    ['sensors', listed(report.sensors.map(({ name }) => name))],
    ['sites', listed(report.sites)],
    ['time step', `${formatNumber(report.timestep)} s`],
  ];
  for (const [label, text] of rows) output.line(`  ${output.dim(label.padEnd(10))} ${text}`);
  for (const warning of report.warnings) output.line(`  ${output.dim('warning'.padEnd(10))} ${warning}`);
  for (const { path: place, line, message } of problems)
    output.line(
      `  ${output.dim('task.json'.padEnd(10))} ${line === null ? '' : `line ${line}, `}${place === '' ? '' : `${place}: `}${message}`,
    );
}

function listed(entries: readonly string[]): string {
  if (entries.length === 0) return 'none';
  return entries.length <= 12 ? entries.join(', ') : `${entries.slice(0, 12).join(', ')} and ${entries.length - 12} more`;
}

/** What a report says in numbers, for the list of imported models. */
export function reportLine({ bodies, joints, actuators, meshes, totalBytes, format }: ModelReport): string {
  return `${format === 'urdf' ? 'URDF' : 'MJCF'}, ${bodies.length} bodies, ${joints.length} joints, ${actuators.length} actuators, ${meshes.length} meshes, ${formatBytes(totalBytes)}`;
}

export async function removeImported(id: string, options: CommonOptions): Promise<ExitCode> {
  const output = createOutput(options.json === true);
  const session = await openSession(options);
  try {
    await session.workstation.call('models.remove', { model: id });
    output.json({ kind: 'removed', id });
    output.line(`Removed ${id}.`);
    return exitCodes.done;
  } finally {
    await session.close();
  }
}
