// The prior that a run's hyper-parameters name.
import type { ParameterValues } from '../../../contract/parameters.ts';
import type { Problem, Supplies } from '../../agent.ts';
import { adamForms } from '../adam-forms.ts';
import type { SquashedGaussianPolicy } from '../squashed-gaussian.ts';
import { choiceOf, integersOf, numberOf } from '../values.ts';
import { behaviourPrior } from './behaviour.ts';
import { constantPrior } from './constant.ts';
import { learnedPrior } from './learned.ts';
import { previousPolicyPrior } from './previous.ts';
import { priorKinds } from './kinds.ts';
import type { Prior } from './prior.ts';
import { uniformPrior } from './uniform.ts';

/** @throws Error where a behaviour prior is named and none was fitted */
export function createPrior(
  values: ParameterValues,
  { observationSize, actionSize }: Problem,
  policy: SquashedGaussianPolicy,
  supplies: Supplies,
): Prior {
  switch (choiceOf(values, 'prior', priorKinds)) {
    case 'uniform':
      return uniformPrior(actionSize);
    case 'constant':
      return constantPrior(actionSize);
    case 'previous':
      return previousPolicyPrior(policy, actionSize, numberOf(values, 'prior-refresh'));
    case 'learned':
      return learnedPrior(
        { observation: observationSize, hidden: integersOf(values, 'hidden'), action: actionSize },
        numberOf(values, 'prior-copy-every'),
        choiceOf(values, 'adam-epsilon-form', adamForms),
      );
    case 'behaviour':
      if (supplies.behaviourPrior === undefined) throw new Error('the behaviour prior of this run has not been fitted');
      return behaviourPrior(
        { observation: observationSize, action: actionSize },
        numberOf(values, 'prior-smallest-scale'),
        supplies.behaviourPrior,
      );
  }
}
