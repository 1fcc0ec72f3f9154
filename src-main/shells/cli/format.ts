// Numbers, durations and dates as the command line writes them.

/** A return, a temperature …: four significant digits, and none invented. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size >= 1000 && size < 1e9) return Math.round(value).toLocaleString('en-US');
  if (size !== 0 && (size < 1e-3 || size >= 1e9)) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

/** A share of 0 to 1 as `95 %`. */
export function formatShare(value: number | null): string {
  return value === null ? '–' : `${formatNumber(100 * value)} %`;
}

export function formatCount(value: number): string {
  return value.toLocaleString('en-US');
}

/** Seconds as `42 s`, `3 min 05 s`, `2 h 10 min`, `3 d 4 h`. */
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds) || seconds < 0) return '–';
  const whole = Math.round(seconds);
  const pad = (value: number): string => String(value).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
  return `${Math.floor(whole / 86400)} d ${Math.floor((whole % 86400) / 3600)} h`;
}

/** How a trainer that is there and says nothing is spoken of. */
export function describeSilence(seconds: number): string {
  return `not responding for ${formatDuration(seconds)}`;
}

/** Local time, `2026-03-01 14:05`. */
export function formatDate(milliseconds: number | null): string {
  if (milliseconds === null) return '–';
  const date = new Date(milliseconds);
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

/** With seconds, `2026-03-01 14:05:09`: edits come quickly. */
export function formatTime(milliseconds: number): string {
  return `${formatDate(milliseconds)}:${String(new Date(milliseconds).getSeconds()).padStart(2, '0')}`;
}

/** Breaks a text at spaces, each line with the indent. */
export function wrap(text: string, width: number, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  if (line !== '') lines.push(indent + line);
  return lines.join('\n');
}
