// Seeded random streams. Every source of chance in a run (reset noise, exploration, replay sampling,
// update noise, evaluation) draws from its own named stream, so that one cannot disturb another and each
// can be saved and restored bit for bit.
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** A source of chance with a state that can be stored. */
export interface RandomStream {
  /** Uniform on [0, 1), with 53 random bits. */
  uniform(): number;
  /** Standard normal N(0, 1). */
  normal(): number;
  /** Uniform integer in [0, bound); bound is a positive integer below 2^32. */
  integer(bound: number): number;
  /** Fills the array with standard normal numbers (single precision). */
  fillNormal(target: Float32Array): void;
  /** The whole state: restoring it continues the same sequence. */
  save(): StreamState;
  restore(state: StreamState): void;
}

/** Four 32-bit words of generator state and the spare normal, if one is held. */
export interface StreamState {
  words: readonly number[];
  spareNormal: number | null;
}

/** MurmurHash3's 32-bit finaliser (A. Appleby, public domain), used to spread seeds. */
function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}

/** Four state words from a seed and a stream's name; never all zero. */
function seedWords(seed: number, name: string): number[] {
  let hash = mix32(seed) ^ mix32(Math.floor(seed / 2 ** 32) + 0x9e3779b9);
  for (const character of name) hash = mix32((hash + (character.codePointAt(0) ?? 0)) | 0);
  return [1, 2, 3, 4].map((k) => mix32(hash + Math.imul(k, 0x9e3779b9)) || k);
}

/**
 * Opens the stream `name` of the run seed `seed`.
 * @param seed a whole number from 0 to 2^53 - 1
 */
export function createStream(seed: number, name: string): RandomStream {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`seed must be a whole number from 0 to 2^53 - 1, not ${seed}`);
  }
  let generator = xoroshiro128plusFromState(seedWords(seed, name));
  let spareNormal: number | null = null;

  const uniform = (): number => {
    const high = generator.next() >>> 6; // 26 bits
    const low = generator.next() >>> 5; // 27 bits
    return (high * 2 ** 27 + low) * 2 ** -53;
  };

  // Marsaglia's polar method: two normals from one accepted point of the unit disc.
  const normal = (): number => {
    if (spareNormal !== null) {
      const value = spareNormal;
      spareNormal = null;
      return value;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const s = x * x + y * y;
      if (s >= 1 || s === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(s)) / s);
      spareNormal = y * factor;
      return x * factor;
    }
  };

  return {
    uniform,
    normal,
    integer(bound) {
      if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) {
        throw new RangeError(`bound must be a whole number from 1 to 2^32, not ${bound}`);
      }
      return Math.floor(uniform() * bound);
    },
    fillNormal(target) {
      for (let i = 0; i < target.length; i += 1) target[i] = normal();
    },
    save: () => ({ words: [...generator.getState()], spareNormal }),
    restore(state) {
      if (state.words.length !== 4) throw new RangeError('a stream state has four words');
      generator = xoroshiro128plusFromState(state.words);
      spareNormal = state.spareNormal;
    },
  };
}
