// Programs in stages: the same bits as node by node but for sums, and which nodes come together in which stage.
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { createStream } from '../../random/stream.ts';
import { CpuEngine } from '../devices/cpu.ts';
import { NativeSession, NativeTensor } from '../native/session.ts';
import { NonFiniteError } from '../non-finite.ts';
import { finishGraph } from '../onnx/export.ts';
import { writeOnnx } from '../onnx/model.ts';
import type { NamedArrays, NamedShapes, NamedTensors, ProgramDeclaration } from '../program.ts';
import { Graph, sizeOf, type Node, type Value } from '../tracing/graph.ts';
import { trace } from '../tracing/trace.ts';
import { layOut } from '../devices/cpu-layout.ts';
import { planProgram } from '../devices/cpu-plan.ts';
import { inputsOf, planStages, type Stage } from './stages.ts';

const n = 103; // no multiple of four: the last vector is not full
const shapes = { w: [n, 9], first: [n, 9], second: [n, 9], target: [n, 9], other: [9, 9], power: [] };
const at = (tensors: NamedTensors, name: string): tf.Tensor => tensors[name] as tf.Tensor;

/** Adam's step on the gradient of ‖x w‖², a target that follows, and a second product that reads the stepped weights. */
const program: ProgramDeclaration = {
  name: 'a step',
  signature: { batch: { x: [7, n] }, noise: {}, controls: { rate: [] } },
  fn: ({ state, batch, controls }) => {
    const x = at(batch, 'x') as tf.Tensor2D;
    const { value, grads } = tf.valueAndGrads(
      (w: tf.Tensor) =>
        tf
          .matMul(x, w as tf.Tensor2D)
          .square()
          .sum() as tf.Scalar,
    )([at(state, 'w')]);
    const g = grads[0] as tf.Tensor;
    const power = at(state, 'power').mul(0.9).add(0.01);
    const first = at(state, 'first').mul(0.9).add(g.mul(0.1));
    const second = at(state, 'second').mul(0.999).add(g.square().mul(0.001));
    const w = at(state, 'w').sub(at(controls, 'rate').div(power).mul(first).div(tf.sqrt(second).add(1e-8)));
    const target = at(state, 'target').add(w.sub(at(state, 'target')).mul(0.005));
    const after = tf.matMul(x, w as tf.Tensor2D);
    const other = at(state, 'other').sub(tf.matMul(after, after, true, false).mul(at(controls, 'rate')));
    return { state: { w, first, second, target, other, power }, diagnostics: { loss: value, after: after.mean() } };
  },
};

function drawn(of: NamedShapes, seed: number): NamedArrays {
  const stream = createStream(seed, 'numbers');
  return Object.fromEntries(
    Object.entries(of).map(([name, shape]) => {
      const array = new Float32Array(shape.reduce((size, extent) => size * extent, 1));
      stream.fillNormal(array);
      return [name, name === 'second' || name === 'power' ? array.map(Math.abs) : array];
    }),
  );
}
const inputs = { batch: drawn(program.signature.batch, 1), noise: {}, controls: { rate: Float32Array.of(0.01) } };

