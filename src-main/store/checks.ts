// Checks of what callers hand in. Each throws StoreError invalid, naming the field, what was given and what may be.
import { StoreError } from './errors.ts';

export function refuse(field: string, allowed: string, given: unknown): never {
  const shown =
    typeof given === 'string' ? JSON.stringify(given.length > 60 ? `${given.slice(0, 60)}…` : given) : String(given).slice(0, 60);
  throw new StoreError('invalid', `${field} must be ${allowed}; ${shown} was given`);
}

export function checkInteger(field: string, value: unknown, min = 0, max = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) {
    const bound = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max.toLocaleString('en-US')}`;
    refuse(field, `a whole number ${bound}`, value);
  }
  return value;
}

export function checkFinite(field: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) refuse(field, 'a finite number', value);
  return value;
}

/** A finite number of at least 0, or null. */
export function checkAmount(field: string, value: unknown): number | null {
  if (value === null) return null;
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) refuse(field, 'a finite number of at least 0, or null', value);
  return value;
}

/** One line without control characters: they would break tables and terminals. Spaces around it are cut off. */
export function checkLine(field: string, value: unknown, maxLength: number): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text.length < 1 || text.length > maxLength || /\p{Cc}/u.test(text) || !text.isWellFormed()) {
    refuse(field, `one line of 1 to ${maxLength} characters`, value);
  }
  return text;
}

export function checkText(field: string, value: unknown, maxLength: number): string {
  if (typeof value !== 'string' || value.length > maxLength || value.includes('\0') || !value.isWellFormed()) {
    refuse(field, `a text of at most ${maxLength.toLocaleString('en-US')} characters`, value);
  }
  return value;
}

export function checkChoice<T extends string>(field: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  return found ?? refuse(field, `one of ${choices.join(', ')}`, value);
}

/** A path below a folder, with forward slashes. */
export function checkRelativePath(field: string, value: unknown): string {
  const path = typeof value === 'string' ? value : '';
  const isInside = path !== '' && !/^[/\\]|^[a-z]:|\\|\0/i.test(path) && !path.split('/').some((part) => part === '..' || part === '');
  return isInside ? path : refuse(field, "relative, with forward slashes, and inside the run's folder", value);
}
