// Which live hyper-parameters stand in which part of the Live controls, and what is said above them.
import { whyNotLive } from '../../../src-main/contract/agent-values.ts';
import type { ParameterDeclaration, ParameterValues } from '../../../src-main/contract/parameters.ts';
import { formatInteger } from '../../format.ts';
import { valueText } from './knob-names.ts';

export interface SectionNames {
  /** Knobs of the temperature's rule, and what is folded away below them. */
  temperature: string[];
  temperatureMore: string[];
  /** What a learned temperature is steered by. */
  target: 'entropy-target' | 'kl-target' | 'kl-budget';
  prior: string[];
  rates: string[];
  more: string[];
}

/** Seldom turned while a run goes on. */
const folded = new Set(['temperature-min', 'temperature-max', 'residual-rule', 'residual-rate', 'residual-networks']);
const targets = new Set(['entropy-target', 'kl-target', 'kl-budget']);
/** With controls of their own. */
const apart = new Set(['temperature-rule', 'prior', 'prior-mean', 'prior-scale', 'actor-paused']);

/** @param values those in force with the drafts: a drafted kind shows what belongs to it */
export function sectionNames(parameters: readonly ParameterDeclaration[], values: ParameterValues): SectionNames {
  const names = (group: ParameterDeclaration['group'], isIn: (name: string) => boolean): string[] =>
    parameters
      .filter(
        (one) =>
          one.group === group && !targets.has(one.name) && !apart.has(one.name) && isIn(one.name) && whyNotLive(one, values) === null,
      )
      .map(({ name }) => name);
  const isRate = (name: string): boolean => name.endsWith('learning-rate');
  return {
    temperature: names('temperature', (name) => !folded.has(name)),
    temperatureMore: names('temperature', (name) => folded.has(name)),
    target: targetOf(values),
    prior: names('prior', () => true),
    rates: names('optimisation', isRate),
    more: [...names('optimisation', (name) => !isRate(name)), ...names('exploration', () => true)],
  };
}

/** What a learned temperature is steered by under this prior. */
export function targetOf({ prior }: ParameterValues): SectionNames['target'] {
  if (prior === 'constant' || prior === 'behaviour') return 'kl-target';
  return prior === 'previous' || prior === 'learned' ? 'kl-budget' : 'entropy-target';
}

const measures: Readonly<Record<string, string>> = {
  squared: 'mean δ²',
  rms: '√mean δ²',
  absolute: 'mean |δ|',
  'scale-free': 'mean δ² over the spread of Q',
};

/** "c·mean δ²", as the residual's rule has it. */
export function residualFormula(values: ParameterValues): string {
  return `c·${measures[String(values['residual-rule'])] ?? 'mean δ²'}`;
}

/** What sets the temperature, in one line. @param samples newest `residual-samples`; 0 before the first estimate */
export function ruleSentence(values: ParameterValues, samples: number | undefined): string {
  switch (values['temperature-rule']) {
    case 'residual': {
      const [count, every] = [formatInteger(Number(values['residual-samples'])), Number(values['residual-every'])];
      if (samples === 0)
        return `ε = c: ${measures[String(values['residual-rule'])] ?? 'mean δ²'} counts as 1 until the buffer holds ${count} transitions`;
      return `${residualFormula(values)} over ${count} samples, every ${every === 1 ? 'update' : `${formatInteger(every)} updates`}`;
    }
    case 'learned':
      return targetOf(values) === 'entropy-target'
        ? 'learned, so that the entropy keeps to its target'
        : 'learned, so that the KL from the prior keeps to its target';
    case 'schedule':
      return `from ${valueText(values['temperature'])} to ${valueText(values['temperature-end'])} by equal factors`;
    default:
      return 'held at the value given';
  }
}
