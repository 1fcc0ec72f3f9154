// Which nodes of a program can run as one pass over memory: elementwise work that ends in the state, such as Adam's step
// and the targets' averaging. As separate nodes each of them reads and writes whole tensors; see the lab log.
import { type Node, sizeOf, type Value } from '../tracing/graph.ts';

/** Elementwise nodes over tensors of one size; numbers of their own are read for each entry. */
export interface Group {
  /** In the order of computation. */
  nodes: readonly Node[];
  /** What comes from outside and is no constant: of the group's size, or one number. */
  inputs: readonly Value[];
  /** What the state, or a node outside, takes from it. */
  outputs: readonly Value[];
  size: number;
}

/** What a kernel can compute, entry by entry. */
const operations: ReadonlySet<string> = new Set(['Add', 'Sub', 'Mul', 'Div', 'Sqrt', 'Neg', 'Abs']);
/** Entries from which a pass of its own pays. */
const smallest = 64;

/**
 * @param nodes in the order of computation
 * @param state the results that replace entries of the state
 * @param others the other results
 * @returns groups that depend on one another in one direction only
 */
export function findGroups(nodes: readonly Node[], state: ReadonlySet<Value>, others: ReadonlySet<Value>): Group[] {
  const members = new Set(nodes.filter((node) => isElementwise(node) && state.has(outputOf(node))));
  const readers = readersOf(nodes);
  // Backwards: what is elementwise and only a member reads is a member.
  for (const node of nodes.toReversed()) {
    const output = outputOf(node);
    if (members.has(node) || !isElementwise(node) || others.has(output)) continue;
    if (readers.get(output)?.every((reader) => members.has(reader)) === true) members.add(node);
  }
  const groups = connected(nodes.filter((node) => members.has(node))).map((group) => describe(group, state, readers));
  return isAcyclic(nodes, groups) ? groups : [];
}

const outputOf = (node: Node): Value => node.outputs[0] as Value;

function isElementwise(node: Node): boolean {
  const [output] = node.outputs;
  if (!operations.has(node.op) || output?.type !== 'float32' || sizeOf(output.shape) < smallest) return false;
  return node.inputs.every(({ type, shape }) => type === 'float32' && (sizeOf(shape) === 1 || shape.join() === output.shape.join()));
}

export function readersOf(nodes: readonly Node[]): Map<Value, Node[]> {
  const readers = new Map<Value, Node[]>();
  for (const node of nodes) {
    for (const value of new Set(node.inputs)) readers.set(value, [...(readers.get(value) ?? []), node]);
  }
  return readers;
}

/** Sets of nodes that read one another, each in the order given. */
function connected(nodes: readonly Node[]): Node[][] {
  const sets = new Map<Value, Set<Node>>();
  for (const node of nodes) {
    const joined = new Set([node]);
    for (const value of node.inputs) for (const one of sets.get(value) ?? []) joined.add(one);
    for (const one of joined) sets.set(outputOf(one), joined);
  }
  return [...new Set(sets.values())].map((set) => nodes.filter((node) => set.has(node)));
}

function describe(nodes: readonly Node[], state: ReadonlySet<Value>, readers: ReadonlyMap<Value, readonly Node[]>): Group {
  const inside = new Set(nodes);
  const made = new Set(nodes.map(outputOf));
  const inputs = new Set(nodes.flatMap((node) => node.inputs).filter((value) => !made.has(value) && value.data === null));
  const outputs = [...made].filter((value) => state.has(value) || (readers.get(value) ?? []).some((reader) => !inside.has(reader)));
  return { nodes, inputs: [...inputs], outputs, size: sizeOf((nodes[0] as Node).outputs[0]?.shape ?? []) };
}

/** Can each group run at once, with no node outside in the midst of it? */
function isAcyclic(nodes: readonly Node[], groups: readonly Group[]): boolean {
  return orderUnits(nodes, groups) !== null;
}

/**
 * Groups and the nodes outside them in an order of computation; null where there is none.
 */
export function orderUnits(nodes: readonly Node[], groups: readonly Group[]): (Node | Group)[] | null {
  const groupOf = new Map(groups.flatMap((group) => group.nodes.map((node) => [node, group] as const)));
  const producers = new Map(nodes.flatMap((node) => node.outputs.map((value) => [value, groupOf.get(node) ?? node] as const)));
  const units = new Set(nodes.map((node) => groupOf.get(node) ?? node));
  const needs = (unit: Node | Group): (Node | Group)[] =>
    [...new Set(unit.inputs.flatMap((value) => producers.get(value) ?? []))].filter((one) => one !== unit);
  const ordered: (Node | Group)[] = [];
  const state = new Map<Node | Group, 'open' | 'done'>();
  const visit = (unit: Node | Group): boolean => {
    if (state.get(unit) === 'done') return true;
    if (state.get(unit) === 'open') return false;
    state.set(unit, 'open');
    if (!needs(unit).every(visit)) return false;
    state.set(unit, 'done');
    ordered.push(unit);
    return true;
  };
  return [...units].every(visit) ? ordered : null;
}
