// Poses of a recorded episode: the row that is looked at first, then all the others in chunks, so that the
// window can go to any row within a frame.
import { copyPoses, poseSize } from '../../../src-main/physics/geometry.ts';
import type { Simulator } from '../../../src-main/physics/simulator.ts';
import type { PoseSource } from '../messages.ts';

const rowsPerChunk = 64;

export class ReplaySession {
  private readonly simulator: Simulator;
  private readonly source: PoseSource;
  private readonly onRows: (firstRow: number, poses: Float32Array) => void;
  private readonly isSent: Uint8Array;
  private next: number;
  private isDisposed = false;

  /**
   * @param onRows given each chunk of poses once
   * @throws Error when the columns do not fit the model
   */
  constructor(simulator: Simulator, source: PoseSource, firstRow: number, onRows: (firstRow: number, poses: Float32Array) => void) {
    checkSource(simulator, source);
    this.simulator = simulator;
    this.source = source;
    this.onRows = onRows;
    this.isSent = new Uint8Array(source.rowCount);
    this.next = Math.min(Math.max(Math.trunc(firstRow), 0), source.rowCount - 1);
    // The first picture must not wait for the rest of its chunk.
    this.onRows(this.next, this.compute(this.next, 1));
    this.isSent[this.next] = 1;
    void this.run();
  }

  /** This row is looked at now: its chunk and those after it come next. */
  want(row: number): void {
    if (row >= 0 && row < this.source.rowCount) this.next = Math.trunc(row);
  }

  dispose(): void {
    this.isDisposed = true;
  }

  private async run(): Promise<void> {
    const { rowCount } = this.source;
    for (;;) {
      // Lets messages in between two chunks.
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (this.isDisposed) return;
      const from = this.firstUnsent(this.next) ?? this.firstUnsent(0);
      if (from === null) return;
      let end = from;
      while (end < rowCount && end < from + rowsPerChunk && this.isSent[end] === 0) end += 1;
      this.onRows(from, this.compute(from, end - from));
      this.isSent.fill(1, from, end);
      this.next = end < rowCount ? end : 0;
    }
  }

  private firstUnsent(from: number): number | null {
    const at = this.isSent.indexOf(0, from);
    return at < 0 ? null : at;
  }

  private compute(firstRow: number, count: number): Float32Array {
    const { simulator, source } = this;
    const { qpos, qvel, mocap } = simulator.counts;
    const size = poseSize(simulator);
    const poses = new Float32Array(count * size);
    for (let k = 0; k < count; k += 1) {
      const row = firstRow + k;
      simulator.qpos.set(source.qpos.subarray(row * qpos, (row + 1) * qpos));
      simulator.qvel.set(source.qvel.subarray(row * qvel, (row + 1) * qvel));
      for (let body = 0; body < mocap; body += 1) {
        const at = (row * mocap + body) * 7;
        simulator.mocapPos.set(source.mocap.subarray(at, at + 3), body * 3);
        simulator.mocapQuat.set(source.mocap.subarray(at + 3, at + 7), body * 4);
      }
      simulator.forward();
      copyPoses(simulator, poses.subarray(k * size, (k + 1) * size));
    }
    return poses;
  }
}

function checkSource({ counts }: Simulator, { rowCount, qpos, qvel, mocap }: PoseSource): void {
  const widths = [
    ['qpos', qpos, counts.qpos],
    ['qvel', qvel, counts.qvel],
    ['mocap', mocap, counts.mocap * 7],
  ] as const;
  for (const [name, data, width] of widths) {
    if (data.length !== rowCount * width) {
      throw new Error(
        `This recording does not fit the model: ${name} holds ${data.length} numbers where ${rowCount} rows of ${width} are needed. ` +
          'It was made with another version of the model and cannot be shown in 3D; its curves are not affected.',
      );
    }
  }
}
