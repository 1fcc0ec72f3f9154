// Reads a task file's text: JSON, then the schema; every problem with its line and path.
import { closest } from 'fastest-levenshtein';
import type { core } from 'zod';
import type { TaskProblem } from '../../contract/models.ts';
import { findLines, lineOf, lineOfSyntaxError } from './json-places.ts';
import { describeKind, taskFileSchema, type TaskFile } from './task-file.ts';

/** Characters of a task file. */
const longest = 1_000_000;

export type ParsedTaskFile = { task: TaskFile; problems: [] } | { task: null; problems: TaskProblem[] };

/** Never throws: what is wrong comes back as problems, at most 20 of them. */
export function parseTaskFile(text: string): ParsedTaskFile {
  if (text.length > longest)
    return refused({ path: '', line: null, message: `the task file has ${text.length} characters; ${longest} are allowed` });
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return refused({ path: '', line: lineOfSyntaxError(text), message: `it is not JSON: ${message.slice(0, 200)}` });
  }
  const parsed = taskFileSchema.safeParse(given, { error: (issue) => describeIssue(issue) });
  if (parsed.success) return { task: parsed.data, problems: [] };
  const lines = findLines(text);
  return {
    task: null,
    problems: parsed.error.issues
      .slice(0, 20)
      .map(({ path, message }) => ({ path: path.map(String).join('.'), line: lineOf(lines, path), message })),
  };
}

const refused = (problem: TaskProblem): ParsedTaskFile => ({ task: null, problems: [problem] });

function describeIssue(issue: core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_union': {
      const field = 'discriminator' in issue ? issue['discriminator'] : undefined;
      if (typeof field !== 'string') return undefined;
      const given = typeof issue.input === 'object' && issue.input !== null ? (issue.input as Record<string, unknown>)[field] : undefined;
      return describeKind(field, given);
    }
    case 'unrecognized_keys': {
      const known = knownKeys(issue.inst);
      return issue.keys
        .slice(0, 3)
        .map(
          (key) =>
            `"${key.slice(0, 60)}" is not known here${known.length > 0 ? `; did you mean "${closest(key.slice(0, 100), known)}"?` : ''}`,
        )
        .join('; ');
    }
    case 'invalid_type':
      return issue.input === undefined
        ? 'is missing'
        : `must be ${issue.expected === 'int' ? 'a whole number' : `of the kind ${issue.expected}`}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'too_small':
      return `must be ${issue.inclusive === false ? 'above' : 'at least'} ${String(issue.minimum)}${issue.origin === 'array' ? ' entries long' : ''}`;
    case 'too_big':
      return `must be at most ${String(issue.maximum)}${issue.origin === 'array' ? ' entries long' : ''}`;
    default:
      return undefined;
  }
}

function knownKeys(schema: unknown): string[] {
  const shape = (schema as { _zod?: { def?: { shape?: Record<string, unknown> } } } | undefined)?._zod?.def?.shape;
  return shape === undefined ? [] : Object.keys(shape);
}
