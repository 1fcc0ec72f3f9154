// Evaluations that a person asks for.
import type { Trials } from '../trials.ts';
import type { HandlersOf } from './handlers.ts';

export function createTrialHandlers(trials: Trials): HandlersOf<'trials'> {
  return {
    'trials.start': (wishes) => trials.start(wishes),
    'trials.get': ({ trial }) => trials.progress(trial),
    'trials.cancel'({ trial }) {
      trials.cancel(trial);
      return {};
    },
  };
}