/** All nodes as one session, nothing fused or rewritten. */
async function runNodeByNode(state: NamedArrays): Promise<NamedArrays> {
  const traced = await trace(program, shapes);
  const { nodes, inputs: read } = finishGraph(traced);
  const file = writeOnnx({ name: 'plain', nodes, inputs: read, weights: new Map(), outputs: traced.results });
  const session = new NativeSession(file, 1, { inputs: [...read.keys()], outputs: [...traced.results.keys()] });
  const given: NamedArrays = { ...prefixed('state', state), ...prefixed('batch', inputs.batch), ...prefixed('control', inputs.controls) };
  const open = (values: ReadonlyMap<string, Value>): NativeTensor[] =>
    [...values].map(([name, { shape }]) => {
      const tensor = new NativeTensor(shape);
      if (given[name]) tensor.data.set(given[name]);
      return tensor;
    });
  const [from, to] = [open(read), open(traced.results)];
  session.run({ inputs: from, outputs: to });
  const results = Object.fromEntries([...traced.results.keys()].map((name, i) => [name, (to[i] as NativeTensor).data.slice()]));
  session.release();
  for (const tensor of [...from, ...to]) tensor.release();
  return results;
}
const prefixed = (prefix: string, arrays: NamedArrays): NamedArrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${prefix}/${name}`, array]));

async function runFused(state: NamedArrays, given = inputs): Promise<{ next: NamedArrays; diagnostics: NamedArrays }> {
  const engine = new CpuEngine(shapes, 1);
  await engine.writeState(state);
  const compiled = await engine.compile(program);
  const diagnostics = Object.fromEntries(Object.entries(await compiled.run(given)).map(([name, array]) => [name, array.slice()]));
  const next = await engine.readState();
  await engine.dispose();
  return { next, diagnostics };
}

describe('a fused program', () => {
  it('computes the same bits as node by node', async () => {
    const state = drawn(shapes, 2);
    const plain = await runNodeByNode(state);
    const { next, diagnostics } = await runFused(state);
    expect(Object.keys(next).sort()).toEqual(Object.keys(shapes).sort());
    for (const [name, array] of Object.entries(next)) expect(array, name).toEqual(plain[`next/${name}`]);
    for (const [name, array] of Object.entries(diagnostics)) {
      const wanted = plain[`diagnostic/${name}`] as Float32Array;
      expect(Math.abs((array[0] as number) - (wanted[0] as number)), name).toBeLessThanOrEqual(1e-5 * Math.abs(wanted[0] as number));
    }
    expect(next['w']).not.toEqual(state['w']);
  });

  it.each([NaN, Infinity, -Infinity])(
    'notices %d in what would become the state although no diagnostic shows it, and changes nothing',
    async (value) => {
      const state = drawn(shapes, 3);
      (state['target'] as Float32Array)[n * 9 - 1] = value;
      const engine = new CpuEngine(shapes, 1);
      await engine.writeState(state);
      const compiled = await engine.compile(program);
      const error: unknown = await compiled.run(inputs).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(NonFiniteError);
      expect((error as NonFiniteError).computed.map(({ role, name }) => `${role} ${name}`)).toEqual(['next state target']);
      expect(await engine.readState()).toEqual(state);
      await engine.dispose();
    },
  );
});

describe('loops and stages', () => {
  const plan = async (declaration: ProgramDeclaration, stateShapes: NamedShapes) => {
    const traced = await trace(declaration, stateShapes);
    const { nodes, inputs: read } = finishGraph(traced);
    return { nodes, read, stages: planStages(nodes, new Set(traced.results.values())) };
  };

  /** Everything that a stage reads was made before it. */
  function expectOrder(read: ReadonlyMap<string, Value>, stages: readonly Stage[]): void {
    const made = new Set<Value>(read.values());
    for (const stage of stages) {
      for (const value of inputsOf(stage)) expect(made.has(value), value.origin).toBe(true);
      for (const value of stage.nodes.flatMap((node) => node.outputs)) made.add(value);
      for (const loop of stage.loops) {
        for (const value of loop.inputs) expect(made.has(value), value.origin).toBe(true);
        for (const value of loop.outputs) made.add(value);
      }
    }
  }

  it('put each tensor’s step in one loop, between the products that make its gradient and those that read it', async () => {
    const { read, stages } = await plan(program, shapes);
    expectOrder(read, stages);
    const large = stages.map((stage) => stage.loops.filter(({ size }) => size > 64).map(({ size, outputs }) => [size, outputs.length]));
    expect(large.flat()).toContainEqual([n * 9, 4]);
    expect(large.flat()).toContainEqual([81, 1]);
    const products = stages.map((stage) => stage.nodes.filter(({ op }) => op === 'Gemm').length);
    expect(products.reduce((sum, count) => sum + count, 0)).toBe(4);
    const elementwise = stages.flatMap((stage) => stage.nodes).filter(({ op }) => ['Add', 'Sub', 'Mul', 'Div', 'Sqrt'].includes(op));
    expect(elementwise.filter(({ outputs }) => sizeOf((outputs[0] as Value).shape) > 64)).toEqual([]);
  });

  it('take apart what would have to run before and after the same product', async () => {
    // b is made of a, and of a product that reads a.
    const circular: ProgramDeclaration = {
      name: 'a circle',
      signature: { batch: {}, noise: {}, controls: {} },
      fn: ({ state }) => {
        const a = at(state, 'a').add(1);
        return { state: { a, b: a.mul(2).add(tf.matMul(a as tf.Tensor2D, a as tf.Tensor2D)) }, diagnostics: {} };
      },
    };
    const square = { a: [8, 8], b: [8, 8] };
    const { read, stages } = await plan(circular, square);
    expectOrder(read, stages);
    expect(stages.length).toBe(2);
    const engine = new CpuEngine(square, 1);
    const compiled = await engine.compile(circular);
    await compiled.run({ batch: {}, noise: {}, controls: {} });
    expect(new Set((await engine.readState())['b'])).toEqual(new Set([10]));
    await engine.dispose();
  });

  it('pass only floats from stage to stage: flags and indices are made again where they are read', () => {
    const graph = new Graph();
    const [a, b] = [graph.input('a', [8]), graph.input('b', [8])];
    const [below, above] = ['LessOrEqual', 'Greater'].map((op) => graph.node(op, [a, b], {}, [8], 'bool')) as [Value, Value];
    const flag = graph.node('And', [below, above], {}, [8], 'bool');
    const weight = graph.node('Cast', [flag], { to: 1 }, [8]);
    const doubled = graph.node('Mul', [weight, graph.scalar(2)], {}, [8]);
    const chosen = graph.node('Where', [flag, doubled, a], {}, [8]);
    const stages = planStages(graph.nodes, new Set([chosen]));
    expect(stages.map((stage) => stage.nodes.map(({ op }) => op))).toEqual([
      ['LessOrEqual', 'Greater', 'And', 'Cast'],
      ['LessOrEqual', 'Greater', 'And', 'Where'],
    ]);
    for (const value of stages.slice(1).flatMap(inputsOf)) expect(value.type).toBe('float32');
  });

  it.each([
    [7, 103],
    [64, 16],
    [65, 21],
    [3, 2],
  ])('sum the columns of %i × %i numbers, and their products with factors', async (rows, columns) => {
    const adding: ProgramDeclaration = {
      name: 'columns',
      signature: { batch: { x: [rows, columns], u: [rows, 1] }, noise: {}, controls: {} },
      fn: ({ batch }) => ({
        state: {},
        diagnostics: {
          sums: at(batch, 'x').sum(0),
          products: tf.matMul(at(batch, 'x') as tf.Tensor2D, at(batch, 'u') as tf.Tensor2D, true),
        },
      }),
    };
    expect((await plan(adding, {})).stages.map(({ nodes }) => nodes)).toEqual([[]]);
    const batch = drawn(adding.signature.batch, rows);
    const [x, u] = [batch['x'] as Float32Array, batch['u'] as Float32Array];
    const engine = new CpuEngine({}, 1);
    const found = await (await engine.compile(adding)).run({ batch, noise: {}, controls: {} });
    for (let j = 0; j < columns; j += 1) {
      const column = Array.from(u, (factor, i) => [x[i * columns + j] as number, factor] as const);
      expect(found['sums']?.[j]).toBeCloseTo(
        column.reduce((sum, [value]) => sum + value, 0),
        4,
      );
      expect(found['products']?.[j]).toBeCloseTo(
        column.reduce((sum, [value, factor]) => sum + value * factor, 0),
        4,
      );
    }
    await engine.dispose();
  });

  it('compare numbers where the result is used as a number', async () => {
    const [first, second] = [Float32Array.of(1, 2, 3, NaN, 0, -0, Infinity), Float32Array.of(2, 2, 1, 1, -0, 0, Infinity)];
    const comparing: ProgramDeclaration = {
      name: 'comparisons',
      signature: { batch: { first: [7], second: [7] }, noise: {}, controls: {} },
      fn: ({ batch }) => ({
        state: {},
        diagnostics: Object.fromEntries(
          Object.entries({ less: tf.less, lessEqual: tf.lessEqual, greater: tf.greater, greaterEqual: tf.greaterEqual }).map(
            ([name, compare]) => [name, tf.cast(compare(at(batch, 'first'), at(batch, 'second')), 'float32')],
          ),
        ),
      }),
    };
    expect((await plan(comparing, {})).stages.map(({ nodes }) => nodes)).toEqual([[]]);
    const engine = new CpuEngine({}, 1);
    const compiled = await engine.compile(comparing);
    const found = await compiled.run({ batch: { first, second }, noise: {}, controls: {} });
    expect(Object.fromEntries(Object.entries(found).map(([name, array]) => [name, [...array].join('')]))).toEqual({
      less: '1000000',
      lessEqual: '1100111',
      greater: '0010000',
      greaterEqual: '0110111',
    });
    await engine.dispose();
  });

  it('leave all to ONNX Runtime where there may be no kernels', async () => {
    const { nodes } = await plan(program, shapes);
    const stages = planStages(nodes, new Set(nodes.flatMap((node: Node) => node.outputs)), false);
    expect(stages.map((stage) => [stage.nodes.length, stage.loops.length])).toEqual([[nodes.length, 0]]);
  });
});

describe('the layout', () => {
  it('never gives one place to values that are needed at the same time, and less room than all of them take', async () => {
    const traced = await trace(program, shapes);
    const { stages, inputs: read, passing } = planProgram(traced);
    const kept = new Set(read.map(({ value }) => value));
    const { places, bytes } = layOut(stages, passing, kept);
    const span = (value: Value): [number, number] => [places.get(value) as number, (places.get(value) as number) + 4 * sizeOf(value.shape)];
    for (const stage of stages) {
      const together = new Set([...inputsOf(stage), ...stage.nodes.flatMap((node) => node.outputs)].filter((value) => passing.has(value)));
      for (const moment of [together, new Set(stage.loops.flatMap((loop) => [...loop.inputs, ...loop.outputs]))]) {
        const spans = [...new Set([...moment, ...kept])]
          .filter((value) => places.has(value))
          .map(span)
          .sort((p, q) => p[0] - q[0]);
        spans.slice(1).forEach(([start], i) => expect(start).toBeGreaterThanOrEqual((spans[i] as [number, number])[1]));
      }
    }
    expect(Math.max(...[...passing].map((value) => span(value)[1]))).toBeLessThanOrEqual(bytes);
  });
});
