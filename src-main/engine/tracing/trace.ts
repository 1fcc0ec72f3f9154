// Tracing: runs a program once under a tfjs backend that records kernel calls, gradients included, instead of
// computing. The result is a graph.
import * as tf from '@tensorflow/tfjs';
import type { NamedTensors, ProgramDeclaration } from '../program.ts';
import { Graph, type ConstantData, type Value, type ValueType } from './graph.ts';
import { kernelTracers } from './kernels.ts';

const backendName = 'elbow-tracing';
const valueTypes: ReadonlySet<string> = new Set<ValueType>(['float32', 'int32', 'bool']);

/** Raised while a program is traced; the message names the kernel and the line of the program. */
export class TracingError extends Error {
  override name = 'TracingError';
}

/** The first frame of the present stack that lies in the program, not in this file or a library. */
function programLine(): string {
  const frames = (new Error().stack ?? '').split('\n').slice(1);
  const frame = frames.find((line) => !/node_modules|engine[/\\]tracing|node:/.test(line));
  return frame ? frame.trim().replace(/^at /, '') : 'an unknown line';
}

class TracingBackend extends tf.KernelBackend {
  graph = new Graph();
  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    if (!valueTypes.has(dtype)) throw new TracingError(`a ${dtype} tensor cannot be traced (${programLine()}); use float32, int32 or bool`);
    return this.graph.constant(toConstant(values, dtype as ValueType), shape, dtype as ValueType);
  }
  override readSync(dataId: object): never {
    const { origin } = dataId as Value;
    throw new TracingError(
      `the program reads the value of a tensor while it is traced: the tensor comes from ${origin}, the read is at ${programLine()}. ` +
        'A program must be made of tfjs ops alone; return the tensor as a diagnostic and read it there.',
    );
  }
  override async read(dataId: object): Promise<never> {
    return this.readSync(dataId);
  }
  /** Equal computations share one value, so none is ever given up. */
  override disposeData(): boolean {
    return false;
  }
  override incRef(): void {}
  override numDataIds(): number {
    return 0;
  }
  override refCount(): number {
    return 1;
  }
  override floatPrecision(): 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }
  override timerAvailable(): boolean {
    return false;
  }
}

function toConstant(values: tf.BackendValues, type: ValueType): ConstantData {
  const numbers = values as ArrayLike<number>;
  if (type === 'float32') return Float32Array.from(numbers);
  if (type === 'int32') return Int32Array.from(numbers);
  return Uint8Array.from(numbers);
}

let backend: TracingBackend | null = null;

function registerBackend(): TracingBackend {
  if (backend) return backend;
  const made = new TracingBackend();
  tf.registerBackend(backendName, () => made);
  const known = new Set<string>(tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName));
  for (const name of known) {
    const tracer = kernelTracers[name];
    tf.registerKernel({
      kernelName: name,
      backendName,
      kernelFunc: ({ inputs, attrs }) => {
        if (!tracer) {
          throw new TracingError(`the kernel ${name} has no ONNX translation (${programLine()}); add it to engine/tracing/kernels.ts or use other ops`);
        }
        made.graph.currentKernel = `${name} at ${programLine()}`;
        const given = Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined));
        const result = tracer({ graph: made.graph, inputs: given as Record<string, tf.TensorInfo>, attrs: attrs ?? {} });
        return Array.isArray(result) ? result.map(describe) : describe(result as Value);
      },
    });
  }
  backend = made;
  return made;
}

const describe = (value: Value): tf.TensorInfo => ({ dataId: value, shape: [...value.shape], dtype: value.type as tf.DataType });

export interface Trace {
  graph: Graph;
  /** Results by their prefixed name: `next/…` for changed state, `diagnostic/…`. */
  results: Map<string, Value>;
}

/**
 * Traces a program. Graph inputs are named `state/NAME`, `batch/NAME`, `noise/NAME`, `control/NAME`.
 * @throws TracingError when the program reads a value, uses an unknown kernel or returns a wrong shape.
 */
export async function trace(declaration: ProgramDeclaration, stateShapes: Readonly<Record<string, readonly number[]>>): Promise<Trace> {
  const tracing = registerBackend();
  const before = tf.getBackend();
  const graph = new Graph();
  tracing.graph = graph;
  await tf.setBackend(backendName);
  try {
    const results = new Map<string, Value>();
    tf.tidy(() => {
      const open = (prefix: string, shapes: Readonly<Record<string, readonly number[]>>): NamedTensors =>
        Object.fromEntries(
          Object.entries(shapes).map(([name, shape]) => [
            name,
            tf.engine().makeTensorFromTensorInfo(describe(graph.input(`${prefix}/${name}`, shape))),
          ]),
        );
      const { batch, noise, controls } = declaration.signature;
      const outputs = declaration.fn({
        state: open('state', stateShapes),
        batch: open('batch', batch),
        noise: open('noise', noise),
        controls: open('control', controls),
      });
      for (const [name, tensor] of Object.entries(outputs.state)) {
        const shape = stateShapes[name];
        if (!shape || shape.join() !== tensor.shape.join()) {
          throw new TracingError(
            `${declaration.name} returns state ${name} of shape [${tensor.shape.join()}], but the state holds ${shape ? `[${shape.join()}]` : 'no such entry'}`,
          );
        }
        results.set(`next/${name}`, viewAs(graph, tensor));
      }
      for (const [name, tensor] of Object.entries(outputs.diagnostics)) results.set(`diagnostic/${name}`, viewAs(graph, tensor));
    });
    return { graph, results };
  } finally {
    await tf.setBackend(before || 'cpu');
  }
}

/** The value of a tensor with the tensor's own shape (tfjs reshapes may share data). */
function viewAs(graph: Graph, tensor: tf.Tensor): Value {
  const value = tensor.dataId as unknown as Value;
  if (value.shape.join() === tensor.shape.join()) return value;
  return graph.node('Reshape', [value, graph.integers(tensor.shape)], {}, tensor.shape, value.type);
}
