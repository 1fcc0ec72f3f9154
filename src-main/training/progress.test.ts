// The figures of a run's row and the speed's curve, on a clock of the test's own.
import { describe, expect, it } from 'vitest';
import { ProgressMeter, SpeedCurve } from './progress.ts';

describe('progress', () => {
  it('is the speed of the last seconds, and the time left at it', () => {
    let now = 100;
    const meter = new ProgressMeter(0, 0, () => now);
    expect(meter.read(0, 1000)).toEqual({ environmentSteps: 0, stepsPerSecond: null, etaSeconds: null, activeSeconds: 0 });
    // A fast minute, then a slow one.
    let steps = 0;
    for (let second = 0; second < 60; second += 1) {
      now += 1;
      meter.read((steps += 100), 10_000);
    }
    expect(meter.read(steps, 10_000).stepsPerSecond).toBeCloseTo(100, 9);
    for (let second = 0; second < 60; second += 1) {
      now += 1;
      meter.read((steps += 10), 10_000);
    }
    const { stepsPerSecond, etaSeconds, activeSeconds } = meter.read(steps, 10_000);
    expect(stepsPerSecond).toBeCloseTo(10, 9);
    expect(etaSeconds).toBeCloseTo((10_000 - 6600) / 10, 6);
    expect(activeSeconds).toBe(120);
  });

  it('does not count pauses, and goes on from earlier attempts', () => {
    let now = 0;
    const meter = new ProgressMeter(500, 200, () => now);
    now = 10;
    meter.read(300, 1000);
    meter.pause();
    now = 10_000;
    meter.pause(); // Twice is as once.
    expect(meter.read(300, 1000).activeSeconds).toBe(510);
    meter.resume();
    now = 10_010;
    expect(meter.read(400, 1000)).toEqual({ environmentSteps: 400, stepsPerSecond: 10, etaSeconds: 60, activeSeconds: 520 });
  });
});

describe('the speed’s curve', () => {
  it('leaves out what must not count', async () => {
    let now = 5;
    const curve = new SpeedCurve(100, () => now);
    now = 7;
    expect(curve.take(200)).toBe(50);
    now = 8;
    const given = await curve.without(async () => {
      now = 1000;
      return 'done';
    });
    expect(given).toBe('done');
    now = 1001;
    expect(curve.take(300)).toBe(50);
    await curve.without(() =>
      curve.without(async () => {
        now = 5000;
      }),
    );
    now = 5002;
    expect(curve.take(400), 'one within another counts once').toBe(50);
  });
});
