// The min/mean/max pyramid over a series. Level 0 holds the points as (step, value) pairs; an entry of level
// n > 0 stands for 16^n consecutive points as (last step, min, mean, max) and is made once it is complete.
// What is not yet complete is read from the levels below. Sixteen keeps all levels together at 13 % of the points.

/** Entries of one level that make one of the next. */
export const factor = 16;
/** Entries in a chunk, on every level; a multiple of the factor. */
export const chunkEntries = 256;

/** Numbers that an entry takes. */
export function entryWidth(level: number): number {
  return level === 0 ? 2 : 4;
}

/** Points and what sums them up. Pieces may be merged in any grouping, in order. */
export interface Summary {
  count: number;
  lastStep: number;
  min: number;
  mean: number;
  max: number;
}

export function emptySummary(): Summary {
  return { count: 0, lastStep: NaN, min: Infinity, mean: 0, max: -Infinity };
}

/** Adds `count` points that come after. Weighted so that no sum overflows, and min ≤ mean ≤ max in spite of rounding. */
export function addTo(summary: Summary, count: number, lastStep: number, min: number, mean: number, max: number): void {
  const total = summary.count + count;
  summary.mean = summary.count === 0 ? mean : summary.mean * (summary.count / total) + mean * (count / total);
  summary.count = total;
  summary.lastStep = lastStep;
  summary.min = Math.min(summary.min, min);
  summary.max = Math.max(summary.max, max);
  summary.mean = Math.min(summary.max, Math.max(summary.min, summary.mean));
}

/** A chunk to be stored. */
export interface Chunk {
  level: number;
  chunk: number;
  lastStep: number;
  entries: Float64Array;
}

interface Level {
  entryCount: number;
  /** Entries that are stored. */
  storedCount: number;
  tail: Float64Array;
}

/** A series being written: the unfinished chunk of each level, and what has to be stored. */
export class PyramidBuilder {
  readonly #levels: Level[] = [];
  #full: Chunk[] = [];

  get pointCount(): number {
    return this.#levels[0]?.entryCount ?? 0;
  }

  /** Continues a stored series: `readTail` gives the entries of a level's last chunk where it is not full. */
  static restore(pointCount: number, readTail: (level: number, chunk: number) => Float64Array): PyramidBuilder {
    const builder = new PyramidBuilder();
    for (let level = 0, entries = pointCount; entries > 0; level += 1, entries = Math.floor(entries / factor)) {
      const made = builder.#level(level);
      made.entryCount = entries;
      made.storedCount = entries;
      if (entries % chunkEntries !== 0) made.tail.set(readTail(level, Math.floor(entries / chunkEntries)));
    }
    return builder;
  }

  #level(level: number): Level {
    return (this.#levels[level] ??= { entryCount: 0, storedCount: 0, tail: new Float64Array(chunkEntries * entryWidth(level)) });
  }

  append(step: number, value: number): void {
    this.#push(0, [step, value]);
  }

  #push(level: number, entry: readonly number[]): void {
    const width = entryWidth(level);
    const into = this.#level(level);
    into.tail.set(entry, (into.entryCount % chunkEntries) * width);
    into.entryCount += 1;
    if (into.entryCount % factor === 0) this.#push(level + 1, this.#sumUp(level, into));
    if (into.entryCount % chunkEntries === 0) this.#full.push(this.#chunkOf(level, into.entryCount / chunkEntries - 1, into.tail.slice()));
  }

  /** The last sixteen entries as one of the next level. */
  #sumUp(level: number, { tail, entryCount }: Level): number[] {
    const width = entryWidth(level);
    const summary = emptySummary();
    const start = (((entryCount - factor) % chunkEntries) + chunkEntries) % chunkEntries;
    for (let entry = start; entry < start + factor; entry += 1)
      addEntry(summary, level, 1, tail.subarray(entry * width, (entry + 1) * width));
    return [summary.lastStep, summary.min, summary.mean, summary.max];
  }

  #chunkOf(level: number, chunk: number, entries: Float64Array): Chunk {
    return { level, chunk, entries, lastStep: entries[entries.length - entryWidth(level)] ?? NaN };
  }

  /** Every chunk that is not stored as it is now, and the function to call once they all are. */
  changed(): { chunks: Chunk[]; stored: () => void } {
    const full = new Set(this.#full);
    const counts = this.#levels.map((level) => level.entryCount);
    const tails = this.#levels.flatMap(({ entryCount, storedCount, tail }, level) => {
      const used = (entryCount % chunkEntries) * entryWidth(level);
      return entryCount > storedCount && used > 0
        ? [this.#chunkOf(level, Math.floor(entryCount / chunkEntries), tail.subarray(0, used))]
        : [];
    });
    return {
      chunks: [...full, ...tails],
      // More may have been appended meanwhile: that stays to be stored.
      stored: () => {
        this.#full = this.#full.filter((chunk) => !full.has(chunk));
        counts.forEach((count, level) => {
          this.#level(level).storedCount = count;
        });
      },
    };
  }
}

/** Adds one entry, as it is stored, that stands for `count` points. */
export function addEntry(summary: Summary, level: number, count: number, entry: Float64Array): void {
  const [step = NaN, second = NaN, third = NaN, fourth = NaN] = entry;
  if (level === 0) addTo(summary, count, step, second, second, second);
  else addTo(summary, count, step, second, third, fourth);
}
