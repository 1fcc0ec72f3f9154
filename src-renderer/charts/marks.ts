// Lines across a chart: events with their labels, and the playhead.
import type uPlot from 'uplot';

export interface ChartMark {
  x: number;
  label: string;
  colour?: string;
}

const fontPixels = 10.5;
/** Labels stand on the first row that is free; where none is, the line stands alone. */
const labelRows = 3;

/** @param resolve makes a CSS colour, custom properties included, one that a canvas understands */
export function drawMarks(
  plot: uPlot,
  marks: readonly ChartMark[],
  playhead: number | null,
  font: string,
  resolve: (css: string) => string,
): void {
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
  // The axes leave their own alignment behind.
  ctx.textAlign = 'left';
  ctx.textBaseline = 'alphabetic';
  const freeFrom = new Array<number>(labelRows).fill(-Infinity);
  let drawnAt: number | null = null;
  for (const mark of marks.toSorted((a, b) => a.x - b.x)) {
    const colour = resolve(mark.colour ?? 'var(--warn)');
    // A thousand edits in a second are one line.
    if (Math.round(plot.valToPos(mark.x, 'x', true)) === drawnAt) continue;
    const at = line(mark.x, colour, [2, 3], 1);
    drawnAt = at;
    if (at === null || mark.label === '') continue;
    const length = ctx.measureText(mark.label).width;
    const isLeft = at + 4 * ratio + length > left + width && at - 4 * ratio - length > left;
    const start = isLeft ? at - 4 * ratio - length : at + 4 * ratio;
    const row = freeFrom.findIndex((free) => start > free);
    if (row < 0) continue;
    // Readable across other lines and curves.
    ctx.globalAlpha = 0.75;
    ctx.fillStyle = resolve('var(--panel)');
    ctx.fillRect(start - 2 * ratio, top + 12 * row * ratio, length + 4 * ratio, 12 * ratio);
    ctx.globalAlpha = 1;
    ctx.fillStyle = colour;
    ctx.fillText(mark.label, start, top + (9 + 12 * row) * ratio);
    freeFrom[row] = start + length + 8 * ratio;
  }
  if (playhead !== null) line(playhead, resolve('var(--accent)'), [], 1.4);
  ctx.restore();
}
