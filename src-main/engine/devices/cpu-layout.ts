// Where in one memory the values of a program lie: values that are never needed at the same time share places, so that what is
// written is still near the processor when it is read.
import { inputsOf, type Stage } from '../fusion/stages.ts';
import { paddedBytes } from '../native/memory.ts';
import type { Value } from '../tracing/graph.ts';

export interface Layout {
  /** Byte offsets. */
  places: ReadonlyMap<Value, number>;
  bytes: number;
}

interface Lifetime {
  value: Value;
  bytes: number;
  from: number;
  to: number;
}

/**
 * Greedy by size: Pisarchyk and Lee (2020), Efficient memory management for deep neural net inference, section 4.
 * @param values each is needed from where it is made to where it is last read
 * @param kept those that are needed from the first stage to the end
 */
export function layOut(stages: readonly Stage[], values: ReadonlySet<Value>, kept: ReadonlySet<Value>): Layout {
  const placed: (Lifetime & { offset: number })[] = [];
  for (const lifetime of lifetimesOf(stages, values, kept).toSorted((a, b) => b.bytes - a.bytes)) {
    const rivals = placed.filter(({ from, to }) => from <= lifetime.to && lifetime.from <= to).sort((a, b) => a.offset - b.offset);
    let offset = 0;
    for (const rival of rivals) {
      if (rival.offset - offset >= lifetime.bytes) break;
      offset = Math.max(offset, rival.offset + rival.bytes);
    }
    placed.push({ ...lifetime, offset });
  }
  return {
    places: new Map(placed.map(({ value, offset }) => [value, offset])),
    bytes: Math.max(0, ...placed.map(({ offset, bytes }) => offset + bytes)),
  };
}

/** A stage's session and its kernels are two moments. */
function lifetimesOf(stages: readonly Stage[], values: ReadonlySet<Value>, kept: ReadonlySet<Value>): Lifetime[] {
  const times = new Map<Value, { from: number; to: number }>();
  const touch = (touched: Iterable<Value>, time: number): void => {
    for (const value of touched) times.set(value, { from: times.get(value)?.from ?? time, to: time });
  };
  stages.forEach((stage, place) => {
    touch([...inputsOf(stage), ...stage.nodes.flatMap((node) => node.outputs)], 2 * place);
    touch(
      stage.loops.flatMap((loop) => [...loop.inputs, ...loop.outputs]),
      2 * place + 1,
    );
  });
  const always = { from: 0, to: 2 * stages.length };
  return [...values].map((value) => {
    const { from, to } = kept.has(value) ? always : (times.get(value) ?? always);
    return { value, bytes: paddedBytes(value.shape), from, to };
  });
}
