// Nodes that kernels compute, brought together: one loop reads and writes each tensor once, where nodes by themselves would read
// and write whole tensors between them; see the lab log.
import { type Node, sizeOf, type Value } from '../tracing/graph.ts';
import type { Computation } from './operations.ts';

export interface LoopNode {
  node: Node;
  computation: Computation;
}

/** Nodes computed in one pass, in their order. Sums, sums of columns, matrices side by side and step products have a loop of their own. */
export interface Loop {
  nodes: readonly LoopNode[];
  /** Entries of each output. */
  size: number;
  /** Entries in a row, where a node reads something by row or column; null where it makes no difference. */
  columns: number | null;
  /** What comes from outside, constants apart. */
  inputs: readonly Value[];
  /** What the loop makes and something outside reads, and what it needs to write while it runs. */
  outputs: readonly Value[];
}

interface Draft {
  nodes: LoopNode[];
  size: number;
  columns: number | null;
  isClosed: boolean;
}

export const outputOf = (node: Node): Value => node.outputs[0] as Value;

/** What it reads, constants apart. */
export function inputsOfComputation(computation: Computation): Value[] {
  const values =
    computation.kind === 'sums'
      ? [computation.of]
      : computation.kind === 'column sums'
        ? [computation.of, ...(computation.factors === null ? [] : [computation.factors])]
        : computation.kind === 'beside'
          ? computation.parts.map(({ value }) => value)
          : computation.kind === 'step product'
            ? computation.operands
            : computation.operands.map(({ value }) => value);
  return values.filter(({ data }) => data === null);
}

/**
 * @param nodes of one stage, in the order of computation; what they read beside one another's outputs was made before the stage
 * @param isRead whether something outside these nodes reads a value
 * @returns loops in the order of computation
 */
export function formLoops(nodes: readonly LoopNode[], isRead: (value: Value) => boolean): Loop[] {
  const drafts: Draft[] = [];
  for (const one of nodes) {
    const fresh = draftOf(one);
    drafts.push(fresh);
    if (fresh.isClosed) continue;
    // Joins the loops that make what it reads, the last first: a loop may move down to it if none between needs it.
    for (const earlier of drafts.slice(0, -1).toReversed()) {
      if (
        readsFrom(fresh, earlier) &&
        canJoin(earlier, fresh) &&
        !drafts.slice(drafts.indexOf(earlier) + 1, -1).some((between) => readsFrom(between, earlier))
      ) {
        fresh.nodes.unshift(...earlier.nodes);
        fresh.columns ??= earlier.columns;
        drafts.splice(drafts.indexOf(earlier), 1);
      }
    }
  }
  return drafts.map((draft) => finish(draft, drafts, isRead));
}

function draftOf(one: LoopNode): Draft {
  const { computation, node } = one;
  if (computation.kind !== 'entries') return { nodes: [one], size: sizeOf(outputOf(node).shape), columns: null, isClosed: true };
  const widths = new Set(computation.operands.flatMap(({ access }) => ('columns' in access ? [access.columns] : [])));
  const [columns = null] = widths;
  return { nodes: [one], size: sizeOf(outputOf(node).shape), columns, isClosed: widths.size > 1 };
}

const madeBy = (draft: Draft): Set<Value> => new Set(draft.nodes.map(({ node }) => outputOf(node)));
function readsFrom(reader: Draft, maker: Draft): boolean {
  const made = madeBy(maker);
  return reader.nodes.some(({ computation }) => inputsOfComputation(computation).some((value) => made.has(value)));
}

/** Entries must be computed in the same steps, and what one reads of the other entry by entry. */
function canJoin(earlier: Draft, later: Draft): boolean {
  if (earlier.isClosed || earlier.size !== later.size) return false;
  const isSameWalk = earlier.columns === later.columns || (earlier.columns ?? later.columns ?? 0) % 4 === 0;
  if (!isSameWalk || (earlier.columns !== null && later.columns !== null && earlier.columns !== later.columns)) return false;
  const made = madeBy(earlier);
  return later.nodes.every(
    ({ computation }) =>
      computation.kind === 'entries' && computation.operands.every(({ value, access }) => !made.has(value) || access.kind === 'each'),
  );
}

function finish({ nodes, size, columns }: Draft, all: readonly Draft[], isRead: (value: Value) => boolean): Loop {
  const made = new Set(nodes.map(({ node }) => outputOf(node)));
  const elsewhere = new Set(
    all
      .filter((draft) => draft.nodes !== nodes)
      .flatMap((draft) => draft.nodes.flatMap(({ computation }) => inputsOfComputation(computation))),
  );
  return {
    nodes,
    size,
    columns,
    inputs: [...new Set(nodes.flatMap(({ computation }) => inputsOfComputation(computation)))].filter((value) => !made.has(value)),
    outputs: [...[...made].filter((value) => isRead(value) || elsewhere.has(value)), ...nodes.flatMap(({ node }) => node.outputs.slice(1))],
  };
}
