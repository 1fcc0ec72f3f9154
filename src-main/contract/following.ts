// Defaults that are another value of the same run: a schedule that ends where the run ends ends with the run's own steps, not
// with those that its task has by default.
import { formatParameter, type ParameterDeclaration, type ParameterValues } from './parameters.ts';

type Declarations = readonly Pick<ParameterDeclaration, 'name' | 'follows'>[];

/**
 * Values with others in place of some: what follows one of them moves along, unless it was given itself or stood apart before.
 * @param base complete values, such as a task's defaults or a parent run's
 * @param given in place of the base's
 */
export function withFollowing(declarations: Declarations, base: ParameterValues, given: ParameterValues): ParameterValues {
  const values = { ...base, ...given };
  for (const { name, follows } of declarations) {
    if (follows === undefined || Object.hasOwn(given, name)) continue;
    const [followed, former] = [values[follows], base[follows]];
    if (followed === undefined || former === undefined || base[name] === undefined) continue;
    if (formatParameter(base[name]) === formatParameter(former)) values[name] = followed;
  }
  return values;
}
