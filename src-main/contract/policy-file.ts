// Policy files: which inputs and outputs the stored and the exported ones have, and how a file that is none is told.
import { policyFile } from './series.ts';

/** Names of an exported policy's inputs and outputs; rows are states, n of them. docs/policy-export.md. */
export const exportedPolicy = {
  inputs: {
    /** [n, observations]. */
    observation: policyFile.input,
    /** [n, actions], standard normal numbers. */
    noise: 'noise',
  },
  outputs: {
    /** As in a stored policy, for n rows. */
    ...policyFile.outputs,
    /** [n, actions], in [-1, 1]: what the trainer takes with this noise. */
    sampledAction: 'sampled-action',
    /** [n, actions], the two actions in the task's own units. */
    meanControl: 'mean-control',
    sampledControl: 'sampled-control',
  },
} as const;

/** What ONNX Runtime, of any platform, says of an input or output. */
interface ValueMetadata {
  name: string;
  isTensor: boolean;
  type?: string;
  shape?: readonly (number | string)[];
}

export interface OpenedFile {
  inputMetadata: readonly ValueMetadata[];
  outputMetadata: readonly ValueMetadata[];
}

/** Sizes of the task that a policy is to act in. */
export interface PolicySizes {
  observations: number;
  actions: number;
}

/** Why an ONNX file is no stored policy for a task of these sizes; null where it is one. */
export function policyFileProblem({ inputMetadata, outputMetadata }: OpenedFile, { observations, actions }: PolicySizes): string | null {
  const { input, outputs } = policyFile;
  const wanted: { kind: string; name: string; among: readonly ValueMetadata[]; size: number; unit: string }[] = [
    { kind: 'input', name: input, among: inputMetadata, size: observations, unit: 'observations' },
    ...Object.values(outputs).map((name) => ({ kind: 'output', name, among: outputMetadata, size: actions, unit: 'actions' })),
  ];
  for (const { kind, name, among, size, unit } of wanted) {
    const found = among.find((value) => value.name === name);
    if (!found) return `the ONNX file is no policy: it has no ${kind} "${name}", but ${list(among.map((value) => value.name))}`;
    const [rows, columns] = found.shape ?? [];
    if (!found.isTensor || found.type !== 'float32' || found.shape?.length !== 2 || rows !== 1) {
      return `the ONNX file is no policy: its ${kind} "${name}" is ${found.type ?? 'unknown'} [${found.shape?.join(', ') ?? ''}] instead of float32 [1, ${size}]`;
    }
    if (columns !== size) return `the policy is for another task: its ${kind} "${name}" has ${columns} ${unit}, but the task has ${size}`;
  }
  const others = inputMetadata.filter(({ name }) => name !== input).map(({ name }) => name);
  return others.length > 0 ? `the ONNX file is no stored policy: besides "${input}" it takes ${list(others)}` : null;
}

/** What to say where ONNX Runtime cannot open a policy file. */
export function unopenedPolicy(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `the policy file cannot be opened; it is damaged, or no ONNX file. ONNX Runtime says: ${reason.trim().replace(/\.$/, '')}`;
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 6).map((name) => JSON.stringify(name.slice(0, 60)));
  if (names.length === 0) return 'none';
  return names.length > shown.length ? `${shown.join(', ')} and ${names.length - shown.length} more` : shown.join(', ');
}
