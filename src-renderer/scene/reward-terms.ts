// How reward terms are named and coloured, the same under the live view, in the tracks and in the tables.

const colours = ['var(--s1)', 'var(--s4)', 'var(--s3)', 'var(--s5)', 'var(--s2)', 'var(--s6)'] as const;

/** @param index the term's place in the task's declaration */
export function termColour(index: number): string {
  return colours[index % colours.length] ?? 'var(--dim)';
}

/** `control-cost` → "control cost". */
export function termTitle(name: string): string {
  return name.replaceAll('-', ' ');
}

/** An action with two decimals, never "−0.00". */
export function formatFixed(value: number): string {
  const text = value.toFixed(2).replace('-', '−');
  return text === '−0.00' ? '0.00' : text;
}

/** A value with its sign and three significant digits or so: "+6.12", "−0.314", "0". */
export function formatSigned(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size === 0) return '0';
  const text =
    size >= 1000
      ? Math.round(size).toLocaleString('en-US')
      : size >= 1e-3
        ? size.toFixed(size >= 100 ? 1 : size >= 1 ? 2 : 3)
        : size.toExponential(1).replace('e+', 'e');
  return `${value < 0 ? '−' : '+'}${text}`;
}
