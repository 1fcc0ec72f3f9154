// How numbers, times and sizes are written in the window. Figures keep the digits that mean something;
// a null is an em dash, never a zero.

import { formatBytes as formatKnownBytes } from '../src-main/contract/format.ts';

const minus = (text: string): string => text.replace('-', '−');

/** 63400 → "63,400". */
export function formatInteger(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '—';
  return minus(Math.round(value).toLocaleString('en-US'));
}

/** A return, loss or rate with about four significant digits: 5831, 12.35, 0.004, 3.2e-7. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '—';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 1e-3 || size >= 1e9) return minus(value.toExponential(2).replace('e+', 'e'));
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4;
  return minus(value.toLocaleString('en-US', { maximumFractionDigits: digits }));
}

/** Axis labels: 20000 → "20k", 1500000 → "1.5M", 0.0004 → "0.0004", 2e-7 → "2e-7". */
export function formatAxis(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 1e-4) return minus(value.toExponential().replace(/(\.\d\d)\d+/, '$1'));
  for (const [limit, suffix] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (size >= limit) return minus(`${Number((value / limit).toPrecision(6))}${suffix}`);
  }
  return minus(String(Number(value.toPrecision(6))));
}

/** Seconds as a clock: 431 → "7:11", 4210 → "1:10:10". */
export function formatClock(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return '—';
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number): string => String(n).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Seconds in words: "40 s", "5 min 40 s", "2 h 10 min", "3 d 4 h". */
export function formatDuration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return '—';
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${Math.floor(s / 60) % 60} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor(s / 3600) % 24} h`;
}

/** An estimate, no finer than it can be true: "40 s", "38 min", "2 h 10 min". */
export function formatEstimate(seconds: number): string {
  if (seconds < 90) return formatDuration(seconds);
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : formatDuration(Math.round(seconds / 600) * 600);
}

/** Bytes in decimal units, as disks are sold: "41.3 GB". */
export function formatBytes(bytes: number | null): string {
  return bytes === null || !Number.isFinite(bytes) ? '—' : formatKnownBytes(bytes);
}

/** When something happened, short enough for a table: "just now", "12 min ago", "14:03", "Thu 14:03", "3 Nov 14:03". */
export function formatWhen(time: number | null, now: number = Date.now()): string {
  if (time === null) return '—';
  const ago = (now - time) / 1000;
  if (ago >= 0 && ago < 45) return 'just now';
  if (ago >= 0 && ago < 3600) return `${Math.max(1, Math.round(ago / 60))} min ago`;
  const date = new Date(time);
  const clock = `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  if (time >= midnight) return clock;
  if (time >= midnight - 6 * 86_400_000) return `${date.toLocaleString('en-GB', { weekday: 'short' })} ${clock}`;
  const day = `${date.getDate()} ${date.toLocaleString('en-GB', { month: 'short' })}`;
  return date.getFullYear() === new Date(now).getFullYear() ? `${day} ${clock}` : `${day} ${date.getFullYear()}`;
}

/** "1 run", "3 runs". */
export function plural(count: number, noun: string): string {
  return `${formatInteger(count)} ${noun}${count === 1 ? '' : 's'}`;
}
