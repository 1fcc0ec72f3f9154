// How temperature, residual, σ and entropy evolved, as an SVG of small panels: every seed a line. What is positive and
// spans more than a decade has a logarithmic axis.
import { metricDeclarations } from '../../src-main/contract/series.ts';
import type { ExperimentRun } from './experiments.ts';
import { colours, escape, tickStep } from './plot.ts';

const [panelWidth, panelHeight, left, right, top, bottom] = [400, 220, 56, 12, 34, 30];

export function plotCourse(title: string, steps: number, metrics: readonly string[], runs: readonly ExperimentRun[]): string {
  const rows = Math.ceil(metrics.length / 2);
  const panels = metrics.map(
    (metric, i) =>
      `<g transform="translate(${(i % 2) * panelWidth} ${30 + Math.floor(i / 2) * panelHeight})">${panel(metric, steps, runs)}</g>`,
  );
  const legend = runs.map(
    ({ seed }, i) =>
      `<rect x="${left + i * 80}" y="${34 + rows * panelHeight}" width="12" height="3" fill="${colours[i % colours.length]}"/><text x="${left + 18 + i * 80}" y="${40 + rows * panelHeight}">seed ${seed}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${2 * panelWidth} ${52 + rows * panelHeight}" font-family="Inter, system-ui, sans-serif" font-size="11" fill="#4d5663">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="${left}" y="20" font-weight="600" font-size="14">${escape(title)}</text>
${[...panels, ...legend].join('\n')}
</svg>
`;
}

function panel(metric: string, steps: number, runs: readonly ExperimentRun[]): string {
  const declaration = metricDeclarations.find(({ name }) => name === metric);
  const lines = runs.map(({ curves }) => curves?.[metric] ?? { step: [], mean: [] });
  const all = lines.flatMap(({ mean }) => mean);
  const isLog = Math.min(...all) > 0 && Math.max(...all) > 10 * Math.min(...all);
  const scale = isLog ? Math.log10 : (value: number): number => value;
  const [low, high] = [Math.min(...all.map(scale)), Math.max(...all.map(scale))];
  const x = (step: number): number => left + (step / steps) * (panelWidth - left - right);
  const y = (value: number): number => top + (1 - (scale(value) - low) / (high - low || 1)) * (panelHeight - top - bottom);
  const ticks = isLog ? decades(low, high) : evenly(low, high);
  const unit = declaration === undefined || declaration.unit === '1' ? '' : `, ${declaration.unit}`;
  return [
    `<text x="${left}" y="22" font-weight="600">${escape(`${declaration?.title ?? metric}${unit}${isLog ? ', logarithmic' : ''}`)}</text>`,
    ...ticks.map(
      (value) =>
        `<line x1="${left}" x2="${panelWidth - right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="#d5dae1"/><text x="${left - 6}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${value.toLocaleString('en-US', { maximumSignificantDigits: 2 })}</text>`,
    ),
    ...[0, steps / 2, steps].map(
      (step) =>
        `<text x="${x(step)}" y="${panelHeight - bottom + 16}" text-anchor="${step === steps ? 'end' : 'middle'}">${step.toLocaleString('en-US')}</text>`,
    ),
    ...lines.map(
      ({ step, mean }, i) =>
        `<polyline points="${step.map((at, k) => `${x(at).toFixed(1)},${y(mean[k] as number).toFixed(1)}`).join(' ')}" fill="none" stroke="${colours[i % colours.length]}" stroke-width="1.6"/>`,
    ),
  ].join('\n');
}

/** Powers of ten between two exponents, and thirds of a decade where there would be fewer than two. */
function decades(low: number, high: number): number[] {
  const whole = Array.from({ length: Math.max(0, Math.floor(high) - Math.ceil(low) + 1) }, (_, i) => 10 ** (Math.ceil(low) + i));
  return whole.length > 1 ? whole : [10 ** low, 10 ** ((low + high) / 2), 10 ** high];
}

function evenly(low: number, high: number): number[] {
  const step = tickStep(high - low || 1, 4);
  return Array.from({ length: Math.floor(high / step) - Math.ceil(low / step) + 1 }, (_, i) => (Math.ceil(low / step) + i) * step);
}
