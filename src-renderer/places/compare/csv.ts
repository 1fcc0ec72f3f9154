// Curves as comma-separated values (RFC 4180), one row a point.
import type { RunSummary } from '../../../src-main/contract/runs.ts';
import type { MetricSeries } from '../../../src-main/contract/series.ts';

const header = ['run', 'name', 'task', 'agent', 'seed', 'metric', 'environment-step', 'mean', 'min', 'max'];

/** What a spreadsheet would take for a formula: see https://owasp.org/www-community/attacks/CSV_Injection. */
const formula = /^[=+\-@\t\r\n＝＋－＠]/;
const plainNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Each field as it must be written: quoted where it holds a comma, a quote or a line break; a text that a spreadsheet would
 * compute is made a text by an apostrophe before it. Numbers stay as they are.
 */
export function csvField(value: string | number): string {
  const plain = String(value);
  const text = typeof value === 'string' && formula.test(plain) && !plainNumber.test(plain) ? `'${plain}` : plain;
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
