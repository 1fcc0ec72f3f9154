// Fits a squashed Gaussian to what a run did, by maximum likelihood: minimises −log p(a|s) over its transitions and keeps
// the parameters under which the held-out ones are likeliest (docs/priors.md).
import { BehaviourNetwork } from '../../agents/parts/priors/behaviour.ts';
import { createEngine } from '../../engine/devices.ts';
import { NonFiniteError } from '../../engine/non-finite.ts';
import type { Engine, NamedArrays, Program } from '../../engine/program.ts';
import type { RandomStream } from '../../random/stream.ts';
import type { Attend } from '../attention.ts';
import { TrainingError } from '../training-error.ts';
import { type BehaviourData, unsquash } from './data.ts';
import { fitPrograms } from './programs.ts';
import { splitRows } from './split.ts';
import { Turns } from '../turns.ts';

export interface FitLimits {
  /** Updates at most. */
  updates: number;
  /** Seconds after which it stops with what it has; generous, since what comes out then depends on the machine. */
  seconds: number;
  /** Updates without a gain after which a step size has led as far as it does. */
  patience: number;
}

export const usualLimits: FitLimits = { updates: 20_000, seconds: 900, patience: 1_500 };

export interface FitOptions {
  data: BehaviourData;
  sizes: { observation: number; action: number };
  smallestScale: number;
  device: string;
  threads: number;
  /** Draws the split, the starting parameters and the batches. */
  stream: RandomStream;
  limits?: FitLimits;
  /** Called every `evaluateEvery` updates with how much of the limit is used, and the seconds that are left at most. */
  progress?: (share: number, secondsLeft: number) => void;
  /** What it is to rest for does not count as its time. */
  attend?: Attend;
}

/** Likelihoods are means in nats an action. */
export interface Fit {
  /** The network's, as the agent takes them. */
  parameters: NamedArrays;
  updates: number;
  /** The update at which the parameters that were kept were reached. */
  bestUpdate: number;
  endedBy: 'likelihood' | 'updates' | 'time';
  trainingLikelihood: number;
  heldOutLikelihood: number;
  heldOutRows: number;
  /** Share of held-out actions with a dimension further than three standard deviations from the prior's mean. */
  outsideShare: number;
}

/** Adam's step size: the large one as far as it leads, then from the best parameters on the small one, which refines them. */
const learningRates = [1e-3, 1e-4];
const batchRows = 256;
const evaluationRows = 1000;
const evaluateEvery = 250;
/** Nats a dimension that count as a gain: below that, waiting longer is not worth it. */
const leastGain = 2e-3;

/** @throws TrainingError where a likelihood is no number */
export async function fitBehaviour(options: FitOptions): Promise<Fit> {
  const { sizes, stream } = options;
  const network = new BehaviourNetwork(sizes, options.smallestScale);
  const programs = fitPrograms(network, sizes);
  const engine = createEngine({ device: options.device, threads: options.threads, stateShapes: programs.stateShapes });
  try {
    const split = splitRows(options.data.rows, options.data.episodes, stream);
    await engine.writeState({ ...network.network.initialState(stream), ...programs.optimiserState });
    const rows = new Rows(options.data, sizes);
    const likelihood = new Likelihood(await engine.compile(programs.evaluate(evaluationRows)), rows, options.attend);
    const best = await climb(options, engine, await engine.compile(programs.step(batchRows)), rows, split.training, () =>
      likelihood.of(split.heldOut),
    );
    await engine.writeState(best.state);
    const training = await likelihood.of(split.training);
    return {
      parameters: Object.fromEntries(Object.keys(network.network.shapes).map((name) => [name, best.state[name] as Float32Array])),
      updates: best.updates,
      bestUpdate: best.at,
      endedBy: best.endedBy,
      trainingLikelihood: training.mean,
      heldOutLikelihood: best.heldOut.mean,
      heldOutRows: split.heldOut.length,
      outsideShare: best.heldOut.outsideShare,
    };
  } finally {
    await engine.dispose();
  }
}

interface Measured {
  mean: number;
  outsideShare: number;
}

interface Best {
  state: NamedArrays;
  at: number;
  updates: number;
  endedBy: Fit['endedBy'];
  heldOut: Measured;
}

