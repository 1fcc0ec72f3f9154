// Divides stages among lanes, each a thread: what of a stage does not depend on one another is computed side by side. Every
// node is computed by the same instructions on however many lanes, so that the bits are the same.
import { bytesOf, type Node, sizeOf, type Value } from '../tracing/graph.ts';
import type { Loop } from './loops.ts';
import type { Stage } from './stages.ts';

/** One lane's share of a stage: nodes for a session of its own, or loops for one kernel. */
export interface Part {
  /** Whose it is, unless another has nothing else to do. */
  lane: number;
  nodes: readonly Node[];
  loops: readonly Loop[];
  /** As many parts must be done before, the first of the list. */
  before: number;
  /** And these, by their place in the list. */
  needs: readonly number[];
}

interface Task {
  nodes: readonly Node[];
  loops: readonly Loop[];
  /** Nanoseconds, roughly: only their ratios matter. */
  cost: number;
  /** Tasks before this one, by their place in the list. */
  needs: readonly number[];
}

/** What another lane's finishing costs to hear of. */
const handOverCost = 5000;
/** A run that gains less is not worth waking a thread for. */
const leastGain = 100_000;

const entriesOf = ({ shape }: Value): number => sizeOf(shape);
function costOfNode({ op, inputs, outputs, attributes }: Node): number {
  const [left, output] = [inputs[0], outputs[0]] as [Value, Value];
  const inner = (attributes['transA'] === 1 ? left.shape.at(-2) : left.shape.at(-1)) ?? 1;
  const operations = op === 'Gemm' || op === 'MatMul' ? 2 * entriesOf(output) * Math.max(1, inner) : 0;
  return 2000 + operations / 80 + [...inputs, ...outputs].reduce((sum, value) => sum + 4 * entriesOf(value), 0) / 10;
}
const costOfNodes = (nodes: readonly Node[]): number => nodes.reduce((sum, node) => sum + costOfNode(node), 0);
function costOfLoop({ inputs, outputs, size, nodes }: Loop): number {
  const [first] = nodes;
  if (first?.computation.kind === 'step product') {
    const { rows, units, columns } = first.computation.product;
    return 2000 + (2 * rows * units * Math.max(1, columns)) / 125;
  }
  return 200 + [...inputs, ...outputs].reduce((sum, value) => sum + bytesOf(value), 0) / 16 + (size * nodes.length) / 50;
}

/** Made of nothing that a run gives: each task that reads it makes it for itself. */
const isFree = (node: Node): boolean => node.inputs.every(({ data }) => data !== null);

/** @returns in an order in which one thread could run them; all of them lane 0's where more lanes would not be faster */
export function divide(stages: readonly Stage[], lanes: number, isRead: (value: Value) => boolean): Part[] {
  const parts: Part[] = [];
  let gained = 0;
  for (const tasks of stages.flatMap((stage) => [nodeTasks(stage.nodes, isRead), loopTasks(stage.loops)])) {
    const { order, gain } = assign(tasks, lanes);
    gained += gain;
    parts.push(...formParts(tasks, order, parts.length));
  }
  return lanes > 1 && gained < leastGain ? divide(stages, 1, isRead) : parts;
}

/** Nodes that hang together, in tasks that do not. */
function nodeTasks(nodes: readonly Node[], isRead: (value: Value) => boolean): Task[] {
  const free = nodes.filter(isFree);
  const groups = connected(nodes.filter((node) => !isFree(node)));
  for (const node of free) if (node.outputs.some((value) => isRead(value))) groups.push([node]);
  return groups.map((group) => {
    const whole = withMakers(group, free, nodes);
    return { nodes: whole, loops: [], cost: costOfNodes(whole), needs: [] };
  });
}

/** With those of the free nodes that it reads. */
function withMakers(group: readonly Node[], free: readonly Node[], order: readonly Node[]): Node[] {
  const read = new Set(group.flatMap((node) => node.inputs));
  const whole = new Set([...group, ...free.filter((node) => node.outputs.some((value) => read.has(value)))]);
  return order.filter((node) => whole.has(node));
}

