// The same numbers with less work for a processor: a traced graph again, with some nodes put in other words.
import { Graph, liveNodes, type Node, type Value } from './graph.ts';
import type { Trace } from './trace.ts';

export interface Rewriting {
  graph: Graph;
  /** What made each value of the new graph. */
  producers: ReadonlyMap<Value, Node>;
  /** max(x, 0) of a value, where the new graph has it. */
  relus: ReadonlyMap<Value, Value>;
}

/** Of the values of the old graph. */
interface Readers {
  /** Whether a single node reads it, and no result is it. */
  isReadOnce(value: Value): boolean;
  isResult(value: Value): boolean;
}

/** Gives what a node's output becomes, with the new graph's inputs; null where the rule does not apply. */
export type Rule = (node: Node, inputs: readonly Value[], rewriting: Rewriting, readers: Readers) => Value | null;

const castToFloat = 1;
/** Times the smallest normal number it is more than 1. */
export const steepest = 3e38;

/**
 * 1 where x > 0, else 0: one pass instead of a comparison and a conversion, and of max(x, 0) where that exists, so that only
 * that one reads x and joins the product that makes x. min(1, max(0, 3e38·x)) is the same for every normal number; smaller
 * ones count as zero on the cpu device anyway.
 */
const stepInOnePass: Rule = ({ op, attributes }, inputs, { graph, producers, relus }) => {
  const [flag] = inputs;
  if (op !== 'Cast' || attributes['to'] !== castToFloat || flag === undefined) return null;
  const comparison = producers.get(flag);
  const [x, bound] = comparison?.inputs ?? [];
  if (comparison?.op !== 'Greater' || x?.type !== 'float32' || bound?.data?.length !== 1 || Number(bound.data[0]) !== 0) return null;
  return graph.node('HardSigmoid', [relus.get(x) ?? x], { alpha: { float: steepest }, beta: { float: 0 } }, x.shape);
};

/** Some columns of a product, or of a sum of products, such as the gradient with respect to the action alone: of those alone. */
const onlyTheColumnsRead: Rule = ({ op, inputs: [before] }, inputs, { graph, producers }, { isReadOnce }) => {
  const [x, starts, ends] = inputs;
  if (op !== 'Slice' || before === undefined || x === undefined || !isReadOnce(before)) return null;
  const [[top, left], [bottom, right]] = [starts, ends].map((value) => Array.from(value?.data ?? [], Number)) as [number[], number[]];
  if (x.shape.length !== 2 || left === undefined || right === undefined || top !== 0 || bottom !== x.shape[0]) return null;
  return columnsOf(x, left, right, graph, producers);
};

function columnsOf(x: Value, left: number, right: number, graph: Graph, producers: ReadonlyMap<Value, Node>): Value | null {
  const made = producers.get(x);
  const [a, b] = made?.inputs ?? [];
  if (made === undefined || a === undefined || b === undefined || made.inputs.length !== 2) return null;
  const shape = [x.shape[0] as number, right - left];
  if (made.op === 'Add' && a.shape.join() === b.shape.join()) {
    const parts = [a, b].map((part) => columnsOf(part, left, right, graph, producers));
    return parts.every((part) => part !== null) ? graph.node('Add', parts, {}, shape) : null;
  }
  if (made.op !== 'Gemm') return null;
  const isTransposed = made.attributes['transB'] === 1;
  const inner = b.shape[isTransposed ? 1 : 0] as number;
  const [begin, end] = isTransposed
    ? [
        [left, 0],
        [right, inner],
      ]
    : [
        [0, left],
        [inner, right],
      ];
  const part = graph.node(
    'Slice',
    [b, ...[begin, end, [0, 1]].map((entries) => graph.integers(entries))],
    {},
    isTransposed ? [right - left, inner] : [inner, right - left],
  );
  return graph.node('Gemm', [a, part], made.attributes, shape);
}

const rules: readonly Rule[] = [stepInOnePass, onlyTheColumnsRead];

/**
 * For the cpu device, whose nodes are never slower for it. Inputs and results keep their names.
 * @param more rules beside those of this file, asked before them
 */
export function rewriteForProcessor({ graph, results }: Trace, more: readonly Rule[] = []): Trace {
  const nodes = liveNodes(graph, results.values());
  const isResult = new Set(results.values());
  const counts = new Map<Value, number>();
  for (const value of [...nodes.flatMap((node) => node.inputs), ...results.values()]) counts.set(value, (counts.get(value) ?? 0) + 1);
  const readers: Readers = { isReadOnce: (value) => counts.get(value) === 1, isResult: (value) => isResult.has(value) };

  const made = new Graph();
  const renewed = new Map<Value, Value>();
  const [producers, relus] = [new Map<Value, Node>(), new Map<Value, Value>()];
  const renew = (value: Value): Value => {
    const known = renewed.get(value);
    if (known !== undefined) return known;
    if (value.data === null) throw new Error(`${value.origin} is read before it is made`);
    const constant = made.constant(value.data, value.shape, value.type);
    renewed.set(value, constant);
    return constant;
  };
  for (const [name, value] of graph.inputs) renewed.set(value, made.input(name, value.shape, value.type));
  for (const node of nodes) {
    made.currentKernel = node.outputs[0]?.origin ?? '';
    const inputs = node.inputs.map(renew);
    const before = made.nodes.length;
    const replacement = [...more, ...rules].reduce<Value | null>(
      (found, rule) => found ?? rule(node, inputs, { graph: made, producers, relus }, readers),
      null,
    );
    const outputs =
      replacement === null
        ? made.multiNode(
            node.op,
            inputs,
            { ...node.attributes },
            node.outputs.map(({ shape, type }) => ({ shape, type })),
          )
        : [replacement];
    node.outputs.forEach((value, i) => renewed.set(value, outputs[i] as Value));
    for (const added of made.nodes.slice(before)) for (const value of added.outputs) producers.set(value, added);
    if (node.op === 'Relu') relus.set(inputs[0] as Value, outputs[0] as Value);
  }
  return { graph: made, results: new Map([...results].map(([name, value]) => [name, renew(value)])) };
}
