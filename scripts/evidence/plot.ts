// An experiment's learning curves as an SVG: every seed, its evaluation episodes as faint dots, and another program's curves beside them.
import { type Experiment, type ExperimentRun, meanOf, type RunBeside } from './experiments.ts';

const [width, height, left, right, top, bottom] = [720, 396, 64, 16, 56, 44];
export const colours = ['#1f83c4', '#b97700', '#00795a', '#c0501a', '#a84f86'];
export const escape = (text: string): string => text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);

/** A round step so that about `count` ticks cover the span. */
export function tickStep(span: number, count: number): number {
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough) as number) * power;
}

/** @param beside another program's runs, drawn as grey lines */
export function plotCurves(
  { title, steps, band }: Experiment,
  runs: readonly ExperimentRun[],
  beside: { name: string; runs: readonly RunBeside[] } | null,
): string {
  const all = [
    ...(band ?? []),
    ...runs.flatMap(({ evaluations }) => evaluations.flatMap(({ returns }) => returns)),
    ...(beside?.runs ?? []).flatMap(({ evaluations }) => evaluations.map(({ returns }) => meanOf(returns))),
  ];
  const [low, high] = [Math.min(0, ...all), Math.max(1, ...all)];
  const x = (step: number): number => left + (step / steps) * (width - left - right);
  const y = (value: number): number => top + (1 - (value - low) / (high - low)) * (height - top - bottom);
  const parts: string[] = [];
  const text = (at: [number, number], content: string, rest = ''): number =>
    parts.push(`<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" ${rest}>${escape(content)}</text>`);

  const yStep = tickStep(high - low, 5);
  for (let value = Math.ceil(low / yStep) * yStep; value <= high; value += yStep) {
    parts.push(`<line x1="${left}" x2="${width - right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="#d5dae1"/>`);
    text([left - 8, y(value) + 4], (value || 0).toLocaleString('en-US'), 'text-anchor="end"');
  }
  const xStep = tickStep(steps, 5);
  for (let step = 0; step <= steps; step += xStep)
    text([x(step), height - bottom + 18], step.toLocaleString('en-US'), `text-anchor="${step === steps ? 'end' : 'middle'}"`);
  text([(left + width - right) / 2, height - 8], 'environment steps', 'text-anchor="middle"');
  const episodes = Math.max(...runs.flatMap(({ evaluations }) => evaluations.map(({ returns }) => returns.length)));
  text([left, 20], title, 'font-weight="600" font-size="14"');
  text([left, 38], `evaluation return, mean action, ${episodes} episodes`);

  if (band !== undefined) {
    const [from, to] = [y(band[1]), y(band[0])];
    parts.push(
      `<rect x="${width - right - 6}" y="${from.toFixed(1)}" width="6" height="${(to - from).toFixed(1)}" fill="#8b5cc7" opacity="0.45"/>`,
    );
    text([width - right - 12, from + 4], 'published', 'text-anchor="end" fill="#7a4bb5"');
  }
  const line = (evaluations: RunBeside['evaluations'], look: string): number => {
    const points = evaluations.map(({ step, returns }) => `${x(step).toFixed(1)},${y(meanOf(returns)).toFixed(1)}`).join(' ');
    return parts.push(`<polyline points="${points}" fill="none" ${look}/>`);
  };
  if (beside !== null) {
    const look = 'stroke="#7c8694" stroke-width="1.5" stroke-dasharray="5 3"';
    for (const { evaluations } of beside.runs) line(evaluations, look);
    const name = width - right - runs.length * 66 - 150;
    parts.push(`<line x1="${name}" x2="${name + 18}" y1="34.5" y2="34.5" ${look}/>`);
    text([name + 22, 38], beside.name);
  }
  for (const [i, { seed, evaluations }] of runs.entries()) {
    const colour = colours[i % colours.length] as string;
    for (const { step, returns } of evaluations) {
      for (const value of returns)
        parts.push(`<circle cx="${x(step).toFixed(1)}" cy="${y(value).toFixed(1)}" r="1.6" fill="${colour}" opacity="0.3"/>`);
    }
    line(evaluations, `stroke="${colour}" stroke-width="2"`);
    const name = width - right - (runs.length - i) * 66;
    parts.push(`<rect x="${name}" y="33" width="12" height="3" fill="${colour}"/>`);
    text([name + 16, 38], `seed ${seed}`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="Inter, system-ui, sans-serif" font-size="12" fill="#4d5663">
<rect width="${width}" height="${height}" fill="#ffffff"/>
${parts.join('\n')}
</svg>
`;
}
