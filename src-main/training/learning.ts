// Gradient steps: the agent's update programs in their turn and, every hundred steps, what is recorded of them.
import type { ActionHistogram } from '../contract/runs.ts';
import type { MetricName } from '../contract/series.ts';
import { NonFiniteError } from '../engine/non-finite.ts';
import type { ReplayBuffer } from '../replay/replay-buffer.ts';
import type { AgentInForce } from './agent-in-force.ts';
import { programFailure } from './describe-failure.ts';
import { Inspector } from './inspection.ts';
import type { LoopListener, Stopwatch } from './loop.ts';
import { MetricWindow, windowLength } from './metric-window.ts';
import type { RunStreams } from './streams.ts';
import type { TrainingState } from './training-state.ts';

interface LearningParts {
  agent: AgentInForce;
  buffer: ReplayBuffer;
  streams: RunStreams;
  /** What it adds its own times to. */
  seconds: Stopwatch;
}

export class Learning {
  readonly #parts: LearningParts;
  readonly #window = new MetricWindow();
  readonly #inspector: Inspector;
  readonly #warned = new Set<string>();
  #gradientSteps = 0;
  #updatesApplied = 0;
  #actions: Omit<ActionHistogram, 'createdAt'> | null = null;

  constructor(parts: LearningParts) {
    this.#parts = parts;
    this.#inspector = new Inspector(parts.buffer, parts.streams.inspection);
  }

  get gradientSteps(): number {
    return this.#gradientSteps;
  }
  /** How often a program has changed the agent, since this was made. */
  get updatesApplied(): number {
    return this.#updatesApplied;
  }
  /** The actions that the policy took at the newest inspection; null before the first one here. */
  get actions(): Omit<ActionHistogram, 'createdAt'> | null {
    return this.#actions;
  }

  /**
   * One gradient step: every program whose turn it is, in the agent's order.
   * @param step the environment step that it belongs to
   * @throws NumericalFailure where an update is not finite, which then is not applied
   */
  async step(step: number, listener: LoopListener): Promise<void> {
    const { agent, buffer, streams, seconds } = this.#parts;
    this.#gradientSteps += 1;
    for (const { declaration, program, batch, noise } of agent.learner.updates) {
      if (!declaration.isDue(this.#gradientSteps) || buffer.size <= (declaration.waitsFor ?? 0)) continue;
      const start = performance.now();
      if (batch !== null) buffer.sample(batch, streams.replay);
      for (const name in noise) streams.updates.fillNormal(noise[name] as Float32Array);
      const sampled = performance.now();
      const diagnostics = await program.run({ batch: batch ?? {}, noise, controls: agent.controls }).catch((error: unknown) => {
        throw error instanceof NonFiniteError ? programFailure(error, step, 'the update was not applied') : error;
      });
      this.#updatesApplied += 1;
      seconds.sampling += (sampled - start) / 1000;
      seconds.updates += (performance.now() - sampled) / 1000;
      this.#window.add(program.name, diagnostics);
    }
    if (this.#gradientSteps % windowLength === 0) await this.#record(step, listener);
  }

  /** Takes back a step in which nothing was applied. */
  takeBackTo(gradientSteps: number): void {
    this.#gradientSteps = gradientSteps;
  }

  save(): Pick<TrainingState, 'gradientSteps' | 'window' | 'inspection'> {
    return { gradientSteps: this.#gradientSteps, window: this.#window.save(), inspection: this.#inspector.save() };
  }

  restore({ gradientSteps, window, inspection }: TrainingState): void {
    this.#gradientSteps = gradientSteps;
    this.#window.restore(window);
    this.#inspector.restore(inspection);
  }

  /** Figures that no update has: they are worked out at a window's end. */
  async #inspect(step: number): Promise<Partial<Record<MetricName, number>>> {
    const { agent, seconds } = this.#parts;
    const start = performance.now();
    const { metrics, actions } = await this.#inspector.look(agent.learner.inspection, agent.controls);
    this.#actions = { step, ...actions };
    seconds.inspection += (performance.now() - start) / 1000;
    return metrics;
  }

  /** Tells the window's means, what an inspection finds and, once for each, what the agent finds wrong with the means. */
  async #record(step: number, listener: LoopListener): Promise<void> {
    const inspected = await this.#inspect(step);
    const means = this.#window.take();
    listener.metrics(step, { ...means, ...inspected });
    const warning = this.#parts.agent.learner.agent.warning?.(means) ?? null;
    if (warning === null || this.#warned.has(warning)) return;
    this.#warned.add(warning);
    listener.warning(step, warning);
  }
}
