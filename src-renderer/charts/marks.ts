// Lines across a chart: events with their labels, and the playhead.
import type uPlot from 'uplot';

export interface ChartMark {
  x: number;
  label: string;
  colour?: string;
}

const fontPixels = 10.5;

/** @param resolve makes a CSS colour, custom properties included, one that a canvas understands */
export function drawMarks(plot: uPlot, marks: readonly ChartMark[], playhead: number | null, font: string, resolve: (css: string) => string): void {
  const { ctx } = plot;
  const { left, top, width, height } = plot.bbox;
  const ratio = devicePixelRatio;
  const line = (x: number, colour: string, dash: number[], thickness: number): number | null => {
    const at = Math.round(plot.valToPos(x, 'x', true));
    if (at < left || at > left + width) return null;
    ctx.strokeStyle = colour;
    ctx.lineWidth = thickness * ratio;
    ctx.setLineDash(dash.map((part) => part * ratio));
    ctx.beginPath();
    ctx.moveTo(at, top);
    ctx.lineTo(at, top + height);
    ctx.stroke();
    return at;
  };
  ctx.save();
  ctx.font = font.replace(`${fontPixels}px`, `${fontPixels * ratio}px`);
  let freeFrom = -Infinity;
  let drawnAt: number | null = null;
  for (const mark of marks.toSorted((a, b) => a.x - b.x)) {
    const colour = resolve(mark.colour ?? 'var(--warn)');
    // A thousand edits in a second are one line.
    if (Math.round(plot.valToPos(mark.x, 'x', true)) === drawnAt) continue;
    const at = line(mark.x, colour, [2, 3], 1);
    drawnAt = at;
    // A label that would run into the one before it is left out; the line stays.
    if (at === null || at < freeFrom || mark.label === '') continue;
    ctx.fillStyle = colour;
    const length = ctx.measureText(mark.label).width;
    const start = at + 4 * ratio + length > left + width ? at - 4 * ratio - length : at + 4 * ratio;
    ctx.fillText(mark.label, start, top + 9 * ratio);
    freeFrom = at + length + 12 * ratio;
  }
  if (playhead !== null) line(playhead, resolve('var(--accent)'), [], 1.4);
  ctx.restore();
}
