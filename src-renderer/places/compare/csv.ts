// Curves as comma-separated values (RFC 4180), one row a point.
import type { RunSummary } from '../../../src-main/contract/runs.ts';
import type { MetricSeries } from '../../../src-main/contract/series.ts';

const header = ['run', 'name', 'task', 'agent', 'seed', 'metric', 'environment-step', 'mean', 'min', 'max'];

/** Each field as it must be written: quoted where it holds a comma, a quote or a line break. */
export function csvField(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function curvesToCsv(curves: readonly { run: RunSummary; series: MetricSeries }[]): string {
  const lines = [header.join(',')];
  for (const { run, series } of curves) {
    const start = [run.id, run.name, run.task, run.agent, run.seed, series.metric].map(csvField).join(',');
    for (let i = 0; i < series.step.length; i++) {
      lines.push(`${start},${series.step[i]},${series.mean[i]},${series.min[i]},${series.max[i]}`);
    }
  }
  return lines.join('\r\n') + '\r\n';
}
