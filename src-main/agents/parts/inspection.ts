// Programs that look at an agent: its critics' errors, its gradients, its networks and its policy, from the terms of its
// own update and without a step. What they return: ../agent.ts, `Inspection`.
import * as tf from '@tensorflow/tfjs';
import type { NamedShapes, NamedTensors, ProgramDeclaration, ProgramInputs } from '../../engine/program.ts';
import type { Inspection, Problem } from '../agent.ts';
import type { Critics } from './critics.ts';
import type { Network } from './networks.ts';
import { at, gradientsOf, pick } from './optimiser.ts';
import { observationOf, transitionShapes } from './programs.ts';

/** Rows of an inspection's batches, whatever the agent's batch: what is kept of them must fit a run with another one. */
export const inspectionBatch = 256;

/** The terms of an agent's update on a batch. */
export interface InspectionView {
  /** y [n] with the target networks, as the update has it, and with the networks themselves. */
  target: tf.Tensor;
  onlineTarget: tf.Tensor;
  /** Losses of the critics' and of the actor's parameters, all else being held. */
  criticLoss: (parameters: NamedTensors) => tf.Scalar;
  actorLoss: (parameters: NamedTensors) => tf.Scalar;
  /** Actions [n, a] as the agent now takes them, noise included. */
  action: tf.Tensor2D;
  /** The policy before squashing, [n, a]; log σ of a stochastic one. */
  mean: tf.Tensor2D;
  logSigma?: tf.Tensor2D;
  /**
   * What this agent alone has: `temperature` [], `entropy-gap` or `kl-gap` [n] of a learned one, `residual` and
   * `residual-estimates` [], `prior-multiplier-mean`, `prior-multiplier-scale` [] and `prior-log-sigma` [n, a].
   */
  extras?: NamedTensors;
}

export interface InspectionSubject {
  agent: string;
  problem: Problem;
  critics: Critics;
  actor: Network;
  /** Names of the noise inputs that `view` takes, each [n, a]. */
  noise: readonly string[];
  controls: NamedShapes;
  view(inputs: ProgramInputs): InspectionView;
  /** `bonus` of Inspection.valuation [n], from the noise input `current` [n, a]; null where the critics' values contain no divergence. */
  bonus: ((inputs: ProgramInputs, observation: tf.Tensor2D) => tf.Tensor) | null;
}

/** What of `fresh` is followed on a batch that stays the same. */
const fixedOutputs: ReadonlySet<string> = new Set(['q1', 'q2', 'target', 'mean', 'log-sigma']);

export function inspectionOf(subject: InspectionSubject): Inspection {
  const { agent, problem, critics, noise, controls } = subject;
  const signature = {
    batch: transitionShapes(inspectionBatch, problem),
    noise: Object.fromEntries(noise.map((name) => [name, [inspectionBatch, problem.actionSize]])),
    controls,
  };
  const program = (name: string, isReturned: (output: string) => boolean): ProgramDeclaration => ({
    name: `${agent} ${name}`,
    signature,
    fn: (inputs) => ({
      state: {},
      diagnostics: Object.fromEntries(Object.entries(look(subject, inputs)).filter(([output]) => isReturned(output))),
    }),
  });
  return {
    batchSize: inspectionBatch,
    fresh: program('inspection', () => true),
    fixed: program('inspection of the fixed batch', (output) => fixedOutputs.has(output)),
    valuation: (n) => ({
      name: `${agent} valuation`,
      signature: {
        batch: { observation: [n, problem.observationSize], action: [n, problem.actionSize] },
        noise: subject.bonus === null ? {} : { current: [n, problem.actionSize] },
        controls,
      },
      fn: (inputs) => {
        const s = observationOf(inputs.batch);
        return {
          state: {},
          diagnostics: {
            q: critics.minimum(inputs.state, s, at(inputs.batch, 'action') as tf.Tensor2D),
            ...(subject.bonus === null ? {} : { bonus: subject.bonus(inputs, s) }),
          },
        };
      },
    }),
  };
}

function look({ critics, actor, view }: InspectionSubject, inputs: ProgramInputs): NamedTensors {
  const { state, batch } = inputs;
  const [s, a] = [observationOf(batch), at(batch, 'action') as tf.Tensor2D];
  const [online, policy] = [pick(state, critics.shapes), pick(state, actor.shapes)];
  const seen = view(inputs);
  const ofAction = gradientsOf(({ action }) => critics.minimum(online, s, action as tf.Tensor2D).sum(), { action: seen.action }).gradients;
  return {
    ...Object.fromEntries(critics.evaluate(online, s, a).map((q, i) => [`q${i + 1}`, q])),
    target: seen.target,
    'online-target': seen.onlineTarget,
    'action-gradient': tf.sqrt(at(ofAction, 'action').square().sum(1)),
    action: seen.action,
    mean: seen.mean,
    ...(seen.logSigma === undefined ? {} : { 'log-sigma': seen.logSigma }),
    'critic-gradient': norm(gradientsOf(seen.criticLoss, online).gradients),
    'actor-gradient': norm(gradientsOf(seen.actorLoss, policy).gradients),
    'critic-weights': norm(online),
    'actor-weights': norm(policy),
    ...largestOutputs('critic-units', critics.hiddenOutputs(online, s, a)),
    ...largestOutputs('actor-units', actor.outputs(policy, s).slice(0, -1)),
    ...seen.extras,
  };
}

/** Euclidean norm of all entries together. */
function norm(tensors: NamedTensors): tf.Tensor {
  return tf.sqrt(tf.addN(Object.values(tensors).map((tensor) => tensor.square().sum())));
}

/** The largest output over the batch of each unit of these layers, where there are any. */
function largestOutputs(name: string, layers: readonly tf.Tensor2D[]): NamedTensors {
  return layers.length === 0 ? {} : { [name]: tf.concat(layers.map((layer) => layer.max(0))) };
}
