// A compiled program's inputs and outputs, by what they are to the engine: ONNX names them `state/…`, `batch/…`,
// `noise/…`, `control/…`, and `next/…`, `diagnostic/…`.
import type { NamedArrays } from '../program.ts';
import type { Value } from '../tracing/graph.ts';

export type GivenKind = 'batch' | 'noise' | 'controls';

export interface Port {
  /** The name in the ONNX file. */
  port: string;
  /** The name in the program. */
  name: string;
  shape: readonly number[];
}
export interface Ports {
  /** Read from the state. */
  state: Port[];
  given: (Port & { kind: GivenKind })[];
  /** Written to the state. */
  next: Port[];
  diagnostics: Port[];
}

export function listPorts(inputs: ReadonlyMap<string, Value>, results: ReadonlyMap<string, Value>): Ports {
  const ports: Ports = { state: [], given: [], next: [], diagnostics: [] };
  const split = (port: string, { shape }: Value): Port & { prefix: string } => {
    const slash = port.indexOf('/');
    return { port, prefix: port.slice(0, slash), name: port.slice(slash + 1), shape };
  };
  for (const [key, value] of inputs) {
    const { prefix, ...port } = split(key, value);
    if (prefix === 'state') ports.state.push(port);
    else ports.given.push({ ...port, kind: prefix === 'control' ? 'controls' : (prefix as GivenKind) });
  }
  for (const [key, value] of results) {
    const { prefix, ...port } = split(key, value);
    (prefix === 'next' ? ports.next : ports.diagnostics).push(port);
  }
  return ports;
}

/** Parts of one array, in the order and of the sizes of the ports. */
export function viewParts(ports: readonly Port[], whole: Float32Array): NamedArrays {
  let offset = 0;
  return Object.fromEntries(
    ports.map(({ name, shape }) => {
      const size = shape.reduce((product, extent) => product * extent, 1);
      offset += size;
      return [name, whole.subarray(offset - size, offset)];
    }),
  );
}
