// A change of one live hyper-parameter among others, as the words for it see it. Directions hold for the objective
// max E[Q − temperature·(log π − log p)].
import type { AgentParameters } from '../agent-values.ts';
import type { ParameterValues } from '../parameters.ts';

export interface Effect {
  agent: AgentParameters;
  /** Action dimensions. */
  actions: number;
  before: ParameterValues;
  after: ParameterValues;
  changes: ParameterValues;
  /** Newest values of metrics, by name. */
  measured: Readonly<Record<string, number>>;
}

/** One of the changed hyper-parameters. */
export interface Change extends Effect {
  name: string;
}

export interface Words {
  says(change: Change): string;
  /** Other hyper-parameters that it speaks for where they change together. */
  includes?: readonly string[];
}

export const numberIn = (values: ParameterValues, name: string): number => {
  const value = values[name];
  return typeof value === 'number' ? value : NaN;
};
export const formerly = ({ before, name }: Change): number => numberIn(before, name);
export const newly = ({ after, name }: Change): number => numberIn(after, name);
export const ratioOf = (change: Change): number => newly(change) / formerly(change);
export const isRaised = (change: Change): boolean => newly(change) > formerly(change);

const isUniform = ({ after }: Effect): boolean => (after['prior'] ?? 'uniform') === 'uniform';
/** What the temperature weighs. */
export const weighed = (effect: Effect): string => (isUniform(effect) ? 'entropy' : 'closeness to the prior');
/** What a larger temperature does to the policy, and a smaller one. */
export const heavier = (effect: Effect): string => (isUniform(effect) ? 'the policy widens' : 'the policy is drawn to the prior');
export const lighter = (effect: Effect): string => (isUniform(effect) ? 'the policy narrows' : 'the policy moves away from the prior');
