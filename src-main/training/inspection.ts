// Looks at the agent between two gradient steps. It draws from a stream of its own and changes nothing that training
// reads, so that a run learns the same with it and without it.
import type { NamedArrays, Program } from '../engine/program.ts';
import type { RandomStream } from '../random/stream.ts';
import type { ReplayBatch, ReplayBuffer } from '../replay/replay-buffer.ts';
import { type ActionCounts, countActions } from './inspection-actions.ts';
import { type InspectionMetrics, inspectionMetrics, type PolicyView } from './inspection-metrics.ts';
import { windowLength } from './metric-window.ts';

/** An agent's inspection made ready on its device. */
export interface PreparedInspection {
  fresh: Program;
  fixed: Program;
  batchSize: number;
  /** Filled anew for each run. */
  batch: ReplayBatch;
  noise: NamedArrays;
}

/** Inspections between a policy and the one that it is compared with: 1,000 gradient steps. */
const lag = 1000 / windowLength;

export class Inspector {
  readonly #buffer: ReplayBuffer;
  readonly #stream: RandomStream;
  /** Drawn once, at the first inspection. */
  #fixed: ReplayBatch | null = null;
  /** The policy on the fixed batch at the last inspections, oldest first. */
  #policies: PolicyView[] = [];

  /** @param stream for this alone */
  constructor(buffer: ReplayBuffer, stream: RandomStream) {
    this.#buffer = buffer;
    this.#stream = stream;
  }

  async look(
    { fresh, fixed, batchSize, batch, noise }: PreparedInspection,
    controls: NamedArrays,
  ): Promise<{ metrics: InspectionMetrics; actions: ActionCounts }> {
    if (this.#fixed?.reward.length !== batchSize) {
      this.#fixed = this.#buffer.createBatch(batchSize);
      this.#buffer.sample(this.#fixed, this.#stream);
    }
    this.#buffer.sample(batch, this.#stream);
    this.#fill(noise);
    const drawn = await fresh.run({ batch, noise, controls });
    this.#fill(noise);
    const followed = await fixed.run({ batch: this.#fixed, noise, controls });
    const earlier = this.#policies.length === lag ? (this.#policies.shift() ?? null) : null;
    const metrics = inspectionMetrics(drawn, followed, earlier);
    const { mean, 'log-sigma': logSigma } = followed;
    if (mean !== undefined && logSigma !== undefined) this.#policies.push({ mean: mean.slice(), logSigma: logSigma.slice() });
    return { metrics, actions: countActions(drawn, this.#buffer.actionSize) };
  }

  /** The fixed batch and the policies on it, for `restore`; the stream's state is saved with the other streams. */
  save(): NamedArrays {
    const saved: NamedArrays = {};
    for (const [name, array] of Object.entries(this.#fixed ?? {})) saved[`fixed/${name}`] = array.slice();
    for (const [k, { mean, logSigma }] of this.#policies.entries())
      Object.assign(saved, { [`policy-${k}/mean`]: mean.slice(), [`policy-${k}/log-sigma`]: logSigma.slice() });
    return saved;
  }

  /** Of a state that holds nothing of it, as states of earlier versions do, the next inspection begins anew. */
  restore(saved: NamedArrays): void {
    this.#fixed = null;
    this.#policies = [];
    const batch = this.#buffer.createBatch(saved['fixed/reward']?.length ?? 0);
    if (batch.reward.length === 0) return;
    for (const [name, array] of Object.entries(batch)) array.set(saved[`fixed/${name}`] ?? []);
    this.#fixed = batch;
    for (let k = 0; k < lag; k += 1) {
      const [mean, logSigma] = [saved[`policy-${k}/mean`], saved[`policy-${k}/log-sigma`]];
      if (mean !== undefined && logSigma !== undefined) this.#policies.push({ mean: mean.slice(), logSigma: logSigma.slice() });
    }
  }

  #fill(noise: NamedArrays): void {
    for (const name in noise) this.#stream.fillNormal(noise[name] as Float32Array);
  }
}
