// What a program on the processor consists of: a traced graph with less work in it, in stages of ONNX Runtime and kernels.
import type { Loop } from '../fusion/loops.ts';
import { productThroughStep, stepBelowProduct } from '../fusion/step-rule.ts';
import { inputsOf, planStages, type Stage } from '../fusion/stages.ts';
import { paddedBytes } from '../native/memory.ts';
import { finishGraph } from '../onnx/export.ts';
import { bytesOf, type Node, type Value } from '../tracing/graph.ts';
import { rewriteForProcessor } from '../tracing/rewrite.ts';
import type { Trace } from '../tracing/trace.ts';

export type ValueKind = 'state' | 'batch' | 'noise' | 'control' | 'next' | 'diagnostic';

/** Something given or asked for: `critic-1/layer-0/weight` of the state. */
export interface Named {
  kind: ValueKind;
  name: string;
  value: Value;
}

export interface Plan {
  inputs: readonly Named[];
  results: readonly Named[];
  stages: readonly Stage[];
  /** What kernels read or write, and what passes from stage to stage. */
  passing: ReadonlySet<Value>;
  /** Nodes and loops, and the bytes that they read and write in one run, as far as their sizes are known before. */
  size: { nodes: number; bytes: number };
}

/** Most that the kernels of one program may hold: without them it is slower and as right. */
const mostKernelBytes = 2 ** 31;

export function planProgram(traced: Trace): Plan {
  const plan = planOf(rewriteForProcessor(traced, [productThroughStep, stepBelowProduct]), true);
  return bytesOfAll(sharedBy(plan.stages)) > mostKernelBytes ? planOf(rewriteForProcessor(traced), false) : plan;
}

/** Bytes of all values together. */
const bytesOfAll = (values: ReadonlySet<Value>): number => [...values].reduce((sum, { shape }) => sum + paddedBytes(shape), 0);

function planOf(graph: Trace, hasKernels: boolean): Plan {
  const { nodes, inputs } = finishGraph(graph);
  const results = [...graph.results].map(nameOf);
  const stages = planStages(nodes, new Set(graph.results.values()), hasKernels);
  const units: (Node | Loop)[] = stages.flatMap((stage) => [...stage.nodes, ...stage.loops]);
  const bytes = units.flatMap((unit) => [...unit.inputs, ...unit.outputs]).reduce((sum, value) => sum + bytesOf(value), 0);
  return {
    inputs: [...inputs].map(nameOf),
    results,
    stages,
    passing: new Set([...sharedBy(stages), ...stages.flatMap(inputsOf)]),
    size: { nodes: units.length, bytes },
  };
}

function sharedBy(stages: readonly Stage[]): Set<Value> {
  return new Set(stages.flatMap((stage) => stage.loops.flatMap((loop) => [...loop.inputs, ...loop.outputs])));
}

/** `state/critic-1/layer-0/weight` → kind `state`, name `critic-1/layer-0/weight`. */
function nameOf([key, value]: readonly [string, Value]): Named {
  const slash = key.indexOf('/');
  return { kind: key.slice(0, slash) as ValueKind, name: key.slice(slash + 1), value };
}
