// What a change of live hyper-parameters will do, in a sentence or two, for whoever is about to ask for it: the window
// beside the knob and the command line say the same. The words for each knob are in effects/.
import type { AgentParameters, TaskActions } from './agent-values.ts';
import type { Effect, Words } from './effects/change.ts';
import { learningWords, otherwise } from './effects/learning.ts';
import { formatValue, label } from './effects/numbers.ts';
import { priorKindWords, priorWords } from './effects/prior.ts';
import { residualWords } from './effects/residual.ts';
import { temperatureRuleWords, temperatureWords } from './effects/temperature.ts';
import type { ParameterValues } from './parameters.ts';

export { equivalentSigma } from './squashed-entropy.ts';

/** Changes of kind first, since they speak for what is changed with them. */
const words: Readonly<Record<string, Words>> = {
  ...temperatureRuleWords,
  ...priorKindWords,
  ...temperatureWords,
  ...priorWords,
  ...residualWords,
  ...learningWords,
};

/**
 * @param before the values in force
 * @param changes as `checkEdit` gives them
 * @param measured the newest values of metrics, by name; what is not known is left out of the sentence
 * @returns sentences that begin with the change: "entropy target −6 → −3 nats: σ about 0.09 → 0.15, the policy widens, temperature likely rises."
 */
export function describeEffect(
  agent: AgentParameters,
  task: TaskActions,
  before: ParameterValues,
  changes: ParameterValues,
  measured: Readonly<Record<string, number>> = {},
): string {
  const effect: Effect = { agent, actions: task.action.length, before, after: { ...before, ...changes }, changes, measured };
  const left = new Set(Object.keys(changes));
  const sentences: string[] = [];
  for (const name of [...Object.keys(words), ...left]) {
    if (!left.has(name)) continue;
    const { says, includes = [] } = words[name] ?? otherwise;
    const together = [name, ...includes.filter((each) => each !== name && left.has(each))];
    for (const each of together) left.delete(each);
    sentences.push(`${together.map((each) => describeChange(effect, each)).join(', ')}: ${says({ ...effect, name })}.`);
  }
  return sentences.join(' ');
}

/** "entropy target −6 → −3 nats". */
function describeChange({ agent, before, after }: Effect, name: string): string {
  const unit = agent.parameters.find((one) => one.name === name)?.unit ?? '';
  return `${label(name)} ${formatValue(before[name])} → ${formatValue(after[name])}${unit === '' || unit === '1' ? '' : ` ${unit}`}`;
}
