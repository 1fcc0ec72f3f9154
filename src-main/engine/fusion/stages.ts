// A program in stages: nodes that ONNX Runtime runs at once, then loops of kernels over what they made, and so on. A stage
// more costs some microseconds; a node of ONNX Runtime costs as much, or more where its tensors are large.
import type { Node, Value } from '../tracing/graph.ts';
import { formLoops, inputsOfComputation, type Loop, type LoopNode } from './loops.ts';
import { computationOf } from './operations.ts';

export interface Stage {
  /** ONNX Runtime's, in the order of computation. */
  nodes: readonly Node[];
  /** After the nodes, in this order. */
  loops: readonly Loop[];
}

/**
 * @param nodes in the order of computation
 * @param results what the program gives
 * @param hasKernels false: one stage, all of it ONNX Runtime's
 */
export function planStages(nodes: readonly Node[], results: ReadonlySet<Value>, hasKernels = true): Stage[] {
  const computed = hasKernels ? chooseComputed(nodes) : new Map<Node, LoopNode>();
  const places = placeNodes(nodes, computed);
  const last = Math.max(0, ...places.values());
  const readers = readersOf(nodes, computed);
  return Array.from({ length: last + 1 }, (_, place) => {
    const here = nodes.filter((node) => places.get(node) === place);
    const loopNodes = here.flatMap((node) => computed.get(node) ?? []);
    const inLoops = new Set(loopNodes.map(({ node }) => node));
    const isRead = (value: Value): boolean => results.has(value) || (readers.get(value) ?? []).some((reader) => !inLoops.has(reader));
    const isNeeded = (node: Node): boolean => node.outputs.some((value) => results.has(value) || readers.has(value));
    return {
      nodes: withIndices(
        here.filter((node) => !computed.has(node) && isNeeded(node)),
        nodes,
        places,
        place,
      ),
      loops: formLoops(loopNodes, isRead),
    };
  });
}

/** What the nodes of a stage read and do not make themselves, constants apart. */
export function inputsOf({ nodes }: Pick<Stage, 'nodes'>): Value[] {
  const made = new Set(nodes.flatMap((node) => node.outputs));
  return [...new Set(nodes.flatMap((node) => node.inputs))].filter((value) => value.data === null && !made.has(value));
}

function producersOf(nodes: readonly Node[]): Map<Value, Node> {
  return new Map(nodes.flatMap((node) => node.outputs.map((value) => [value, node] as const)));
}

function readersOf(nodes: readonly Node[], computed: ReadonlyMap<Node, LoopNode>): Map<Value, Node[]> {
  const readers = new Map<Value, Node[]>();
  for (const node of nodes) {
    const found = computed.get(node);
    for (const value of new Set(found === undefined ? node.inputs : inputsOfComputation(found.computation))) {
      readers.set(value, [...(readers.get(value) ?? []), node]);
    }
  }
  return readers;
}

/** All that kernels can compute, but for what ONNX Runtime does with the product before it: max(x, 0), or another shape for its next node. */
function chooseComputed(nodes: readonly Node[]): Map<Node, LoopNode> {
  const producers = producersOf(nodes);
  const computed = new Map<Node, LoopNode>();
  for (const node of nodes) {
    const computation = computationOf(node, producers);
    if (computation !== null) computed.set(node, { node, computation });
  }
  const readers = readersOf(nodes, computed);
  for (const [node] of computed) {
    const maker = producers.get(node.inputs[0] as Value);
    if (maker === undefined || computed.has(maker)) continue;
    const isReadByRuntime = (readers.get(node.outputs[0] as Value) ?? []).some((reader) => !computed.has(reader));
    if ((node.op === 'Reshape' && isReadByRuntime) || (node.op === 'Relu' && maker.op === 'Gemm')) computed.delete(node);
  }
  return computed;
}

/** The stage of each node: as late as its readers allow, so that as little as possible passes from stage to stage. */
function placeNodes(nodes: readonly Node[], computed: ReadonlyMap<Node, LoopNode>): Map<Node, number> {
  const producers = producersOf(nodes);
  const places = new Map<Node, number>();
  for (const node of nodes) {
    const makers = node.inputs.flatMap((value) => producers.get(value) ?? []);
    places.set(
      node,
      Math.max(0, ...makers.map((maker) => (places.get(maker) ?? 0) + (computed.has(maker) && !computed.has(node) ? 1 : 0))),
    );
  }
  const last = Math.max(0, ...places.values());
  const readers = readersOf(nodes, computed);
  for (const node of nodes.toReversed()) {
    const needed = node.outputs
      .flatMap((value) => readers.get(value) ?? [])
      .map((reader) => (places.get(reader) ?? last) - (computed.has(node) && !computed.has(reader) ? 1 : 0));
    if (needed.length > 0) places.set(node, Math.min(...needed));
  }
  return places;
}

/** With the nodes of earlier stages that make flags and indices for these: only floats pass from stage to stage. */
function withIndices(here: readonly Node[], nodes: readonly Node[], places: ReadonlyMap<Node, number>, place: number): Node[] {
  const producers = producersOf(nodes);
  const wanted = new Set(here);
  const open = [...here];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const value of node.inputs) {
      const maker = producers.get(value);
      if (maker === undefined || value.type === 'float32' || wanted.has(maker) || places.get(maker) === place) continue;
      wanted.add(maker);
      open.push(maker);
    }
  }
  return nodes.filter((node) => wanted.has(node));
}
