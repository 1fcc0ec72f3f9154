// Values of command-line options, checked where they are read. Hyper-parameters are checked by the
// workstation against their declarations; here only what belongs to the command line itself.
import { UsageError } from './failure.ts';

/** A whole number in plain notation; 20_000 and 2e4 are accepted as people write them. */
export function parseWholeNumber(option: string, text: string, min: number, max: number): number {
  const plain = text.trim().replaceAll('_', '');
  const value = /^\d+(e\d+)?$/i.test(plain) ? Number(plain) : NaN;
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw new UsageError(
      `${option} must be a whole number from ${min.toLocaleString('en-US')} to ${max.toLocaleString('en-US')}; "${text.slice(0, 60)}" was given`,
    );
  }
  return value;
}

/** Options that take assignments. */
const assigning = new Set(['--set', '--set-task', '--variant']);

/**
 * `--set a=1 b=2` as `--set a=1 --set b=2`, for every option that takes assignments. What is no assignment ends the list,
 * so that a run may be named after it.
 */
export function spreadAssignments(given: readonly string[]): string[] {
  const spread: string[] = [];
  let active: string | null = null;
  const literal = given.indexOf('--');
  for (const [k, argument] of given.entries()) {
    const isLiteral = literal >= 0 && k >= literal;
    if (active !== null && !isLiteral && /^[^-=][^=]*=/.test(argument)) {
      if (spread.at(-1) !== active) spread.push(active);
      spread.push(argument);
      continue;
    }
    active = !isLiteral && assigning.has(argument) ? argument : null;
    spread.push(argument);
  }
  return spread;
}

/** Collects `name=value`s. @param option what they are given to, with an example of one */
export function parseAssignments(
  assignments: readonly string[],
  { option, example }: { option: string; example: string } = { option: '--set', example: 'batch-size=128' },
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const assignment of assignments) {
    const equals = assignment.indexOf('=');
    const name = assignment.slice(0, Math.max(equals, 0)).trim();
    const value = assignment.slice(equals + 1).trim();
    if (equals < 0 || name === '' || value === '') {
      throw new UsageError(`${option} takes name=value, such as ${option} ${example}; "${assignment.slice(0, 60)}" was given`);
    }
    // What is no name at all. Whoever knows the names says what another program's, such as batch_size, is here.
    if (!/^[a-z][\w.-]*$/i.test(name)) {
      throw new UsageError(
        `${option} names are written in lower case with hyphens, such as ${example.replace(/=.*/, '')}; "${name.slice(0, 60)}" was given`,
      );
    }
    if (Object.hasOwn(values, name)) throw new UsageError(`${option} ${name} is given twice; give it once`);
    values[name] = value;
  }
  return values;
}

/** @throws UsageError where both --steps and --set steps=… are given */
export function refuseStepsTwice(steps: number | null, hyperparameters: Readonly<Record<string, string>>): void {
  if (steps !== null && hyperparameters['steps'] !== undefined)
    throw new UsageError('the steps are given twice, by --steps and by --set steps=…; give them once');
}
