// A file that a person asked for: whole or absent, and never over another one unasked.
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CommandError, UsageError } from './failure.ts';

/**
 * Told before any work is done for the file.
 * @param option what the path was given to
 * @throws UsageError where there is a file already and `force` is false, a folder of that name, or no folder to write into
 */
export function checkTarget(option: string, given: string, force: boolean): string {
  if (given.trim() === '') throw new UsageError(`${option} needs a file; an empty name was given`);
  const target = path.resolve(given);
  const folder = path.dirname(target);
  try {
    const found = statSync(target, { throwIfNoEntry: false });
    if (found?.isDirectory() || /[/\\]$/.test(given))
      throw new UsageError(`${option} ${given} is a folder; name a file in it, such as ${path.join(given, 'policy.onnx')}`);
    if (found && !force)
      throw new UsageError(`${option} ${given} exists already and was kept; choose another name, or replace it with --force`);
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
      throw new UsageError(`${option} ${given}: there is no folder ${folder}; create it, or choose another`);
  } catch (error) {
    throw error instanceof UsageError ? error : unwritable(target, error);
  }
  return target;
}

/** Writes aside, waits until the disk has it, then renames into place. @throws CommandError that says what the system refused */
export function writeWholeFile(target: string, bytes: Uint8Array): void {
  const aside = `${target}.${process.pid}.part`;
  try {
    const file = openSync(aside, 'wx');
    try {
      writeFileSync(file, bytes);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(aside, target);
  } catch (error) {
    removeIfThere(aside);
    throw unwritable(target, error);
  }
}

function removeIfThere(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // What kept it from being written keeps it from being removed; the caller tells the first reason.
  }
}

function unwritable(target: string, error: unknown): CommandError {
  return new CommandError(`${target} cannot be written: ${reasonOf(error)}. Nothing was changed; choose a place that can be written to`);
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'you are not allowed to write there';
    case 'EROFS':
      return 'the disk is read-only';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
