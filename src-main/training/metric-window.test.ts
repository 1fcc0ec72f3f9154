// What a window of gradient steps takes, and gives.
import { describe, expect, it } from 'vitest';
import { MetricWindow } from './metric-window.ts';

describe('a metric window', () => {
  it('gives means, once', () => {
    const window = new MetricWindow();
    window.add('sac update', { entropy: Float32Array.of(1) });
    window.add('sac update', { entropy: Float32Array.of(2) });
    expect(window.take()).toEqual({ entropy: 1.5 });
    expect(window.take()).toEqual({});
  });

  it.each([
    [{ 'no-such-metric': Float32Array.of(1) }, 'the sac update reports no-such-metric, which is no metric'],
    [{ entropy: Float32Array.of(1, 2) }, 'the sac update reports 2 values of entropy'],
    [{ entropy: new Float32Array() }, 'the sac update reports 0 values of entropy'],
  ])('refuses %o, which would be in no curve', (diagnostics, message) => {
    expect(() => new MetricWindow().add('sac update', diagnostics)).toThrow(message);
  });
});
