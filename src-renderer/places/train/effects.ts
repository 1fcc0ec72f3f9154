// What drafted changes will do, each sentence under the knob that it belongs to.
import type { AgentParameters, TaskActions } from '../../../src-main/contract/agent-values.ts';
import { describeEffect } from '../../../src-main/contract/edit-effects.ts';
import type { ParameterValues } from '../../../src-main/contract/parameters.ts';

/** Knobs that one sentence speaks for; the last of them that is changed carries it. */
const together: readonly (readonly string[])[] = [
  ['prior-mean', 'prior-scale'],
  ['temperature', 'temperature-end', 'schedule-from', 'schedule-to'],
];
const kinds = ['temperature-rule', 'prior'];

/**
 * @param before the values in force
 * @param changes as checkEdit gives them
 * @param measured newest values of metrics, by name
 * @returns sentences by hyper-parameter. Under a changed kind stands what is changed with it.
 */
export function effectSentences(
  agent: AgentParameters,
  task: TaskActions,
  before: ParameterValues,
  changes: ParameterValues,
  measured: Readonly<Record<string, number>>,
): Record<string, string> {
  const groupOf = (name: string): string => agent.parameters.find((one) => one.name === name)?.group ?? '';
  const left = new Set(Object.keys(changes));
  const sentences: Record<string, string> = {};
  const speak = (names: readonly string[], under: string): void => {
    const spoken = names.filter((name) => left.delete(name));
    const others = Object.entries(changes).filter(([name]) => !spoken.includes(name));
    const own = Object.fromEntries(spoken.map((name) => [name, changes[name] as ParameterValues[string]]));
    if (spoken.length > 0) sentences[under] = describeEffect(agent, task, { ...before, ...Object.fromEntries(others) }, own, measured);
  };
  const kind = kinds.find((name) => left.has(name));
  if (kind !== undefined)
    speak(
      [...left].filter((name) => ['temperature', 'prior'].includes(groupOf(name))),
      kind,
    );
  for (const names of together) speak(names, names.findLast((name) => left.has(name)) ?? '');
  for (const name of [...left]) speak([name], name);
  return sentences;
}
