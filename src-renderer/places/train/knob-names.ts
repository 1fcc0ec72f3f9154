// What knobs are called beside each other in the Live controls; elsewhere a hyper-parameter goes by its own name.
import { formatParameter, type ParameterValue } from '../../../src-main/contract/parameters.ts';
import { formatInteger } from '../../format.ts';

const titles: Readonly<Record<string, string>> = {
  'temperature-rule': 'Temperature rule',
  temperature: 'Value',
  'temperature-end': 'End value',
  'schedule-from': 'From step',
  'schedule-to': 'To step',
  'temperature-min': 'Clip from below',
  'temperature-max': 'Clip from above',
  'residual-scale': 'c',
  'residual-rule': 'What c multiplies',
  'residual-rate': 'Share of a new estimate',
  'residual-networks': 'Networks of the next value',
  'entropy-target': 'Entropy target',
  'kl-target': 'KL target',
  'kl-budget': 'KL budget',
  prior: 'Prior',
  'prior-mean': 'Mean',
  'prior-scale': 'Scale',
  'prior-refresh': 'Copied every',
  'prior-uniform-share': 'Uniform share',
  'prior-learning-rate': 'Learning rate',
  'prior-mean-bound': 'Bound of the mean',
  'prior-scale-bound': 'Bound of the scale',
  'prior-copy-every': 'Copied every',
  'prior-run': 'Stored run',
  'prior-smallest-scale': 'Smallest scale',
  'actor-learning-rate': 'Actor',
  'critic-learning-rate': 'Critic',
  'temperature-learning-rate': 'Temperature',
  'policy-regularisation': 'Policy regularisation',
  'actor-paused': 'Actor',
};

/** "Entropy target"; "exploration-noise" becomes "Exploration noise". */
export function knobTitle(name: string): string {
  const plain = name.replaceAll('-', ' ');
  return titles[name] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** How kinds of prior are chosen by; the others go by their own name. */
export const priorTitles: Readonly<Record<string, string>> = {
  constant: 'constant tanh-Gaussian',
  previous: 'previous policy',
  behaviour: 'behaviour of a run',
};

/** A unit after a number: " nats"; nothing for plain numbers. */
export function unitText(unit: string): string {
  return unit === '' || unit === '1' ? '' : ` ${unit}`;
}

/** A value in a cell: "−6", "42,310", "on", "0.3", "by joint". */
export function valueText(value: ParameterValue | undefined): string {
  if (value === undefined || value === '') return '—';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return value.every((one) => one === value[0]) ? valueText(value[0]) : 'by joint';
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) >= 1000) return formatInteger(value);
  return typeof value === 'number' ? formatParameter(value).replace('-', '−').replace('e−', 'e-') : String(value);
}

/** A reason of the contract as a sentence beside the controls, which are chosen by hand and not by `name=value`. */
export function reasonText(reason: string): string {
  const spoken = reason.replaceAll(/\btemperature-rule=([\w-]+)/g, '“$1” above').replaceAll(/\bprior=([\w-]+)/g, 'the $1 prior');
  return `${spoken.charAt(0).toUpperCase()}${spoken.slice(1)}${/[.!?]$/.test(spoken) ? '' : '.'}`;
}
