// Evaluate under a variant: what is typed, what the declarations say about it, and the request that it makes.
import type { TaskDeclaration } from '../../../src-main/contract/declarations.ts';
import { formatParameter, ParameterError, parseParameter, type ParameterValues } from '../../../src-main/contract/parameters.ts';
import type { RequestOf } from '../../../src-main/contract/requests.ts';
import { trialParameters } from '../../../src-main/contract/trials.ts';
import { readTaskOptions, toRequest } from './new-run-form.ts';

export interface VariantForm {
  run: string;
  task: TaskDeclaration;
  /** The run's own options of its task: what stands where nothing is typed. */
  trained: ParameterValues;
  /** null is the run's newest policy. */
  step: number | null;
  /** Only what a person changed, as typed: options of the task, and `episodes` and `seed`. */
  taskTyped: Readonly<Record<string, string>>;
  typed: Readonly<Record<string, string>>;
}

export interface CheckedVariant {
  /** By field, as the workstation names them: `seed`, `taskOptions.gravity-scale`. */
  errors: Record<string, string>;
  /** null while there are errors. */
  request: RequestOf<'trials.start'> | null;
  /** What differs from the run's own task: "gravity-scale 0.5, action-delay 1". */
  words: string;
}

export function checkVariant({ run, task, trained, step, taskTyped, typed }: VariantForm): CheckedVariant {
  const errors: Record<string, string> = {};
  const read = (name: keyof typeof trialParameters): number => {
    const declaration = trialParameters[name];
    try {
      return Number(parseParameter(declaration, typed[name] ?? declaration.default));
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error;
      errors[name] = error.message;
      return NaN;
    }
  };
  const [episodes, seed] = [read('episodes'), read('seed')];
  const variant = readTaskOptions({ task, taskTyped }, errors, trained);
  const words = Object.entries(variant)
    .map(([name, value]) => `${name} ${formatParameter(value)}`)
    .join(', ');
  return {
    errors,
    request: Object.keys(errors).length === 0 ? { run, step, taskOptions: toRequest(variant), episodes, seed } : null,
    words: words === '' ? 'the task as trained' : words,
  };
}
