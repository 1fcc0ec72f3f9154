// Finds the products that step-products.ts computes: those with the gradient of a layer of max(x, 0) that a single unit reads,
// as a critic's last layer does. Such a gradient is a column times a row where the layer is on.
import { type Graph, type Node, sizeOf, type Value } from '../tracing/graph.ts';
import { type Rule, steepest } from '../tracing/rewrite.ts';
import { isPossible, scratchEntries, type StepProduct } from './step-layout.ts';

/** The operation, with StepProduct's `of` for an attribute: no operation of ONNX's, kernels alone compute it. */
export const stepProductOp = 'StepProduct';
/** Extents from which it pays. */
const least = 64;

/** A gradient u v where y > 0. */
interface StepGradient {
  y: Value;
  u: Value;
  v: Value;
}

export const productThroughStep: Rule = (node, inputs, { graph, producers }, { isResult }) => {
  const [output] = node.outputs;
  const factors = factorsOf(node, inputs);
  const found = factors && stepGradientOf(factors.gradient, producers);
  if (output === undefined || isResult(output) || !factors || !found) return null;
  const operands = [found.y, found.u, found.v, ...(factors.other === null ? [] : [factors.other])];
  const product = productOf(factors.of, operands);
  const extents = [product.rows, product.units, ...(factors.other === null ? [] : [product.columns])];
  return isPossible(product) && extents.every((extent) => extent >= least) ? addNode(graph, product, operands, output.shape) : null;
};

/** The gradient goes on through the layer below in the same pass. */
export const stepBelowProduct: Rule = (
  { op, inputs: before, outputs: [output] },
  inputs,
  { graph, producers },
  { isReadOnce, isResult },
) => {
  if (op !== 'Mul' || output === undefined || isResult(output)) return null;
  for (const [place, value] of inputs.entries()) {
    const [product, step] = [producers.get(value), producers.get(inputs[1 - place] as Value)];
    const below = step && steppedBy(step);
    const isWhole = product?.op === stepProductOp && product.attributes['of'] === 'input' && product.inputs.length === 4;
    if (!isWhole || !below || below.shape.join() !== value.shape.join() || !isReadOnce(before[place] as Value)) continue;
    const operands = [...product.inputs, below];
    return addNode(graph, productOf('input', operands), operands, output.shape);
  }
  return null;
};

function addNode(graph: Graph, product: StepProduct, operands: readonly Value[], shape: readonly number[]): Value {
  const outputs = [shape, [scratchEntries(product)]].map((extents) => ({ shape: extents, type: 'float32' as const }));
  return graph.multiNode(stepProductOp, operands, { of: product.of }, outputs)[0] as Value;
}

/** What a node of the operation computes; null for other nodes. */
export const stepProductOf = ({ op, attributes, inputs }: Node): StepProduct | null =>
  op === stepProductOp ? productOf(attributes['of'] as StepProduct['of'], inputs) : null;

function productOf(of: StepProduct['of'], [y, , , other, mask]: readonly Value[]): StepProduct {
  const [rows = 0, units = 0] = y?.shape ?? [];
  return { of, rows, units, columns: other?.shape[of === 'input' ? 0 : 1] ?? 0, isMasked: mask !== undefined };
}

/** A product or a sum down the columns: what may be the gradient, and the other matrix. */
function factorsOf(
  { op, attributes }: Node,
  [a, b]: readonly Value[],
): { of: StepProduct['of']; gradient: Value; other: Value | null } | null {
  if (a === undefined || b === undefined) return null;
  if (op === 'ReduceSum') return b.data?.length === 1 && Number(b.data[0]) === 0 ? { of: 'bias', gradient: a, other: null } : null;
  if (op !== 'Gemm') return null;
  const [isATransposed, isBTransposed] = [attributes['transA'] === 1, attributes['transB'] === 1];
  if (!isATransposed && isBTransposed) return { of: 'input', gradient: a, other: b };
  return isATransposed && !isBTransposed ? { of: 'weight', gradient: b, other: a } : null;
}

function stepGradientOf(value: Value, producers: ReadonlyMap<Value, Node>): StepGradient | null {
  const made = producers.get(value);
  if (made?.op !== 'Mul') return null;
  const makers = made.inputs.map((input) => producers.get(input));
  const outer = makers.find((node) => node?.op === 'Gemm');
  const y = makers.map((node) => node && steppedBy(node)).find((found) => found);
  const [u, v] = outer?.inputs ?? [];
  if (!y || u === undefined || v === undefined || outer?.inputs.length !== 2) return null;
  const isOuter =
    y.shape.length === 2 &&
    sizeOf(u.shape) === y.shape[0] &&
    sizeOf(v.shape) === y.shape[1] &&
    outer.outputs[0]?.shape.join() === y.shape.join();
  return isOuter && [y, u, v].every(({ data }) => data === null) ? { y, u, v } : null;
}

/** What the node is 1 for where it is above 0, and 0 elsewhere; null for other nodes. */
function steppedBy({ op, attributes, inputs: [x] }: Node): Value | null {
  const slope = attributes['alpha'];
  const isStep = op === 'HardSigmoid' && typeof slope === 'object' && 'float' in slope && slope.float === steepest;
  return isStep && x?.data === null ? x : null;
}
