// Kernels that compute entry by entry: arithmetic, comparisons, logic, functions of one number, choices, casts.
// Where ONNX and tfjs treat NaN differently: docs/devices.md.
import { backend_util } from '@tensorflow/tfjs';
import type { ValueType } from './graph.ts';
import {
  broadcastShape,
  castTo,
  filled,
  input,
  inputList,
  requireType,
  scalarOf,
  type KernelTable,
  type KernelTracer,
} from './kernels-call.ts';

const int32Limit = 2 ** 31;

function arithmetic(op: string): KernelTracer {
  return (call) => {
    const [a, b] = [input(call, 'a'), input(call, 'b')];
    requireType(a, 'float32', 'int32');
    return call.graph.node(op, [a, b], {}, broadcastShape(a.shape, b.shape), a.type);
  };
}

/** ONNX orders numbers alone; tfjs orders truth values too, as 0 and 1. */
function ordering(op: string): KernelTracer {
  return (call) => {
    const [a, b] = ['a', 'b'].map((name) => {
      const value = input(call, name);
      return value.type === 'bool' ? castTo(call.graph, value, 'int32') : value;
    }) as [ReturnType<typeof input>, ReturnType<typeof input>];
    return call.graph.node(op, [a, b], {}, broadcastShape(a.shape, b.shape), 'bool');
  };
}

function logic(op: string): KernelTracer {
  return (call) => {
    const [a, b] = [input(call, 'a'), input(call, 'b')];
    return call.graph.node(op, [a, b], {}, broadcastShape(a.shape, b.shape), 'bool');
  };
}

function unary(op: string, ...types: ValueType[]): KernelTracer {
  return (call) => {
    const x = input(call, 'x');
    requireType(x, ...types);
    return call.graph.node(op, [x], {}, x.shape, x.type);
  };
}

export const elementwiseTracers: KernelTable = {
  Add: arithmetic('Add'),
  AddN: (call) => {
    const [first, ...rest] = inputList(call);
    if (!first) throw new Error('it needs at least one tensor');
    if (rest.length === 0) return first;
    if (first.type === 'float32') return call.graph.node('Sum', [first, ...rest], {}, first.shape);
    return rest.reduce((total, value) => call.graph.node('Add', [total, value], {}, first.shape, first.type), first);
  },
  Sub: arithmetic('Sub'),
  Multiply: arithmetic('Mul'),
  RealDiv: arithmetic('Div'),
  Minimum: arithmetic('Min'),
  Maximum: arithmetic('Max'),
  Pow: arithmetic('Pow'),
  SquaredDifference: (call) => {
    const [a, b] = [input(call, 'a'), input(call, 'b')];
    requireType(a, 'float32', 'int32');
    const difference = call.graph.node('Sub', [a, b], {}, broadcastShape(a.shape, b.shape), a.type);
    return call.graph.node('Mul', [difference, difference], {}, difference.shape, a.type);
  },

  Greater: ordering('Greater'),
  GreaterEqual: ordering('GreaterOrEqual'),
  Less: ordering('Less'),
  LessEqual: ordering('LessOrEqual'),
  Equal: logic('Equal'),
  NotEqual: (call) => {
    const [a, b] = [input(call, 'a'), input(call, 'b')];
    const shape = broadcastShape(a.shape, b.shape);
    return call.graph.node('Not', [call.graph.node('Equal', [a, b], {}, shape, 'bool')], {}, shape, 'bool');
  },
  LogicalAnd: logic('And'),
  LogicalOr: logic('Or'),
  LogicalNot: unary('Not', 'bool'),

  Abs: unary('Abs', 'float32', 'int32'),
  Exp: unary('Exp', 'float32'),
  Log: unary('Log', 'float32'),
  Neg: unary('Neg', 'float32', 'int32'),
  Reciprocal: unary('Reciprocal', 'float32'),
  Relu: unary('Relu', 'float32', 'int32'),
  Sigmoid: unary('Sigmoid', 'float32'),
  Sign: unary('Sign', 'float32', 'int32'),
  Softplus: unary('Softplus', 'float32'),
  Sqrt: unary('Sqrt', 'float32'),
  Tanh: unary('Tanh', 'float32'),
  Rsqrt: (call) => {
    const x = input(call, 'x');
    requireType(x, 'float32');
    return call.graph.node('Reciprocal', [call.graph.node('Sqrt', [x], {}, x.shape)], {}, x.shape);
  },
  Square: (call) => {
    const x = input(call, 'x');
    requireType(x, 'float32', 'int32');
    return call.graph.node('Mul', [x, x], {}, x.shape, x.type);
  },
  Step: (call) => {
    const x = input(call, 'x');
    requireType(x, 'float32', 'int32');
    const positive = call.graph.node('Greater', [x, scalarOf(call.graph, 0, x.type)], {}, x.shape, 'bool');
    const alpha = Number(call.attrs['alpha'] ?? 0);
    if (alpha === 0) return castTo(call.graph, positive, x.type);
    return call.graph.node('Where', [positive, scalarOf(call.graph, 1, x.type), scalarOf(call.graph, alpha, x.type)], {}, x.shape, x.type);
  },
  ClipByValue: (call) => {
    const x = input(call, 'x');
    requireType(x, 'float32', 'int32');
    const bounds = [Number(call.attrs['clipValueMin']), Number(call.attrs['clipValueMax'])].map((bound) =>
      scalarOf(call.graph, x.type === 'int32' ? Math.min(Math.max(bound, -int32Limit), int32Limit - 1) : bound, x.type),
    );
    return call.graph.node('Clip', [x, ...bounds], {}, x.shape, x.type);
  },

  Select: (call) => {
    const [condition, yes, no] = [input(call, 'condition'), input(call, 't'), input(call, 'e')];
    const type = backend_util.upcastType(yes.type as 'float32', no.type as 'float32') as ValueType;
    return call.graph.node(
      'Where',
      [castTo(call.graph, condition, 'bool'), castTo(call.graph, yes, type), castTo(call.graph, no, type)],
      {},
      yes.shape,
      type,
    );
  },
  Cast: (call) => castTo(call.graph, input(call, 'x'), call.attrs['dtype'] as ValueType),
  Identity: (call) => input(call, 'x'),
  Fill: (call) =>
    filled(call.graph, call.attrs['shape'] as number[], Number(call.attrs['value']), (call.attrs['dtype'] ?? 'float32') as ValueType),
  ZerosLike: (call) => {
    const x = input(call, 'x');
    return filled(call.graph, x.shape, 0, x.type);
  },
  OnesLike: (call) => {
    const x = input(call, 'x');
    return filled(call.graph, x.shape, 1, x.type);
  },
};
