// Fused programs: the same bits as node by node, and which nodes come together in which stage.
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { createStream } from '../../random/stream.ts';
import { CpuEngine } from '../devices/cpu.ts';
import { NativeSession, NativeTensor } from '../native/session.ts';
import { NonFiniteError } from '../non-finite.ts';
import { finishGraph } from '../onnx/export.ts';
import { writeOnnx } from '../onnx/model.ts';
import type { NamedArrays, NamedShapes, NamedTensors, ProgramDeclaration } from '../program.ts';
import type { Value } from '../tracing/graph.ts';
import { trace } from '../tracing/trace.ts';
import { findGroups } from './groups.ts';
import { inputsOf, planStages } from './stages.ts';

const n = 103; // no multiple of four: the last vector is not full
const shapes = { w: [n, 9], first: [n, 9], second: [n, 9], target: [n, 9], other: [9, 9], power: [] };
const at = (tensors: NamedTensors, name: string): tf.Tensor => tensors[name] as tf.Tensor;

/** Adam's step on the gradient of ‖x w‖², a target that follows, and a second product that reads the stepped weights. */
const program: ProgramDeclaration = {
  name: 'a step',
  signature: { batch: { x: [7, n] }, noise: {}, controls: { rate: [] } },
  fn: ({ state, batch, controls }) => {
    const x = at(batch, 'x') as tf.Tensor2D;
    const { value, grads } = tf.valueAndGrads((w: tf.Tensor) => tf.matMul(x, w as tf.Tensor2D).square().sum() as tf.Scalar)([at(state, 'w')]);
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
  return Object.fromEntries(Object.entries(of).map(([name, shape]) => {
    const array = new Float32Array(shape.reduce((size, extent) => size * extent, 1));
    stream.fillNormal(array);
    return [name, name === 'second' || name === 'power' ? array.map(Math.abs) : array];
  }));
}
const inputs = { batch: drawn(program.signature.batch, 1), noise: {}, controls: { rate: Float32Array.of(0.01) } };

/** All nodes as one session, nothing fused or rewritten. */
async function runNodeByNode(state: NamedArrays): Promise<NamedArrays> {
  const traced = await trace(program, shapes);
  const { nodes, inputs: read } = finishGraph(traced);
  const file = writeOnnx({ name: 'plain', nodes, inputs: read, weights: new Map(), outputs: traced.results });
  const session = new NativeSession(file, 1, { inputs: [...read.keys()], outputs: [...traced.results.keys()] });
  const given: NamedArrays = { ...prefixed('state', state), ...prefixed('batch', inputs.batch), ...prefixed('control', inputs.controls) };
  const open = (values: ReadonlyMap<string, Value>): NativeTensor[] => [...values].map(([name, { shape }]) => {
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
const prefixed = (prefix: string, arrays: NamedArrays): NamedArrays => Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${prefix}/${name}`, array]));

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
    for (const [name, array] of Object.entries(diagnostics)) expect(array, name).toEqual(plain[`diagnostic/${name}`]);
    expect(next['w']).not.toEqual(state['w']);
  });

  it.each([NaN, Infinity, -Infinity])('notices %d in what would become the state although no diagnostic shows it, and changes nothing', async (value) => {
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
  });
});

describe('groups and stages', () => {
  it('put each tensor’s step in one group, between the products that make its gradient and those that read it', async () => {
    const traced = await trace(program, shapes);
    const { nodes } = finishGraph(traced);
    const named = (prefix: string): Set<Value> => new Set([...traced.results].filter(([name]) => name.startsWith(prefix)).map(([, value]) => value));
    const groups = findGroups(nodes, named('next/'), named('diagnostic/'));
    expect(groups.map(({ size, outputs }) => [size, outputs.length])).toEqual([[n * 9, 4], [81, 1]]);
    const stages = planStages(nodes, groups);
    expect(stages.map((stage) => stage.groups.map((group) => groups.indexOf(group)))).toEqual([[0], [1]]);
    const products = stages.map((stage) => stage.nodes.filter(({ op }) => op === 'Gemm').length);
    expect(products).toEqual([2, 2]);
    // Everything that a stage reads was made before it.
    const made = new Set<Value>(traced.graph.inputs.values());
    for (const stage of stages) {
      for (const value of inputsOf(stage)) expect(made.has(value), value.origin).toBe(true);
      for (const value of stage.nodes.flatMap((node) => node.outputs)) made.add(value);
      for (const value of stage.groups.flatMap((group) => group.inputs)) expect(made.has(value), value.origin).toBe(true);
      for (const value of stage.groups.flatMap((group) => group.outputs)) made.add(value);
    }
  });

  it('leave out what would have to run before and after the same product', async () => {
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
    const traced = await trace(circular, square);
    const { nodes } = finishGraph(traced);
    expect(findGroups(nodes, new Set(traced.results.values()), new Set())).toEqual([]);
    const engine = new CpuEngine(square, 1);
    const compiled = await engine.compile(circular);
    await compiled.run({ batch: {}, noise: {}, controls: {} });
    expect(new Set((await engine.readState())['b'])).toEqual(new Set([10]));
    await engine.dispose();
  });
});