/** Nodes between which values pass, directly or through others. */
function connected(nodes: readonly Node[]): Node[][] {
  const groupOf = new Map<Value, Node[]>();
  const groups = new Set<Node[]>();
  for (const node of nodes) {
    const joined = [node];
    for (const group of new Set(node.inputs.map((value) => groupOf.get(value)))) {
      if (group === undefined) continue;
      joined.unshift(...group);
      groups.delete(group);
    }
    groups.add(joined);
    for (const value of joined.flatMap((one) => one.outputs)) groupOf.set(value, joined);
  }
  return [...groups];
}

function loopTasks(loops: readonly Loop[]): Task[] {
  const makers = new Map(loops.flatMap((loop, i) => loop.outputs.map((value) => [value, i] as const)));
  return loops.map((loop) => ({
    nodes: [],
    loops: [loop],
    cost: costOfLoop(loop),
    needs: [...new Set(loop.inputs.flatMap((value) => makers.get(value) ?? []))],
  }));
}

interface Assigned {
  task: number;
  lane: number;
}

/** @param before parts that must be done before these */
function formParts(tasks: readonly Task[], order: readonly Assigned[], before: number): Part[] {
  /** A part that another waits for grows no more: that would keep the other waiting. */
  const drafts: { lane: number; tasks: Task[]; needs: Set<number>; isClosed: boolean }[] = [];
  const draftOf = new Map<number, number>();
  for (const { task: place, lane } of order) {
    const task = tasks[place] as Task;
    let own = drafts.findLastIndex((draft) => draft.lane === lane && !draft.isClosed);
    const needs = new Set(task.needs.map((need) => draftOf.get(need) as number).filter((draft) => draft !== own));
    for (const need of needs) (drafts[need] as (typeof drafts)[number]).isClosed = true;
    if (own < 0 || ![...needs].every((need) => drafts[own]?.needs.has(need))) {
      for (const need of task.needs) needs.add(draftOf.get(need) as number);
      own = drafts.push({ lane, tasks: [], needs, isClosed: false }) - 1;
    }
    drafts[own]?.tasks.push(task);
    draftOf.set(place, own);
  }
  return drafts.map(({ lane, tasks: own, needs }) => ({
    lane,
    nodes: [...new Set(own.flatMap(({ nodes }) => nodes))],
    loops: own.flatMap(({ loops }) => loops),
    before,
    needs: [...needs].map((need) => before + need),
  }));
}

/**
 * Longest way to the end first, each where it is finished first: Topcuoglu, Hariri and Wu (2002), Performance-effective and
 * low-complexity task scheduling for heterogeneous computing, section 4.
 */
function assign(tasks: readonly Task[], lanes: number): { order: Assigned[]; gain: number } {
  const alone = { order: tasks.map((_, task) => ({ task, lane: 0 })), gain: 0 };
  if (lanes === 1 || tasks.length < 2) return alone;
  const ranks = tasks.map(({ cost }) => cost);
  for (let task = tasks.length - 1; task >= 0; task -= 1) {
    const { needs } = tasks[task] as Task;
    for (const need of needs)
      ranks[need] = Math.max(ranks[need] as number, (tasks[need] as Task).cost + handOverCost + (ranks[task] as number));
  }
  const free = Array.from({ length: lanes }, (_, lane): number => (lane === 0 ? 0 : handOverCost));
  const placed = new Map<number, { lane: number; end: number }>();
  const order: Assigned[] = [];
  for (const task of tasks.map((_, i) => i).sort((a, b) => (ranks[b] as number) - (ranks[a] as number) || a - b)) {
    const { cost, needs } = tasks[task] as Task;
    const ends = free.map(
      (start, lane) =>
        cost +
        Math.max(
          start,
          ...needs.map((need) => {
            const maker = placed.get(need) as { lane: number; end: number };
            return maker.end + (maker.lane === lane ? 0 : handOverCost);
          }),
        ),
    );
    const lane = ends.indexOf(Math.min(...ends));
    const end = ends[lane] as number;
    free[lane] = end;
    placed.set(task, { lane, end });
    order.push({ task, lane });
  }
  const serial = tasks.reduce((sum, { cost }) => sum + cost, 0);
  const gain = serial - Math.max(...free);
  return gain < 2 * handOverCost ? alone : { order, gain };
}
