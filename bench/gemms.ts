// The naive update's matrix products (gemms.json) as an ONNX Runtime session of their own, and what the session costs
// without them.
import { readFileSync } from 'node:fs';
import { NativeSession, NativeTensor } from '../src-main/engine/native/session.ts';
import { writeOnnx } from '../src-main/engine/onnx/model.ts';
import { Graph, type Value } from '../src-main/engine/tracing/graph.ts';
import { createStream } from '../src-main/random/stream.ts';

/** out = op(a)·op(b), [m, k]·[k, n]; the operands are given, or what another product gives. */
interface Gemm {
  out: string;
  a: string;
  b: string;
  m: number;
  k: number;
  n: number;
  transA: 0 | 1;
  transB: 0 | 1;
}

export interface GemmList {
  id: string;
  observation: number;
  action: number;
  batch: number;
  hidden: number[];
  gemms: Gemm[];
}

export function readGemmLists(): GemmList[] {
  const file = JSON.parse(readFileSync(new URL('gemms.json', import.meta.url), 'utf8')) as { tasks: GemmList[] };
  return file.tasks;
}

/** 2 m n k, added up. */
export const flopsOf = ({ gemms }: GemmList): number => gemms.reduce((sum, { m, n, k }) => sum + 2 * m * n * k, 0);

export interface GemmSessions {
  /** Every product once. */
  run(): void;
  /** The same session without the products: the call, the inputs, and the single numbers that keep each product from being dropped. */
  runWithout(): void;
  dispose(): void;
}

/** Sessions with the options that training has. */
export function openGemms(list: GemmList, threads: number): GemmSessions {
  const [full, empty] = [openOne(list, threads, true), openOne(list, threads, false)];
  return {
    run: full.run,
    runWithout: empty.run,
    dispose: () => {
      full.dispose();
      empty.dispose();
    },
  };
}

/** @param isFull false: what would be a product is given as an input */
function openOne({ id, gemms }: GemmList, threads: number, isFull: boolean): { run: () => void; dispose: () => void } {
  const graph = new Graph();
  const stream = createStream(0, 'gemms');
  const values = new Map<string, Value>();
  const inputs: NativeTensor[] = [];
  const given = (name: string, shape: readonly [number, number], spread: number): Value => {
    const known = values.get(name);
    if (known !== undefined) return known;
    const tensor = new NativeTensor(shape);
    tensor.data.forEach((_, i) => (tensor.data[i] = spread * stream.normal()));
    inputs.push(tensor);
    const value = graph.input(name, shape);
    values.set(name, value);
    return value;
  };
  const ends: Value[] = [];
  const read = new Set(gemms.flatMap(({ a, b }) => [a, b]));
  for (const { out, a, b, m, k, n, transA, transB } of gemms) {
    if (isFull) {
      // Spread so that numbers stay near 1 through a chain of products.
      const left = given(a, transA === 1 ? [k, m] : [m, k], 1);
      const right = given(b, transB === 1 ? [n, k] : [k, n], 1 / Math.sqrt(k));
      values.set(out, graph.node('Gemm', [left, right], { transA, transB }, [m, n]));
    }
    if (!read.has(out)) ends.push(isFull ? (values.get(out) as Value) : given(out, [m, n], 1));
  }
  const [zero, one, axes] = [
    [0, 0],
    [1, 1],
    [0, 1],
  ].map((entries) => graph.integers(entries)) as [Value, Value, Value];
  const corners = ends.map((end) => graph.node('Slice', [end, zero, one, axes], {}, [1, 1]));
  const result = graph.node('Concat', corners, { axis: 0 }, [corners.length, 1]);
  const file = writeOnnx({
    name: `${id} products`,
    nodes: graph.nodes,
    inputs: graph.inputs,
    weights: new Map(),
    outputs: new Map([['corners', result]]),
  });
  const session = new NativeSession(file, threads, { inputs: [...graph.inputs.keys()], outputs: ['corners'] });
  const output = new NativeTensor(result.shape);
  return {
    run: () => session.run({ inputs, outputs: [output] }),
    dispose: () => {
      session.release();
      for (const tensor of [...inputs, output]) tensor.release();
    },
  };
}
