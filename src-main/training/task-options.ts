// Options of a task as one process hands them to another: a JSON object on the command line.
import { z } from 'zod';
import type { ParameterValues } from '../contract/parameters.ts';

const schema = z.record(z.string(), z.union([z.number(), z.boolean(), z.string()]));

/** Nothing where none are given. @throws Error where the text is no JSON object of numbers, flags and texts */
export function readTaskOptions(text: string | undefined): ParameterValues {
  if (text === undefined) return {};
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`--task-options must be a JSON object of numbers, true and false; "${text.slice(0, 60)}" was given`, { cause: error });
  }
}
