// `npm run runs -- export-policy RUN --out FILE`: a stored policy for use elsewhere. docs/policy-export.md.
import { buffer } from 'node:stream/consumers';
import { formatBytes } from '../../contract/format.ts';
import { ParameterError } from '../../contract/parameters.ts';
import type { RunConfiguration } from '../../contract/runs.ts';
import type { Store } from '../../store/store.ts';
import { startPolicyProcess } from '../../training/launch.ts';
import { findPossibilities } from '../../workstation/possibilities.ts';
import { subjectOf, type Subject, valuesAt } from '../../workstation/run-values.ts';
import { findPolicy, importedOption } from '../../workstation/stored-policy.ts';
import { CommandError } from './failure.ts';
import { formatCount } from './format.ts';
import { parseWholeNumber } from './options.ts';
import { createOutput } from './output.ts';
import { type CommonOptions, withStoredRun } from './session.ts';
import { checkTarget, writeWholeFile } from './write-file.ts';

export interface ExportOptions extends CommonOptions {
  out: string;
  step?: string;
  force?: boolean;
}

export async function exportRunPolicy(given: string, options: ExportOptions): Promise<void> {
  const step = options.step === undefined ? null : parseWholeNumber('--step', options.step, 0, 1e9);
  const target = checkTarget('--out', options.out, options.force === true);
  const output = createOutput(options.json === true);
  const { run, policy, explorationNoise } = await withStoredRun(given, options, (store, id) => {
    const found = findPolicy(store, id, step);
    return { run: store.runs.get(id), policy: found, explorationNoise: findExplorationNoise(store, id, found.step) };
  });

  const description = [`--task=${run.task}`, `--agent=${run.agent}`, `--run=${run.id}`, `--run-name=${run.name}`, `--step=${policy.step}`, `--task-options=${JSON.stringify(run.configuration.taskOptions ?? {})}`];
  const { stdout, ended } = startPolicyProcess(
    'The export', 'export-policy', [...description, ...importedOption(run.task), ...(explorationNoise === null ? [] : [`--exploration-noise=${explorationNoise}`])], policy.onnx);
  const file = await buffer(stdout);
  await ended;
  writeWholeFile(target, file);
  output.line(`${output.bold(`Run ${run.id}`)} ${run.name}: ${run.task}, the policy of step ${formatCount(policy.step)}`);
  output.line(`  ${target}  ${formatBytes(file.byteLength)}; docs/policy-export.md says how to use it`);
  output.json({ kind: 'exported', run: run.id, task: run.task, agent: run.agent, step: policy.step, explorationNoise, file: target, bytes: file.byteLength });
}

/** What a deterministic policy strayed by once it had come to this step; null where the policy is a distribution. */
function findExplorationNoise(store: Store, run: string, step: number): number | null {
  const detail = store.runs.get(run);
  const subject = findSubject(detail.configuration);
  if (subject.agent.parts.posterior !== 'deterministic') return null;
  const value = valuesAt(store, detail, subject, step)['exploration-noise'];
  if (typeof value !== 'number') throw new CommandError(`run ${run} has no exploration-noise, which sampled actions of ${detail.agent} need`);
  return value;
}

function findSubject(configuration: RunConfiguration): Subject {
  try {
    return subjectOf(configuration, findPossibilities());
  } catch (error) {
    throw error instanceof ParameterError ? new CommandError(`this version of Elbow cannot export the run's policy: ${error.message}`) : error;
  }
}
