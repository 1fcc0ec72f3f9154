// Says in words where numbers left the finite ones: in a program (which tensor, and whether the data or the arithmetic was
// at fault) or in the task.
import type { NonFiniteError, NonFiniteTensor } from '../engine/non-finite.ts';
import type { Transition } from '../replay/replay-buffer.ts';
import type { StepResult, Task } from '../tasks/task.ts';
import { NumericalFailure } from './training-error.ts';

/** Tensors that are named one by one; of more, how many there are. */
const named = 3;

/** @param step the environment step whose learning, or whose action, it was to be */
export function programFailure(error: NonFiniteError, step: number, consequence: string): NumericalFailure {
  const [first, ...rest] = error.computed;
  // A device may notice what it computed on the way to a finite result.
  const what =
    first === undefined
      ? `a number on the way through the ${error.program}`
      : `${first.name} of the ${first.role === 'next state' ? 'state after the ' : ''}${error.program}`;
  const happened = `${what} became ${first?.value ?? 'NaN or infinite'} at environment step ${count(step)}${withIt(rest)}: ${consequence}.`;
  return new NumericalFailure(`${happened} ${whyOf(error)}`, { what, step, evidence: { program: error, refused: null } }, { cause: error });
}

/**
 * The first number of a step's result that single precision, in which everything is learned, cannot hold.
 * @param transition what would have been stored
 * @returns null where all of it is finite
 */
export function taskFailure(
  { declaration }: Pick<Task, 'declaration'>,
  { terms }: Pick<StepResult, 'terms'>,
  transition: Transition,
  step: number,
): NumericalFailure | null {
  const { reward, nextObservation } = transition;
  if (areHeld(reward, nextObservation)) return null;
  const found = [
    ...(isHeld(reward) ? [] : [{ what: 'the reward', value: reward }]),
    ...declaration.observation.flatMap(({ name }, i) =>
      isHeld(nextObservation[i] ?? NaN) ? [] : [{ what: `the observation "${name}"`, value: nextObservation[i] ?? NaN }],
    ),
  ];
  const [first = { what: 'the step', value: NaN }] = found;
  const others = found.slice(1).map(({ what }) => what);
  const besides =
    others.length === 0
      ? ''
      : `, and with it ${others.length > named ? `${count(others.length)} other numbers of its result` : others.join(', ')}`;
  const faulty = declaration.rewardTerms.filter((_, i) => !Number.isFinite(terms[i] ?? 0)).map(({ name }) => `"${name}"`);
  const range = Number.isFinite(first.value) ? `, beyond single precision (${largestSingle})` : '';
  const message =
    `${first.what} became ${first.value} at environment step ${count(step)}${range}${besides}: the transition was not stored. ` +
    `The action was finite, so that the task ${declaration.id} or its simulation is at fault${faulty.length === 0 ? '' : `; of the reward, the term ${faulty.join(', ')}`}.`;
  const refused = {
    ...transition,
    nextObservation: Float64Array.from(nextObservation),
    observation: Float64Array.from(transition.observation),
    action: Float32Array.from(transition.action),
    ...(transition.goal === undefined ? {} : { goal: { ...transition.goal, achieved: Float64Array.from(transition.goal.achieved) } }),
  };
  return new NumericalFailure(message, { what: first.what, step, evidence: { program: null, refused } });
}

const largestSingle = '3.4e38';
const isHeld = (value: number): boolean => Number.isFinite(Math.fround(value));

/** Of every step, so that nothing is allocated here. */
function areHeld(reward: number, observation: ArrayLike<number>): boolean {
  if (!isHeld(reward)) return false;
  for (let i = 0; i < observation.length; i += 1) if (!isHeld(observation[i] as number)) return false;
  return true;
}

function withIt(rest: readonly NonFiniteTensor[]): string {
  const diagnostics = rest.filter(({ role }) => role === 'diagnostic').map(({ name }) => name);
  const state = rest.filter(({ role }) => role === 'next state');
  const [first] = state;
  const changed =
    first === undefined
      ? []
      : state.length === 1
        ? [`${first.name} of the state`]
        : [`${count(state.length)} tensors of the state, ${first.name} first`];
  const all = [...diagnostics, ...changed];
  return all.length === 0 ? '' : `, and with it ${all.join(', ')}`;
}

function whyOf({ given, largest }: NonFiniteError): string {
  if (given.length > 0) {
    const told = given
      .slice(0, named)
      .map((tensor) => `${givenName(tensor)} holds ${tensor.value}${placeOf(tensor)}`)
      .join('; ');
    const more = given.length > named ? ` (and ${count(given.length - named)} more)` : '';
    return `It was given numbers that were not finite already, so that the arithmetic is not at fault: ${told}${more}.`;
  }
  const most =
    largest === null ? '' : `; the largest number besides the state is ${Number(largest.value.toPrecision(4))}, ${givenName(largest)}`;
  return `All that it was given is finite${most}. So the arithmetic left the range of single precision (${largestSingle}).`;
}

function givenName({ role, name }: Pick<NonFiniteTensor, 'role' | 'name'>): string {
  switch (role) {
    case 'batch':
      return `the batch's ${name}`;
    case 'noise':
      return `the noise ${name}`;
    case 'control':
      return `the control ${name}`;
    default:
      return `the state's ${name}`;
  }
}

/** " in row 17", " in 3 of 256 numbers, the first in row 17". */
function placeOf({ role, shape, first, count: many, size }: NonFiniteTensor): string {
  if (size === 1) return '';
  const rows = shape[0] ?? size;
  const place = role === 'batch' || role === 'noise' ? `row ${count(Math.floor(first / (size / rows)))}` : `place ${count(first)}`;
  return many === 1 ? ` in ${place}` : ` in ${count(many)} of ${count(size)} numbers, first in ${place}`;
}

const count = (value: number): string => value.toLocaleString('en-US');