/** Steps up the likelihood of the training rows until that of the held-out ones no longer gains. */
async function climb(
  options: FitOptions,
  engine: Engine,
  step: Program,
  rows: Rows,
  training: Int32Array,
  measure: () => Promise<Measured>,
): Promise<Best> {
  const { stream, sizes, limits = usualLimits, progress, attend } = options;
  const batch = rows.allocate(batchRows);
  let start = performance.now();
  const turns = new Turns();
  const best: Best = { state: await engine.readState(), at: 0, updates: 0, endedBy: 'updates', heldOut: await measure() };
  for (const rate of learningRates) {
    await engine.writeState(best.state);
    const controls = { 'learning-rate': Float32Array.of(rate) };
    let reference = { likelihood: best.heldOut.mean, at: best.updates };
    while (best.updates - reference.at < limits.patience) {
      if (best.updates >= limits.updates) return best;
      for (let k = 0; k < batchRows; k += 1) rows.copy(training[stream.integer(training.length)] as number, batch, k);
      await step.run({ batch, noise: {}, controls }).catch(notFitted);
      best.updates += 1;
      await turns.take();
      const asked = performance.now();
      await attend?.();
      start += performance.now() - asked;
      if (best.updates % evaluateEvery !== 0 && best.updates !== limits.updates) continue;
      const heldOut = await measure();
      if (heldOut.mean > best.heldOut.mean) Object.assign(best, { heldOut, at: best.updates, state: await engine.readState() });
      if (best.heldOut.mean > reference.likelihood + leastGain * sizes.action)
        reference = { likelihood: best.heldOut.mean, at: best.updates };
      const seconds = (performance.now() - start) / 1000;
      progress?.(best.updates / limits.updates, (seconds / best.updates) * (limits.updates - best.updates));
      if (seconds > limits.seconds) return { ...best, endedBy: 'time' };
    }
  }
  return { ...best, endedBy: 'likelihood' };
}

function notFitted(error: unknown): never {
  throw error instanceof NonFiniteError ? notNumbers(`its update left the finite numbers (${error.message})`, error) : error;
}

const notNumbers = (why: string, cause?: Error): TrainingError =>
  new TrainingError(`The behaviour prior could not be fitted: ${why}. A larger prior-smallest-scale often helps.`, { cause });

type Batch = Record<'observation' | 'before-squashing', Float32Array>;

/** The transitions as the programs take them. */
class Rows {
  readonly #observation: Float32Array;
  readonly #beforeSquashing: Float32Array;
  readonly #sizes: { observation: number; action: number };

  constructor({ observation, action }: BehaviourData, sizes: { observation: number; action: number }) {
    this.#observation = observation;
    this.#beforeSquashing = unsquash(action);
    this.#sizes = sizes;
  }

  allocate(n: number): Batch {
    return { observation: new Float32Array(n * this.#sizes.observation), 'before-squashing': new Float32Array(n * this.#sizes.action) };
  }

  copy(row: number, batch: Batch, place: number): void {
    const { observation: o, action: a } = this.#sizes;
    for (let j = 0; j < o; j += 1) batch.observation[place * o + j] = this.#observation[row * o + j] as number;
    for (let j = 0; j < a; j += 1) batch['before-squashing'][place * a + j] = this.#beforeSquashing[row * a + j] as number;
  }
}

/** Mean log likelihood of given rows under the engine's present state. */
class Likelihood {
  readonly #program: Program;
  readonly #rows: Rows;
  readonly #batch: Batch;
  readonly #attend: Attend | undefined;

  constructor(program: Program, rows: Rows, attend: Attend | undefined) {
    this.#program = program;
    this.#rows = rows;
    this.#attend = attend;
    this.#batch = rows.allocate(evaluationRows);
  }

  async of(rows: Int32Array): Promise<Measured> {
    let sum = 0;
    let outside = 0;
    const turns = new Turns();
    for (let from = 0; from < rows.length; from += evaluationRows) {
      const count = Math.min(evaluationRows, rows.length - from);
      for (let k = 0; k < count; k += 1) this.#rows.copy(rows[from + k] as number, this.#batch, k);
      const result = await this.#program.run({ batch: this.#batch, noise: {}, controls: {} });
      const [likelihood, deviation] = [result['log-likelihood'] as Float32Array, result['deviation'] as Float32Array];
      const width = deviation.length / evaluationRows;
      await turns.take();
      await this.#attend?.();
      for (let k = 0; k < count; k += 1) {
        sum += likelihood[k] as number;
        if (deviation.subarray(k * width, (k + 1) * width).some((value) => Math.abs(value) > 3)) outside += 1;
      }
    }
    if (!Number.isFinite(sum)) throw notNumbers('its likelihood became no number');
    return { mean: sum / rows.length, outsideShare: outside / rows.length };
  }
}
