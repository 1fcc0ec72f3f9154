// What the run table shows: its columns, order and filter. Plain functions over summaries.
import type { RunSummary } from '../../../src-main/contract/runs.ts';

export type ColumnId = 'name' | 'task' | 'agent' | 'seed' | 'state' | 'steps' | 'return' | 'best' | 'started' | 'duration' | 'disk';

export interface Sorting {
  column: ColumnId;
  descending: boolean;
}

/** What a column is sorted by; null goes last whichever way the order runs. */
const sortKeys: Record<ColumnId, (run: RunSummary) => string | number | null> = {
  name: (run) => run.name,
  task: (run) => run.task,
  agent: (run) => run.agent,
  seed: (run) => run.seed,
  // Waiting runs in the order of the queue, behind those that run.
  state: (run) =>
    ['running', 'paused', 'queued', 'failed', 'interrupted', 'stopped', 'finished'].indexOf(run.state) * 1e6 + (run.queuePosition ?? 0),
  steps: (run) => run.environmentSteps,
  return: (run) => run.lastReturn,
  best: (run) => run.bestReturn,
  // A waiting run has no start; it stands where it was made.
  started: (run) => run.startedAt ?? run.createdAt,
  duration: (run) => run.activeSeconds,
  disk: (run) => run.diskBytes,
};

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** A sorted copy; equal entries keep the newest first. */
export function sortRuns(runs: readonly RunSummary[], sorting: Sorting): RunSummary[] {
  const key = sortKeys[sorting.column];
  const sign = sorting.descending ? -1 : 1;
  return [...runs].sort((a, b) => {
    const first = key(a);
    const second = key(b);
    if (first === null || second === null) {
      if (first !== second) return first === null ? 1 : -1;
    } else {
      const order = typeof first === 'string' ? collator.compare(first, String(second)) : first - Number(second);
      if (order !== 0) return sign * order;
    }
    return b.ordinal - a.ordinal;
  });
}

/** Characters of an id that a word must have to be taken for its beginning. */
const leastOfId = 4;

const figures: Record<string, (run: RunSummary) => number | null> = {
  seed: (run) => run.seed,
  steps: (run) => run.environmentSteps,
  return: (run) => run.lastReturn,
  best: (run) => run.bestReturn,
  disk: (run) => run.diskBytes,
};

/**
 * Makes the test for a filter text. Words must all occur in the name, task, agent, state, device or note, or begin the id;
 * `return>4000`, `steps<=50000`, `seed=2` compare figures; `starred`, `edited`, `forked` and `demo`
 * are as they say; a leading `-` turns a word round.
 */
export function parseFilter(text: string): (run: RunSummary) => boolean {
  const words = text.replace(/\s*(<=|>=|<|>|=)\s*/g, '$1').split(/\s+/);
  const tests = words.filter(Boolean).map(parseWord);
  return (run) => tests.every((test) => test(run));
}

/** The filter with a word put in where it is absent, and taken out where it is there. */
export function toggleWord(filter: string, word: string): string {
  const words = filter.split(/\s+/).filter(Boolean);
  return (words.includes(word) ? words.filter((one) => one !== word) : [...words, word]).join(' ');
}

function parseWord(word: string): (run: RunSummary) => boolean {
  const comparison = /^(\w+)(<=|>=|<|>|=)(-?[\d_,.]+(?:e[+-]?\d+)?)(k|m)?$/i.exec(word);
  const figure = comparison === null ? undefined : figures[(comparison[1] ?? '').toLowerCase()];
  if (comparison !== null && figure !== undefined) {
    const scale = { k: 1e3, m: 1e6 }[(comparison[4] ?? '').toLowerCase()] ?? 1;
    const bound = Number((comparison[3] ?? '').replace(/[_,]/g, '')) * scale;
    const operator = comparison[2] ?? '=';
    return (run) => {
      const value = figure(run);
      if (value === null) return false;
      switch (operator) {
        case '<':
          return value < bound;
        case '<=':
          return value <= bound;
        case '>':
          return value > bound;
        case '>=':
          return value >= bound;
        default:
          return value === bound;
      }
    };
  }
  if (word.length > 1 && word.startsWith('-')) {
    const test = parseWord(word.slice(1));
    return (run) => !test(run);
  }
  const wanted = word.toLowerCase();
  if (wanted === 'starred') return (run) => run.starred;
  if (wanted === 'edited') return (run) => run.isEdited;
  if (wanted === 'forked') return (run) => run.parent !== null;
  if (wanted === 'demo') return (run) => run.isDemo;
  const isId = wanted.length >= leastOfId;
  return (run) =>
    (isId && run.id.startsWith(wanted)) ||
    `${run.name}\n${run.task}\n${run.agent}\n${run.state}\n${run.device}\n${run.note}`.toLowerCase().includes(wanted);
}

/** Runs of one name, task and agent form a group: mostly seeds of one configuration. */
export function groupOf(run: RunSummary): string {
  return `${run.task}\n${run.agent}\n${run.name}`;
}

/** A colour per group, in the order in which groups first appeared, so that new runs change no colour. */
export function colourGroups(runs: Iterable<RunSummary>): Map<string, string> {
  const colours = new Map<string, string>();
  for (const run of [...runs].sort((a, b) => a.ordinal - b.ordinal)) {
    const group = groupOf(run);
    if (!colours.has(group)) colours.set(group, `var(--s${(colours.size % 7) + 1})`);
  }
  return colours;
}

/** The ids between two rows, both included, in the table's order; `to` alone where `from` is not shown. */
export function rangeOfRows(rows: readonly RunSummary[], from: string | null, to: string): string[] {
  const end = rows.findIndex((run) => run.id === to);
  const start = rows.findIndex((run) => run.id === from);
  if (end < 0) return [];
  if (start < 0) return [to];
  return rows.slice(Math.min(start, end), Math.max(start, end) + 1).map((run) => run.id);
}

/** Which rows of a long list to draw for a scroll position (all in pixels): first, and one past the last. */
export function visibleRows(scrollTop: number, viewHeight: number, rowHeight: number, count: number, overscan = 8): [number, number] {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - overscan);
  const last = Math.min(count, Math.ceil((scrollTop + viewHeight) / rowHeight) + overscan);
  return [Math.min(first, last), last];
}
