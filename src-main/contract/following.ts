// Values that come from others: defaults that are another value of the same run, as a schedule's end is the run's own last step
// and not its task's, and what an earlier version did where it stored nothing.
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

/**
 * A stored run's hyper-parameters, complete: one that Elbow did not have yet when the run was stored has the value that says
 * what the run did.
 */
export function completeStored(
  parameters: readonly ParameterDeclaration[],
  defaults: ParameterValues,
  stored: ParameterValues,
): ParameterValues {
  const values = withFollowing(parameters, defaults, stored);
  for (const { name, formerly } of parameters) {
    if (formerly === undefined || stored[name] !== undefined) continue;
    const { value, where } = formerly;
    if (where === undefined || where.is.includes(String(values[where.parameter]))) values[name] = value;
  }
  return values;
}
