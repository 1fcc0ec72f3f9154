// Tracing: runs a program once under a tfjs backend that records kernel calls, gradients included, instead of
// computing. The result is a graph.
import * as tf from '@tensorflow/tfjs';
import type { NamedTensors, ProgramDeclaration } from '../program.ts';
import { callSite, withDeepStacks, type CallSite } from './call-site.ts';
import { Graph, type ConstantData, type Value, type ValueType } from './graph.ts';
import { castTo, reshape, type KernelCall } from './kernels-call.ts';
import { kernelTracers } from './kernels.ts';
import { useBackend } from './use-backend.ts';

const backendName = 'elbow-tracing';
const valueTypes: ReadonlySet<string> = new Set<ValueType>(['float32', 'int32', 'bool']);

/** Raised while a program is traced; the message names the op or kernel and the line of the program that called it. */
export class TracingError extends Error {
  override name = 'TracingError';
}

class TracingBackend extends tf.KernelBackend {
  graph = new Graph();
  /** Where the program made each value. */
  readonly sites = new WeakMap<Value, CallSite>();
  /** What made a value and where, for messages. */
  originOf(value: Value): string {
    const site = this.sites.get(value);
    return site ? `${value.origin} at ${site.line}` : value.origin;
  }
  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    if (!valueTypes.has(dtype))
      throw new TracingError(`a ${dtype} tensor cannot be traced (${callSite().line}); use float32, int32 or bool`);
    return this.graph.constant(toConstant(values, dtype as ValueType), shape, dtype as ValueType);
  }
  override readSync(dataId: object): never {
    throw new TracingError(
      `the program reads the value of a tensor while it is traced: the tensor comes from ${this.originOf(dataId as Value)}, the read is at ${callSite().line}. ` +
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
        const site = callSite();
        const given = Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined)) as KernelCall['inputs'];
        if (!tracer)
          throw new TracingError(`${untranslated(made, name, site, given)}; add it to engine/tracing/kernels.ts or use other ops`);
        made.graph.currentKernel = name;
        const result = translate(() => tracer({ graph: made.graph, inputs: given, attrs: attrs ?? {} }), name, site);
        for (const value of [result].flat() as Value[]) if (!made.sites.has(value)) made.sites.set(value, site);
        return Array.isArray(result) ? result.map(describe) : describe(result as Value);
      },
    });
  }
  backend = made;
  return made;
}

/** What a message about a kernel without a translation says: the op, its line, and, in a gradient, the op that it is the gradient of. */
function untranslated(tracing: TracingBackend, name: string, site: CallSite, inputs: KernelCall['inputs']): string {
  const what = `the kernel ${name} has no ONNX translation (${site.op === null ? '' : `tf.${site.op} `}at ${site.line})`;
  if (!site.isGradient) return what;
  const origins = Object.values(inputs)
    .flat()
    .map((info) => tracing.originOf(info.dataId as unknown as Value));
  return `${what}. It is part of the gradient taken on that line, and its inputs come from ${[...new Set(origins)].join(', ')}`;
}

/** @throws TracingError with the kernel and the line, where the tracer cannot take what the program gives. */
function translate<T>(tracer: () => T, name: string, site: CallSite): T {
  try {
    return tracer();
  } catch (error) {
    throw new TracingError(
      `the kernel ${name} (at ${site.line}) cannot be translated: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
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
  // Nothing is awaited from here to the end: another trace or an eager run would change graph or backend.
  tracing.graph = graph;
  useBackend(backendName);
  try {
    const results = new Map<string, Value>();
    withDeepStacks(() =>
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
      }),
    );
    return { graph, results };
  } finally {
    useBackend(before || 'cpu');
  }
}

/** The value of a tensor, with the tensor's own shape (tfjs reshapes may share data) and in single precision, as every device reads it. */
function viewAs(graph: Graph, tensor: tf.Tensor): Value {
  return castTo(graph, reshape(graph, tensor.dataId as unknown as Value, tensor.shape), 'float32');
}
