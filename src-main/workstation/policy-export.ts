// A stored policy as a file for use elsewhere, made in a process of its own. docs/policy-export.md.
import { buffer } from 'node:stream/consumers';
import { ParameterError } from '../contract/parameters.ts';
import { WorkstationError } from '../contract/requests.ts';
import type { RunConfiguration, RunDetail } from '../contract/runs.ts';
import type { Store } from '../store/store.ts';
import { startPolicyProcess } from '../training/launch.ts';
import { findPossibilities } from './possibilities.ts';
import { subjectOf, type Subject, valuesAt } from './run-values.ts';
import { findPolicy, importedOption } from './stored-policy.ts';

/** All that the process needs: the store may be closed while it works. */
export interface PolicyExport {
  run: RunDetail;
  /** Environment steps that the policy has learned from. */
  step: number;
  onnx: Uint8Array;
  /** Standard deviation in actions of [−1, 1]; null where the policy is a distribution. */
  explorationNoise: number | null;
}

/**
 * @param step of the evaluation that kept the policy; null is the run's newest
 * @throws StoreError where there is no such run or policy; WorkstationError where this version has not got the run's agent or task
 */
export function planPolicyExport(store: Store, id: string, step: number | null): PolicyExport {
  const run = store.runs.get(id);
  const policy = findPolicy(store, id, step);
  return { run, step: policy.step, onnx: policy.onnx, explorationNoise: findExplorationNoise(store, run, policy.step) };
}

/** @returns the ONNX file @throws WorkstationError with what the process said */
export async function makePolicyFile({ run, step, onnx, explorationNoise }: PolicyExport): Promise<Uint8Array> {
  const description = [
    `--task=${run.task}`,
    `--agent=${run.agent}`,
    `--run=${run.id}`,
    `--run-name=${run.name}`,
    `--step=${step}`,
    `--task-options=${JSON.stringify(run.configuration.taskOptions ?? {})}`,
  ];
  const noise = explorationNoise === null ? [] : [`--exploration-noise=${explorationNoise}`];
  const { stdout, ended } = startPolicyProcess(
    'The export',
    'export-policy',
    [...description, ...importedOption(run.task), ...noise],
    onnx,
  );
  const file = await buffer(stdout);
  await ended;
  return file;
}

/** What a deterministic policy strayed by once it had come to this step. */
function findExplorationNoise(store: Store, run: RunDetail, step: number): number | null {
  const subject = findSubject(run.configuration);
  if (subject.agent.parts.posterior !== 'deterministic') return null;
  const value = valuesAt(store, run, subject, step)['exploration-noise'];
  if (typeof value !== 'number') throw refusal(`Run ${run.id} has no exploration-noise, which sampled actions of ${run.agent} need`);
  return value;
}

function findSubject(configuration: RunConfiguration): Subject {
  try {
    return subjectOf(configuration, findPossibilities());
  } catch (error) {
    throw error instanceof ParameterError ? refusal(`This version of Elbow cannot export the run's policy: ${error.message}`) : error;
  }
}

const refusal = (message: string): WorkstationError => new WorkstationError({ code: 'conflict', message, field: null });
