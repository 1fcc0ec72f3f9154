import { describe, expect, it } from 'vitest';
import { createRecreationPolicy, recreationIntervalMs } from './recreation.ts';

describe('createRecreationPolicy', () => {
  it('allows one recreation in a minute', () => {
    let now = 0;
    const policy = createRecreationPolicy(() => now);
    expect(policy.mayRecreate('crashed')).toBe(true);
    now = recreationIntervalMs - 1;
    expect(policy.mayRecreate('oom')).toBe(false);
    now = recreationIntervalMs;
    expect(policy.mayRecreate('crashed')).toBe(true);
  });

  it('leaves a page alone that ended in order', () => {
    expect(createRecreationPolicy(() => 0).mayRecreate('clean-exit')).toBe(false);
  });
});
