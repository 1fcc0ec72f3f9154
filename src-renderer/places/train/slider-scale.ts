// Where a value stands on its slider, and which round value a place on the slider means.
import { largestFor } from '../../../src-main/contract/agent-values.ts';
import type { ParameterDeclaration } from '../../../src-main/contract/parameters.ts';

/** Places of a slider run from 0 to this, one for each press of an arrow key. */
export const sliderPlaces = 200;

export interface SliderScale {
  low: number;
  high: number;
  isLog: boolean;
}

/** Widths of a slider around a default: beyond it a logarithmic one would move by a factor at each pixel. */
const decadesBelow = 4;
const decadesAbove = 2;
/** Nats for each action dimension that a target's slider spans. */
const natsPerAction = 5;

/**
 * The part of the allowed range that a slider spans; the number field beside it takes all of it.
 * @param value the value in force, which is always on the slider
 * @param reach for counts of steps: the run's total
 */
export function sliderScale(declaration: ParameterDeclaration, value: number, actions: number, reach: number): SliderScale {
  const { name, min = 0, max = 1, scale, unit, maxPerAction } = declaration;
  const isLog = scale === 'log';
  let [low, high] = [min, max];
  if (isLog) {
    const given = Array.isArray(declaration.default) ? declaration.default[0] : declaration.default;
    const middle = typeof given === 'number' && given > 0 ? given : value > 0 ? value : 1e-3;
    low = Math.max(min, middle * 10 ** -decadesBelow);
    high = Math.min(max, middle * 10 ** decadesAbove);
  } else if (maxPerAction !== undefined) {
    high = Math.min(max, largestFor(maxPerAction.value, actions));
    low = Math.max(min, -natsPerAction * actions);
  } else if (unit === 'environment steps') high = Math.min(max, Math.max(reach, 1));
  else if (name === 'kl-target') high = Math.min(max, natsPerAction * actions);
  if (Number.isFinite(value) && (!isLog || value > 0)) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { low, high, isLog };
}

/** The place of a value, 0 to `sliderPlaces`; values beyond the ends stand at them. */
export function placeOf({ low, high, isLog }: SliderScale, value: number): number {
  const share = isLog ? Math.log(Math.max(value, low) / low) / Math.log(high / low) : (value - low) / (high - low);
  return Number.isFinite(share) ? Math.min(1, Math.max(0, share)) * sliderPlaces : 0;
}

/** The value at a place: about two significant digits on a logarithmic slider, round steps on a linear one; the ends are exact. */
export function valueAt({ low, high, isLog }: SliderScale, place: number, isWhole = false): number {
  if (place <= 0) return low;
  if (place >= sliderPlaces) return high;
  const share = place / sliderPlaces;
  const exact = isLog ? low * (high / low) ** share : low + (high - low) * share;
  const rounded = isLog ? toTwoDigits(exact) : toRoundStep(exact, (high - low) / sliderPlaces);
  return Math.min(high, Math.max(low, isWhole ? Math.round(rounded) : rounded));
}

/** Two significant digits, and half a unit of the second below 2, where a whole one would swallow a press of a key. */
function toTwoDigits(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const mantissa = value / power;
  return mantissa < 2 ? Number(((Math.round(mantissa * 20) / 20) * power).toPrecision(3)) : Number(value.toPrecision(2));
}

/** To a multiple of the power of ten at or below the step, so that no press of a key is without effect. */
function toRoundStep(value: number, step: number): number {
  const digits = -Math.floor(Math.log10(step));
  return digits >= 0 ? Number(value.toFixed(digits)) : Math.round(value / 10 ** -digits) * 10 ** -digits;
}
