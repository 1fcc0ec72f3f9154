// Words for VIREL's residual temperature ε = c·(a measure of the Bellman residual), clipped.
import { type Change, type Effect, formerly, heavier, isRaised, lighter, newly, numberIn, ratioOf, type Words } from './change.ts';
import { about, times } from './numbers.ts';

/** ε as the charts last had it, and as it will be at the same residual: ", ε about 0.037 → 0.056". */
function epsilon({ after, measured }: Effect, next: (now: number) => number): string {
  const now = measured['temperature'];
  if (now === undefined) return '';
  const [lowest, highest] = [numberIn(after, 'temperature-min'), numberIn(after, 'temperature-max')];
  return `, ε about ${about(now)} → ${about(Math.min(Math.max(next(now), lowest), highest))}`;
}

const scale: Words = {
  says(change) {
    const ratio = ratioOf(change);
    const until = isRaised(change) ? `${heavier(change)} until δ² falls` : `${lighter(change)} unless δ² grows`;
    return `${times(ratio)} at the same residual${epsilon(change, (now) => now * ratio)}; ${until}`;
  },
};

/** What c multiplies, from mean δ²; only two of the rules follow from it. */
function measureOf(rule: unknown, residual: number | undefined): number | null {
  if (residual === undefined) return null;
  return rule === 'squared' ? residual : rule === 'rms' ? Math.sqrt(residual) : null;
}

const rule: Words = {
  includes: ['residual-scale'],
  says(change) {
    const { after, measured } = change;
    const measure = measureOf(after['residual-rule'], measured['residual']);
    const multiplied =
      { squared: 'mean δ²', rms: 'the root of mean δ²', absolute: 'mean |δ|', 'scale-free': 'mean δ² over the spread of Q' }[
        String(after['residual-rule'])
      ] ?? 'another measure';
    const expected =
      measure === null
        ? '; ε takes another size at once, and c may have to follow'
        : epsilon(change, () => measure * numberIn(after, 'residual-scale'));
    return `c now multiplies ${multiplied}${expected}`;
  },
};

const rate: Words = {
  says: (change) =>
    isRaised(change) ? 'ε follows new estimates faster and fluctuates more' : 'ε follows new estimates more slowly and fluctuates less',
};

const networks: Words = {
  says: ({ after }) =>
    after['residual-networks'] === 'target'
      ? 'the residual is measured against the target networks, which lag behind; ε likely rises'
      : 'the residual is measured against the online networks; ε likely falls',
};

function clip(change: Change, bound: 'below' | 'above'): string {
  const now = change.measured['temperature'];
  const limit = newly(change);
  const held = `ε is held ${bound === 'below' ? 'at or above' : 'at or below'} ${about(limit)}`;
  if (now === undefined) return held;
  if (bound === 'below' ? now < limit : now > limit)
    return `${held}: ${about(now)} → ${about(limit)} at once; ${bound === 'below' ? heavier(change) : lighter(change)}`;
  if (Math.abs(now / formerly(change) - 1) < 0.01) return `${held}; it was held at ${about(now)} and is now the residual’s again`;
  return `${held}; it is ${about(now)} now, so that nothing changes yet`;
}

export const residualWords: Readonly<Record<string, Words>> = {
  'residual-rule': rule,
  'residual-scale': scale,
  'residual-rate': rate,
  'residual-networks': networks,
  'temperature-min': { says: (change) => clip(change, 'below') },
  'temperature-max': { says: (change) => clip(change, 'above') },
};
