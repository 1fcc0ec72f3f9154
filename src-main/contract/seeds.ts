// Seeds as a person types them, for the window's form, the CLI and the workstation alike.
import { ParameterError } from './parameters.ts';

/** Runs that one request may make. */
export const maxRunsAtOnce = 1000;

/**
 * Numbers and ranges (`1-3`), separated by commas.
 * @throws ParameterError (`seeds`) for anything else, a seed named twice, or more than 1000 of them
 */
export function parseSeeds(text: string): number[] {
  const refuse = (why: string): never => {
    throw new ParameterError(
      'seeds',
      `seeds are whole numbers from 0 to ${Number.MAX_SAFE_INTEGER}, written like 1 or 1-3 or 1,4,9; ${why}`,
    );
  };
  const toSeed = (digits: string): number => {
    const seed = Number(digits);
    return Number.isSafeInteger(seed) ? seed : refuse(`${digits.slice(0, 40)} is too large`);
  };
  const seeds: number[] = [];
  for (const part of text.split(',')) {
    // The en dash is what a window's hint shows and a person may paste.
    const match = /^\s*(\d+)(?:\s*[-–]\s*(\d+))?\s*$/.exec(part);
    if (!match?.[1]) return refuse(`"${text.slice(0, 60)}" was given`);
    const first = toSeed(match[1]);
    const last = match[2] === undefined ? first : toSeed(match[2]);
    if (last < first) return refuse(`the range ${part.trim()} runs backwards`);
    if (seeds.length + (last - first + 1) > maxRunsAtOnce) return refuse(`at most ${maxRunsAtOnce} can be given at once`);
    for (let seed = first; seed <= last; seed += 1) seeds.push(seed);
  }
  const twice = seeds.find((seed, k) => seeds.indexOf(seed) !== k);
  return twice === undefined ? seeds : refuse(`${twice} was given twice`);
}
