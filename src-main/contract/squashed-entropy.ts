// The entropy of a squashed Gaussian, and the σ that an entropy stands for: what makes a target in nats a picture.

const step = 1 / 16;
const halfEntropyOfNormal = 0.5 * Math.log(2 * Math.PI * Math.E);

/**
 * Differential entropy of tanh(N(0, σ²)) in nats: log σ + ½ log 2πe + E[log(1 − tanh²(σz))]. The expectation is a
 * trapezoid sum over ±8 standard deviations, which for so smooth a function is exact to about 1e-10 up to σ = 5.
 * @param sigma standard deviation before squashing, above 0
 */
export function squashedEntropy(sigma: number): number {
  let expectation = 0;
  for (let z = -8; z <= 8; z += step) {
    const u = Math.abs(sigma * z);
    // log(1 − tanh²u) without cancellation.
    const logSlope = 2 * (Math.LN2 - u - Math.log1p(Math.exp(-2 * u)));
    expectation += (logSlope * Math.exp(-0.5 * z * z) * step) / Math.sqrt(2 * Math.PI);
  }
  return Math.log(sigma) + halfEntropyOfNormal + expectation;
}

/** The σ of the largest entropy, where its derivative 1/σ − 2 E[z tanh σz] is 0; a wider Gaussian piles up at the ends of (−1, 1). */
export const widestSigma = 0.874400369721;
/** Nats, 0.683636 rounded: no squashed Gaussian of one action dimension has more entropy. */
export const largestSquashedEntropy = squashedEntropy(widestSigma);

/**
 * The σ before squashing, at mean 0, at which one action dimension has this entropy: −1 nat is σ = 0.0897.
 * @param entropyPerDimension nats
 * @returns null above the largest entropy, which no squashed Gaussian passes, and for what is no number
 */
export function equivalentSigma(entropyPerDimension: number): number | null {
  // A target for all dimensions, divided by their number, may be off by its last bit.
  if (!Number.isFinite(entropyPerDimension) || entropyPerDimension > largestSquashedEntropy + 1e-12) return null;
  // Squashing only takes entropy away, so that the Gaussian with this entropy is the narrowest candidate.
  let low = entropyPerDimension - halfEntropyOfNormal;
  let high = Math.log(widestSigma);
  for (let k = 0; k < 60; k += 1) {
    const middle = (low + high) / 2;
    if (squashedEntropy(Math.exp(middle)) < entropyPerDimension) low = middle;
    else high = middle;
  }
  return Math.exp(high);
}
