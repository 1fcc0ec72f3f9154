// How a command ends: 0 when it did what was asked, 1 when that failed, 2 when it was asked wrongly.
import { CommanderError } from 'commander';
import { WorkstationError } from '../../contract/requests.ts';
import { StoreError } from '../../store/errors.ts';

export const exitCodes = { done: 0, failed: 1, usage: 2 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The command line itself is wrong: an unknown name, a value out of range, options that exclude each other. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** What was asked is clear and could not be done. */
export class CommandError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CommandError';
  }
}

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError) return exitCodes.usage;
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (error instanceof WorkstationError && (error.code === 'invalid-request' || error.code === 'not-found')) return exitCodes.usage;
  if (error instanceof StoreError && (error.code === 'invalid' || error.code === 'not-found' || error.code === 'ambiguous'))
    return exitCodes.usage;
  return exitCodes.failed;
}

/** The words for a person. An error that nobody foresaw keeps its stack, since it is worth a report. */
export function describeError(error: unknown): string {
  if (error instanceof UsageError || error instanceof CommandError || error instanceof WorkstationError || error instanceof StoreError)
    return error.message;
  if (error instanceof CommanderError) return error.message.replace(/^error: /, '');
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
