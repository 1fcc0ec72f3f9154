// What the Replay place reads off a recorded episode: columns by name, and what follows from them.
import type { EvaluationSummary } from '../../../src-main/contract/runs.ts';
import type { ColumnName, Rollout } from '../../../src-main/contract/series.ts';
import type { PoseSource } from '../../scene/messages.ts';

type Column = ArrayLike<number> & { readonly length: number };

/** One number a step. */
export type StepValues = Float64Array;

const none = new Float64Array(0);

/** A column's data, or an empty one where the recording has none. */
export function columnOf(rollout: Rollout, name: ColumnName): { width: number; data: Column } {
  const found = rollout.columns.find((column) => column.name === name);
  return found ?? { width: 0, data: none };
}

/** One dimension of a column: entry k is of step k. Not-a-number where the recording lacks it. */
export function dimensionOf(rollout: Rollout, name: ColumnName, dimension: number): StepValues {
  const { width, data } = columnOf(rollout, name);
  return Float64Array.from({ length: rollout.length }, (_, k) => (dimension < width ? (data[k * width + dimension] ?? NaN) : NaN));
}

/** Sum of the rewards up to and with each step. */
export function cumulativeReturn(rewards: StepValues): StepValues {
  let sum = 0;
  return rewards.map((reward) => (sum += reward));
}

/**
 * Entropy in nats of the policy at each step, of its Gaussian before squashing: Σᵢ ½ ln(2πe) + ln σᵢ. The squashed
 * policy's entropy has no closed form and is lower. Not-a-number where the policy was deterministic, σ = 0.
 */
export function gaussianEntropy(rollout: Rollout): StepValues {
  const { width, data } = columnOf(rollout, 'policy-sigma');
  return Float64Array.from({ length: rollout.length }, (_, k) => {
    if (width === 0) return NaN;
    let sum = (width / 2) * Math.log(2 * Math.PI * Math.E);
    for (let i = 0; i < width; i += 1) sum += Math.log(data[k * width + i] ?? NaN);
    return sum === -Infinity ? NaN : sum;
  });
}

/** tanh(μ − σ), tanh(μ + σ) of one action: where about two thirds of the sampled actions would lie. */
export function actionBand(rollout: Rollout, dimension: number): { low: StepValues; high: StepValues } {
  const mean = dimensionOf(rollout, 'policy-mean', dimension);
  const sigma = dimensionOf(rollout, 'policy-sigma', dimension);
  return { low: mean.map((m, k) => Math.tanh(m - (sigma[k] as number))), high: mean.map((m, k) => Math.tanh(m + (sigma[k] as number))) };
}

/** The columns that determine poses, for the scene worker. */
export function poseSource(rollout: Rollout): PoseSource {
  const part = (name: ColumnName): Float64Array => Float64Array.from(columnOf(rollout, name).data);
  return { rowCount: rollout.length + 1, qpos: part('qpos'), qvel: part('qvel'), mocap: part('mocap') };
}

/** An episode of an evaluation: recorded and kept, or only its return is known. */
export interface MatrixCell {
  episode: number;
  return: number;
  length: number;
  /** null where it was not recorded, or was thinned. */
  rollout: number | null;
  /** Was it recorded, and given up to keep within the run's budget? */
  isThinned: boolean;
  kind: EvaluationSummary['rollouts'][number]['kind'] | null;
}

export interface MatrixRow {
  step: number;
  attempt: number;
  meanReturn: number;
  cells: MatrixCell[];
}

/** One row an evaluation, the newest first; one cell an episode, in the order they were played. */
export function matrixRows(evaluations: readonly EvaluationSummary[]): MatrixRow[] {
  return evaluations
    .toSorted((a, b) => b.step - a.step || b.attempt - a.attempt)
    .map((evaluation) => ({
      step: evaluation.step,
      attempt: evaluation.attempt,
      meanReturn: evaluation.meanReturn,
      cells: Array.from(evaluation.returns, (value, episode) => {
        const recorded = evaluation.rollouts.find((one) => one.episode === episode);
        return {
          episode,
          return: value,
          length: evaluation.lengths[episode] ?? 0,
          rollout: recorded?.isKept === true ? recorded.id : null,
          isThinned: recorded?.isKept === false,
          kind: recorded?.kind ?? null,
        };
      }),
    }));
}

/** The episode to begin with: the best recorded one of the newest evaluation that recorded any. */
export function firstRollout(rows: readonly MatrixRow[]): number | null {
  for (const row of rows) {
    const best = row.cells.filter((cell) => cell.rollout !== null).toSorted((a, b) => b.return - a.return)[0];
    if (best) return best.rollout;
  }
  return null;
}

/** The recorded cell next to one in a direction, skipping unrecorded ones; null at the edge. */
export function neighbour(rows: readonly MatrixRow[], rollout: number, key: string): number | null {
  const row = rows.findIndex((one) => one.cells.some((cell) => cell.rollout === rollout));
  const at = rows[row];
  if (at === undefined) return null;
  const column = at.cells.findIndex((cell) => cell.rollout === rollout);
  const recorded = (cells: readonly MatrixCell[]): MatrixCell[] => cells.filter((cell) => cell.rollout !== null);
  switch (key) {
    case 'ArrowLeft':
      return recorded(at.cells.slice(0, column)).at(-1)?.rollout ?? null;
    case 'ArrowRight':
      return recorded(at.cells.slice(column + 1))[0]?.rollout ?? null;
    case 'ArrowUp':
    case 'ArrowDown': {
      const onwards = key === 'ArrowDown' ? rows.slice(row + 1) : rows.slice(0, row).toReversed();
      for (const next of onwards) {
        const nearest = recorded(next.cells).toSorted((a, b) => Math.abs(a.episode - column) - Math.abs(b.episode - column))[0];
        if (nearest) return nearest.rollout;
      }
      return null;
    }
    default:
      return null;
  }
}
