// What a checkpoint's manifest.json holds: everything of a run's state but the large arrays, which lie beside
// it in state.bin and in the replay segments, each with its hash.
import { endianness } from 'node:os';
import { z } from 'zod';
import type { NamedArrays } from '../../engine/program.ts';
import { littleEndianBytes } from '../state-hash.ts';
import type { TrainingState } from '../training-state.ts';

const count = z.int().min(0);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const fileName = z.string().regex(/^[\w][\w.-]*$/);
/** Doubles as base64 of their little-endian bytes: JSON has no NaN, no infinities and no −0. */
const doubles = z.base64().transform(decodeDoubles);
const fileRecord = z.object({ file: fileName, bytes: count, sha256: hash });

export const segmentSchema = fileRecord.extend({
  /** Rows `from` (inclusive) to `to` (exclusive), by their number in the replay buffer. */
  from: count,
  to: count,
});
export type Segment = z.infer<typeof segmentSchema>;

export const manifestSchema = z.object({
  /** 1 had `controls` where 2 has `values` and `editsHere`. */
  format: z.union([z.literal(1), z.literal(2)]),
  environmentSteps: count,
  gradientSteps: count,
  episode: z.object({ return: doubles, length: count }),
  streams: z.record(z.string(), z.object({ words: z.array(z.int()).length(4), spareNormal: z.number().nullable() })),
  task: z.object({ state: doubles, taskState: doubles }),
  observation: doubles,
  window: z.record(z.string(), z.object({ sum: doubles, count })),
  values: z
    .record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.array(z.number())]))
    .nullable()
    .default(null),
  editsHere: z.array(count).default([]),
  /** None before there were evaluations that could be interrupted. */
  evaluationDue: z.boolean().default(false),
  /** The engine's state and, with a prefix, the inspection's, in state.bin: single precision, little-endian, one entry after another. */
  state: fileRecord.extend({ entries: z.array(z.object({ name: z.string(), length: count })) }),
  replay: z.object({ rowsAdded: count, rowWidth: count, segments: z.array(segmentSchema) }),
});
export type Manifest = z.input<typeof manifestSchema>;
export type ParsedManifest = z.output<typeof manifestSchema>;

export function encodeDoubles(values: ArrayLike<number>): string {
  const bytes = Buffer.alloc(values.length * 8);
  for (let i = 0; i < values.length; i += 1) bytes.writeDoubleLE(values[i] as number, i * 8);
  return bytes.toString('base64');
}

function decodeDoubles(text: string): Float64Array {
  const bytes = Buffer.from(text, 'base64');
  return Float64Array.from({ length: Math.floor(bytes.length / 8) }, (_, i) => bytes.readDoubleLE(i * 8));
}

/** The manifest's part that comes from the loop. */
export function describeTraining(training: TrainingState): Omit<Manifest, 'state' | 'replay' | 'format'> {
  return {
    environmentSteps: training.environmentSteps,
    gradientSteps: training.gradientSteps,
    episode: { return: encodeDoubles([training.episode.return]), length: training.episode.length },
    streams: Object.fromEntries(
      Object.entries(training.streams).map(([name, state]) => [name, { words: [...state.words], spareNormal: state.spareNormal }]),
    ),
    task: { state: encodeDoubles(training.task.state), taskState: encodeDoubles(training.task.taskState) },
    observation: encodeDoubles(training.observation),
    window: Object.fromEntries(
      Object.entries(training.window).map(([name, { sum, count }]) => [name, { sum: encodeDoubles([sum]), count }]),
    ),
    values:
      training.values === null
        ? null
        : Object.fromEntries(
            Object.entries(training.values).map(([name, value]) => [name, typeof value === 'object' ? [...value] : value]),
          ),
    editsHere: training.editsHere,
    evaluationDue: training.evaluationDue,
  };
}

/** No entry of an engine's state begins like this. */
const inspectionPrefix = 'inspection/';

/** The arrays of a state.bin. */
export function stateArrays({ engine, inspection }: TrainingState): NamedArrays {
  return { ...engine, ...Object.fromEntries(Object.entries(inspection).map(([name, array]) => [inspectionPrefix + name, array])) };
}

/** The loop's state from a manifest and the arrays of its state.bin. */
export function restoreTraining(manifest: ParsedManifest, arrays: NamedArrays): TrainingState {
  const entries = Object.entries(arrays);
  return {
    environmentSteps: manifest.environmentSteps,
    gradientSteps: manifest.gradientSteps,
    episode: { return: manifest.episode.return[0] ?? 0, length: manifest.episode.length },
    streams: manifest.streams,
    task: manifest.task,
    observation: manifest.observation,
    window: Object.fromEntries(Object.entries(manifest.window).map(([name, { sum, count }]) => [name, { sum: sum[0] ?? 0, count }])),
    values: manifest.values,
    editsHere: manifest.editsHere,
    evaluationDue: manifest.evaluationDue,
    inspection: Object.fromEntries(
      entries.filter(([name]) => name.startsWith(inspectionPrefix)).map(([name, array]) => [name.slice(inspectionPrefix.length), array]),
    ),
    engine: Object.fromEntries(entries.filter(([name]) => !name.startsWith(inspectionPrefix))),
  };
}

/** Entries one after another, in name order. */
export function packArrays(arrays: NamedArrays): { bytes: Uint8Array; entries: { name: string; length: number }[] } {
  const names = Object.keys(arrays).sort();
  const parts = names.map((name) => littleEndianBytes(arrays[name] as Float32Array));
  return { bytes: Buffer.concat(parts), entries: names.map((name) => ({ name, length: (arrays[name] as Float32Array).length })) };
}

/** @throws when the sizes do not add up. */
export function unpackArrays(bytes: Uint8Array, entries: readonly { name: string; length: number }[]): NamedArrays {
  const values = singlesFrom(bytes);
  const total = entries.reduce((sum, entry) => sum + entry.length, 0);
  if (total !== values.length) throw new Error(`${values.length} numbers are stored where ${total} are described`);
  const arrays: NamedArrays = {};
  let offset = 0;
  for (const { name, length } of entries) {
    arrays[name] = values.slice(offset, offset + length);
    offset += length;
  }
  return arrays;
}

/** Single-precision numbers from their little-endian bytes, in memory of their own. */
export function singlesFrom(bytes: Uint8Array): Float32Array {
  if (bytes.length % 4 !== 0) throw new Error(`${bytes.length} bytes are no whole number of single-precision values`);
  const copy = Uint8Array.from(bytes);
  if (endianness() === 'BE') Buffer.from(copy.buffer).swap32();
  return new Float32Array(copy.buffer);
}
