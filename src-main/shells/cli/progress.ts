// The line that says how a run is doing, for a person and as JSON.
import { describeWait, waitTitle } from '../../contract/run-wait.ts';
import type { RunSummary } from '../../contract/runs.ts';
import type { Store } from '../../store/store.ts';
import { newestOf, newestSuccess } from '../../workstation/newest-metrics.ts';
import { describeSilence, formatCount, formatDuration, formatNumber, formatShare } from './format.ts';

export interface Progress {
  summary: RunSummary;
  /** Newest recorded values; null before the first. Entropy in nats. */
  entropy: number | null;
  temperature: number | null;
  /** Share of the last evaluation's episodes; null also where the task counts none. */
  success: number | null;
}

export function readProgress(store: Store, run: string): Progress {
  const summary = store.runs.summary(run);
  const { entropy = null, temperature = null } = newestOf(store, run, ['entropy', 'temperature']);
  return { summary, entropy, temperature, success: newestSuccess(store, summary) };
}

/** One line, the most telling first, since a narrow terminal cuts its end. */
export function describeProgress({ summary, entropy, temperature, success }: Progress, share: number, withName: boolean): string {
  const label = withName ? `${summary.id} seed ${summary.seed}  ` : '';
  if (summary.state === 'queued') {
    const place = summary.queuePosition === null ? 'starting' : waitingText(summary.queuePosition, share);
    return `${label}${place}`;
  }
  const part = summary.totalSteps > 0 ? ` (${((100 * summary.environmentSteps) / summary.totalSteps).toFixed(1)} %)` : '';
  const parts = [`${formatCount(summary.environmentSteps)} of ${formatCount(summary.totalSteps)} steps${part}`];
  if (summary.waiting !== null) parts.push(`${waitTitle(summary.waiting)}: ${describeWait(summary.waiting)}`);
  else if (summary.silentSeconds !== null)
    parts.push(`${describeSilence(summary.silentSeconds)}; npm run runs -- stop ${summary.id} --now ends it`);
  else if (summary.state === 'paused') parts.push(summary.stateReason ?? 'paused');
  // An evaluation or a fit: no step is done meanwhile.
  else if (summary.stateReason !== null) parts.push(summary.stateReason);
  else parts.push(`${formatNumber(summary.stepsPerSecond)} steps/s`, `ETA ${formatDuration(summary.etaSeconds)}`);
  parts.push(
    `evaluation return ${formatNumber(summary.lastReturn)}`,
    ...(success === null ? [] : [`success ${formatShare(success)}`]),
    `entropy ${formatNumber(entropy)} nats`,
    `temperature ${formatNumber(temperature)}`,
  );
  return label + parts.join('  ');
}

export function waitingText(position: number, share: number): string {
  const trainers = share === 1 ? '1 trainer' : `${share} trainers`;
  return `waits at place ${position} of the queue: this machine's share of ${trainers} is taken`;
}

export function progressRecord({ summary, entropy, temperature, success }: Progress): object {
  return {
    kind: 'progress',
    run: summary.id,
    status: summary.state,
    stateReason: summary.stateReason,
    seed: summary.seed,
    environmentSteps: summary.environmentSteps,
    totalSteps: summary.totalSteps,
    environmentStepsPerSecond: summary.waiting === null ? summary.stepsPerSecond : null,
    etaSeconds: summary.waiting === null ? summary.etaSeconds : null,
    waiting: summary.waiting,
    evaluationReturn: summary.lastReturn,
    evaluationSuccess: success,
    entropy,
    temperature,
    queuePosition: summary.queuePosition,
    silentSeconds: summary.silentSeconds,
  };
}
