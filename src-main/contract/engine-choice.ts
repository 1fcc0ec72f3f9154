// What computes a run: chosen before its first step, stored with its configuration, and taken again whenever it goes on.

/** One device's time in a comparison. */
export interface DeviceTiming {
  device: string;
  /** Milliseconds of an update: the median; null where it could not be timed. */
  updateMs: number | null;
  /** Why it could not; null else. */
  problem: string | null;
}

export interface EngineChoice {
  device: string;
  threads: number;
  /** Name and version of what computes, such as `onnxruntime-node 1.30.0`. */
  runtime: string;
  /** The devices compared, fastest first; empty where one was asked for by name. */
  timings: readonly DeviceTiming[];
}

const titles: Readonly<Record<string, string>> = { cpu: 'CPU', gpu: 'GPU', cuda: 'CUDA', tensorflow: 'TensorFlow' };
const titleOf = (device: string): string => titles[device] ?? device;

/** "GPU 1.8 ms, CPU 6.8 ms an update"; null where nothing was compared. */
export function describeTimings(timings: readonly DeviceTiming[]): string | null {
  const timed = timings.filter((one): one is DeviceTiming & { updateMs: number } => one.updateMs !== null);
  if (timed.length === 0) return null;
  return `${timed.map(({ device, updateMs }) => `${titleOf(device)} ${formatMs(updateMs)}`).join(', ')} an update`;
}

const formatMs = (ms: number): string => `${ms < 1 ? ms.toFixed(2) : ms.toFixed(1)} ms`;

/**
 * What a change of device, threads or runtime does to a run, in words; null where nothing changed. From there on the same
 * seed no longer gives the same bits.
 */
export function describeChange(before: EngineChoice, after: EngineChoice): string | null {
  const said = ({ device, threads, runtime }: EngineChoice): string =>
    `${device}, ${threads} ${threads === 1 ? 'thread' : 'threads'}, ${runtime}`;
  if (said(before) === said(after)) return null;
  return `Computed by ${said(after)} from here on (before: ${said(before)}): from here on this run is no longer, bit for bit, what its seed gives on one device.`;
}
