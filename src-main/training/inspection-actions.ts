// The actions that the policy now takes on a batch of stored states, counted.
import type { ActionHistogram } from '../contract/runs.ts';
import type { NamedArrays } from '../engine/program.ts';

export type ActionCounts = Pick<ActionHistogram, 'bins' | 'counts' | 'moments'>;

const bins = 32;

/**
 * Counts of `action` [n, a] and moments of `mean` and `log-sigma` [n, a]. A deterministic policy has no `log-sigma`, and
 * NaN in its place. An action that is not finite is in no bin.
 */
export function countActions({ action, mean, 'log-sigma': logSigma }: NamedArrays, actionSize: number): ActionCounts {
  const counts = new Int32Array(actionSize * bins);
  const moments = new Float64Array(4 * actionSize);
  if (action === undefined || mean === undefined) throw new RangeError('an inspection returns no actions');
  const rows = action.length / actionSize;
  for (let i = 0; i < action.length; i += 1) {
    const dimension = i % actionSize;
    const bin = Math.floor((((action[i] as number) + 1) / 2) * bins);
    // 1 itself is in the last bin.
    if (Number.isFinite(bin)) (counts[dimension * bins + Math.min(bins - 1, Math.max(0, bin))] as number) += 1;
    const [mu, log] = [mean[i] as number, logSigma?.[i] ?? NaN];
    for (const [k, moment] of [mu, mu * mu, Math.exp(2 * log), log].entries()) (moments[4 * dimension + k] as number) += moment / rows;
  }
  return { bins, counts, moments };
}
