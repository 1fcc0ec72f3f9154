// `npm run runs -- export-policy RUN --out FILE`: a stored policy for use elsewhere. docs/policy-export.md.
import { formatBytes } from '../../contract/format.ts';
import { makePolicyFile, planPolicyExport } from '../../workstation/policy-export.ts';
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
  const plan = await withStoredRun(given, options, (store, id) => planPolicyExport(store, id, step));
  const file = await makePolicyFile(plan);
  writeWholeFile(target, file);
  const { run, explorationNoise } = plan;
  output.line(`${output.bold(`Run ${run.id}`)} ${run.name}: ${run.task}, the policy of step ${formatCount(plan.step)}`);
  output.line(`  ${target}  ${formatBytes(file.byteLength)}; docs/policy-export.md says how to use it`);
  output.json({
    kind: 'exported',
    run: run.id,
    task: run.task,
    agent: run.agent,
    step: plan.step,
    explorationNoise,
    file: target,
    bytes: file.byteLength,
  });
}
