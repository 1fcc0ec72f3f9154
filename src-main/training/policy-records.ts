// What a session stores of the policy: its evaluations, and the live snapshot that windows show.
import { diskBudgetOf } from '../contract/disk-plan.ts';
import { formatBytes } from '../contract/format.ts';
import { type Evaluation, type EvaluationOptions, evaluate } from './evaluation.ts';
import type { Journal } from './journal.ts';
import { QBias } from './q-bias.ts';
import type { SessionOptions } from './session.ts';
import { createEvaluationStream, createValuationStream } from './streams.ts';

/** Milliseconds between two live snapshots. */
const snapshotInterval = 5000;

export class PolicyRecords {
  readonly #options: SessionOptions;
  readonly #journal: Journal;
  #lastSnapshot = -Infinity;
  #snapshotStep: number | null = null;

  constructor(options: SessionOptions, journal: Journal) {
    this.#options = options;
    this.#journal = journal;
  }

  /**
   * Stores an evaluation of the present policy, which becomes the live one.
   * @throws what `attend` throws: nothing is stored then
   */
  async evaluate(step: number, watch: Required<Pick<EvaluationOptions, 'attend' | 'progress'>>): Promise<void> {
    const { store, run, attempt, prepared, log } = this.#options;
    const { loop, configuration, parameters } = prepared;
    const { engine, agent, policy, valuation } = loop.learner;
    const bias = new QBias({ valuation, policy, controls: loop.controls, stream: createValuationStream(configuration.seed, step) });
    const evaluation = await evaluate(
      {
        tasks: prepared.evaluationTasks,
        modelHash: prepared.modelHash,
        policy,
        episodes: parameters.evaluationEpisodes,
        stream: createEvaluationStream(configuration.seed, step),
        step,
        warn: (message) => this.#journal.warning(step, message),
        ...watch,
      },
      (episode) => bias.add(episode),
    );
    const policyOnnx = await engine.exportOnnx(agent.policy(1));
    const criticsOnnx = await engine.exportOnnx(agent.critics(1));
    const { success, ...stored } = evaluation;
    const { returns } = stored;
    const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
    if (!this.#hasPoint(step)) {
      this.#journal.metrics(step, {
        'evaluation-return': mean,
        ...(success === null ? {} : { 'evaluation-success': success }),
        ...bias.metrics(),
      });
    }
    const write = (): void => {
      // As stored: a run of an Elbow that had no budget goes on without one.
      const budget = diskBudgetOf(store.runs.configuration(run).hyperparameters);
      const thinned = store.evaluations.add(run, attempt, { step, ...stored, policyOnnx, criticsOnnx }, budget);
      if (thinned.bytes > 0) {
        const { bytes, rollouts, policies } = thinned;
        log(
          `step ${step}: ${formatBytes(bytes)} of earlier evaluations given up (${rollouts} rollouts, ${policies} policies), to keep within disk-budget`,
        );
      }
      this.#setLive(step, policyOnnx);
    };
    const bytes = bytesOf(stored) + 2 * policyOnnx.length + criticsOnnx.length;
    await this.#journal.commit(`The evaluation at step ${step.toLocaleString('en-US')}`, write, bytes);
    log(
      `step ${step}: evaluation return ${mean.toFixed(1)} over ${returns.length} episodes${success === null ? '' : `, success ${(100 * success).toFixed(0)} %`}`,
    );
    this.#lastSnapshot = performance.now();
    this.#snapshotStep = step;
  }

  /** An attempt that ended between the commit of the curves and that of the evaluation has left the points of this one. */
  #hasPoint(step: number): boolean {
    const { store, run } = this.#options;
    const at = { metrics: ['evaluation-return'], fromStep: step, toStep: step, maxPoints: 2, includeSuperseded: false };
    return (store.metrics.query(run, at).series[0]?.step.length ?? 0) > 0;
  }

  /** @param now as of `performance.now()` */
  isSnapshotDue(now: number): boolean {
    return now - this.#lastSnapshot >= snapshotInterval;
  }

  /** Stores the present policy as the live one. */
  async snapshot(step: number): Promise<void> {
    if (this.#snapshotStep !== step) {
      const { engine, agent } = this.#options.prepared.loop.learner;
      const onnx = await engine.exportOnnx(agent.policy(1));
      await this.#journal.commit('The live policy', () => this.#setLive(step, onnx));
      this.#snapshotStep = step;
    }
    this.#lastSnapshot = performance.now();
  }

  /** The policy, and the actions that it takes. Call it inside a commit. */
  #setLive(step: number, onnx: Uint8Array): void {
    const {
      store,
      run,
      attempt,
      prepared: {
        loop: { actions },
      },
    } = this.#options;
    store.snapshots.setLive(run, attempt, step, onnx);
    if (actions !== null) store.histograms.set(run, attempt, actions);
  }
}

/** What its recorded episodes take in the database, about. */
function bytesOf({ rollouts }: Pick<Evaluation, 'rollouts'>): number {
  return rollouts.flatMap(({ columns }) => columns).reduce((sum, { data }) => sum + data.byteLength, 0);
}
