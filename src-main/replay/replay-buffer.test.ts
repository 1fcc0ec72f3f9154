// Properties of the replay buffer, over several shapes and across the ring's end.
import { describe, expect, it } from 'vitest';
import { createStream } from '../random/stream.ts';
import { ReplayBuffer } from './replay-buffer.ts';

/** A transition in which every number tells its row and its place. */
function transition(row: number, observationSize: number, actionSize: number) {
  return {
    observation: Float64Array.from({ length: observationSize }, (_, i) => row + i / 64),
    action: Float32Array.from({ length: actionSize }, (_, i) => -row - i / 64),
    reward: row * 2,
    nextObservation: Float64Array.from({ length: observationSize }, (_, i) => row + 1 + i / 64),
    terminated: row % 3 === 0,
  };
}

const rowsOf = (buffer: ReplayBuffer): number[] => [...buffer.copyRows(buffer.firstRow, buffer.rowsAdded)];

function filled(rows: number, capacity: number, observationSize = 3, actionSize = 2): ReplayBuffer {
  const buffer = new ReplayBuffer({ observationSize, actionSize, capacity });
  for (let row = 0; row < rows; row += 1) buffer.add(transition(row, observationSize, actionSize));
  return buffer;
}

describe('a replay buffer', () => {
  it.each([
    { rows: 1, capacity: 1 },
    { rows: 5, capacity: 8 },
    { rows: 8, capacity: 8 },
    { rows: 21, capacity: 8 },
    { rows: 8193, capacity: 20_000 },
    { rows: 30_000, capacity: 8_195 },
  ])('holds the newest rows of $rows at capacity $capacity', ({ rows, capacity }) => {
    const buffer = filled(rows, capacity);
    expect(buffer.size).toBe(Math.min(rows, capacity));
    expect(buffer.firstRow).toBe(Math.max(0, rows - capacity));
    const copy = buffer.copyRows(buffer.firstRow, rows);
    const width = buffer.rowWidth;
    for (let k = 0; k < buffer.size; k += 1) {
      const row = buffer.firstRow + k;
      const expected = transition(row, 3, 2);
      const wanted = [...expected.observation, ...expected.action, expected.reward, ...expected.nextObservation, row % 3 === 0 ? 1 : 0];
      expect([...copy.subarray(k * width, (k + 1) * width)]).toEqual(wanted.map(Math.fround));
    }
  });

  it.each([
    { rows: 40, capacity: 64 },
    { rows: 100, capacity: 64 },
  ])('samples whole rows that it holds, all equally often ($rows rows)', ({ rows, capacity }) => {
    const buffer = filled(rows, capacity);
    const batch = buffer.createBatch(256);
    const stream = createStream(3, 'replay');
    const counts = new Map<number, number>();
    const draws = 80;
    for (let draw = 0; draw < draws; draw += 1) {
      buffer.sample(batch, stream);
      for (let k = 0; k < 256; k += 1) {
        const row = batch.observation[3 * k] as number;
        const expected = transition(row, 3, 2);
        expect(row >= buffer.firstRow && row < rows).toBe(true);
        expect(batch.action[2 * k + 1]).toBe(Math.fround(expected.action[1] as number));
        expect(batch.reward[k]).toBe(expected.reward);
        expect(batch['next-observation'][3 * k + 2]).toBe(Math.fround(expected.nextObservation[2] as number));
        expect(batch.terminated[k]).toBe(expected.terminated ? 1 : 0);
        counts.set(row, (counts.get(row) ?? 0) + 1);
      }
    }
    const wanted = (draws * 256) / buffer.size;
    expect(counts.size).toBe(buffer.size);
    // Six standard deviations of a binomial count.
    for (const count of counts.values()) expect(Math.abs(count - wanted)).toBeLessThan(6 * Math.sqrt(wanted));
  });

  it.each([
    { rows: 5, capacity: 8 },
    { rows: 29, capacity: 8 },
    { rows: 9_000, capacity: 8_500 },
  ])('continues the same after being restored from its rows ($rows of $capacity)', ({ rows, capacity }) => {
    const original = filled(rows, capacity);
    const restored = new ReplayBuffer({ observationSize: 3, actionSize: 2, capacity });
    restored.restart(original.firstRow);
    const middle = original.firstRow + Math.floor(original.size / 2);
    restored.appendRows(original.copyRows(original.firstRow, middle));
    restored.appendRows(original.copyRows(middle, rows));
    for (const buffer of [original, restored]) buffer.add(transition(rows, 3, 2));
    const [a, b] = [original, restored].map((buffer) => {
      const batch = buffer.createBatch(500);
      buffer.sample(batch, createStream(1, 'replay'));
      return batch;
    });
    expect(b).toEqual(a);
  });

  it('refuses what does not fit', () => {
    const buffer = filled(10, 4);
    const good = transition(0, 3, 2);
    expect(() => buffer.add({ ...good, observation: [1, 2] })).toThrow('needs 3 observations');
    expect(() => buffer.add({ ...good, nextObservation: [] })).toThrow('needs 3 observations');
    expect(() => buffer.add({ ...good, action: [1, 2, 3] })).toThrow('2 actions');
    expect(() => buffer.copyRows(5, 10)).toThrow('not held');
    expect(() => buffer.copyRows(8, 11)).toThrow('not held');
    expect(() => buffer.copyRows(9, 8)).toThrow('not held');
    expect(() => buffer.appendRows(new Float32Array(7))).toThrow('multiple');
    expect(() => buffer.restart(-1)).toThrow('row number');
    const empty = new ReplayBuffer({ observationSize: 3, actionSize: 2, capacity: 4 });
    expect(() => empty.sample(empty.createBatch(1), createStream(1, 'x'))).toThrow('empty');
    for (const bad of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => new ReplayBuffer({ observationSize: bad, actionSize: 1, capacity: 1 })).toThrow('observationSize');
      expect(() => new ReplayBuffer({ observationSize: 1, actionSize: 1, capacity: bad })).toThrow('capacity');
    }
  });
});

describe('taking the newest row back', () => {
  it.each([
    [1, 8],
    [7, 8],
    [8, 8],
    [21, 8],
    [8192, 20_000],
  ])('leaves %i rows at capacity %i as they were before one more', (rows, capacity) => {
    const [buffer, untouched] = [filled(rows, capacity), filled(rows, capacity)];
    buffer.add(transition(rows, 3, 2));
    buffer.takeBack();
    expect([buffer.rowsAdded, buffer.firstRow]).toEqual([untouched.rowsAdded, untouched.firstRow]);
    expect(rowsOf(buffer)).toEqual(rowsOf(untouched));
    for (const one of [buffer, untouched]) one.add(transition(rows + 1, 3, 2));
    expect(rowsOf(buffer)).toEqual(rowsOf(untouched));
  });

  it.each<[string, (buffer: ReplayBuffer) => void]>([
    ['nothing was added', (buffer) => buffer.restart(0)],
    ['it was taken back already', (buffer) => buffer.takeBack()],
    ['rows were appended since', (buffer) => buffer.appendRows(buffer.copyRows(3, 5))],
  ])('is refused where %s', (_, change) => {
    const buffer = filled(5, 8);
    change(buffer);
    const before = [buffer.rowsAdded, ...rowsOf(buffer)];
    expect(() => buffer.takeBack()).toThrow('only a row that was just added');
    expect([buffer.rowsAdded, ...rowsOf(buffer)]).toEqual(before);
  });
});
