// Means of the update programs' diagnostics over a window of gradient steps. The sums belong to the training
// state: a resumed run records the same means as one that was never stopped.
import { metricDeclarations, type MetricName } from '../contract/series.ts';
import type { NamedArrays } from '../engine/program.ts';

/** Gradient steps to a recorded mean. */
export const windowLength = 100;

const metricNames: ReadonlySet<string> = new Set(metricDeclarations.map(({ name }) => name));

export class MetricWindow {
  #sums: Record<string, { sum: number; count: number }> = {};

  /** Adds an update's diagnostics. @throws RangeError for one that is no declared metric or no scalar: it would be in no curve */
  add(update: string, diagnostics: NamedArrays): void {
    for (const name in diagnostics) {
      const values = diagnostics[name] as Float32Array;
      if (!metricNames.has(name))
        throw new RangeError(`the ${update} reports ${name}, which is no metric of contract/series.ts: declare it there`);
      if (values.length !== 1)
        throw new RangeError(`the ${update} reports ${values.length} values of ${name}, where a metric is one value`);
      const entry = (this.#sums[name] ??= { sum: 0, count: 0 });
      entry.sum += values[0] as number;
      entry.count += 1;
    }
  }

  /** The means since the last call; the window is empty afterwards. */
  take(): Partial<Record<MetricName, number>> {
    const means = Object.fromEntries(Object.entries(this.#sums).map(([name, { sum, count }]) => [name, sum / count]));
    this.#sums = {};
    return means;
  }

  save(): Record<string, { sum: number; count: number }> {
    return structuredClone(this.#sums);
  }

  restore(state: Readonly<Record<string, { sum: number; count: number }>>): void {
    this.#sums = structuredClone(state) as Record<string, { sum: number; count: number }>;
  }
}
