// A run's recorded data: curves, rollouts and policies.
import type { HandlerContext, HandlersOf } from './handlers.ts';

export function createDataHandlers({ store }: HandlerContext): HandlersOf<'metrics' | 'rollouts' | 'snapshots'> {
  return {
    'metrics.query': ({ run, ...query }) => store.metrics.query(run, query),
    'rollouts.get': ({ rollout }) => store.rollouts.get(rollout),
    'snapshots.get': ({ run, at }) => (at === 'live' ? store.snapshots.getLive(run) : store.snapshots.getEvaluation(run, at)),
  };
}
