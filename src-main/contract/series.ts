// Columns: metric series and rollouts. They travel as typed arrays, never as JSON numbers.

/** Names and units of the metrics that trainers record; the x axis is the environment step. */
export const metricDeclarations = [
  { name: 'training-return', title: 'Training return', unit: '1', sentence: 'Return of each finished training episode, with the sampled actions.' },
  { name: 'training-length', title: 'Episode length', unit: 'environment steps', sentence: 'Length of each finished training episode.' },
  { name: 'evaluation-return', title: 'Evaluation return', unit: '1', sentence: 'Mean return of the evaluation episodes, with the mean action.' },
  { name: 'entropy', title: 'Entropy', unit: 'nats', sentence: 'Policy entropy, the batch mean of −log π(a|s).' },
  { name: 'entropy-target', title: 'Entropy target', unit: 'nats', sentence: 'The entropy that the temperature steers towards.' },
  { name: 'temperature', title: 'Temperature', unit: '1', sentence: 'Weight of the divergence from the prior in the objective: α, or VIREL’s ε.' },
  { name: 'kl', title: 'KL from the prior', unit: 'nats', sentence: 'KL(π‖p) of the policy from the action prior, batch mean.' },
  { name: 'kl-target', title: 'KL target', unit: 'nats', sentence: 'The KL from the prior that a learned temperature steers towards.' },
  { name: 'residual', title: 'Bellman residual', unit: '1', sentence: 'mean δ² of the critics on transitions of their own; 1 until the first estimate.' },
  { name: 'residual-samples', title: 'Residual samples', unit: 'transitions', sentence: 'Transitions of the newest estimate of the residual; 0 before the first.' },
  { name: 'prior-loss', title: 'Prior loss', unit: '1', sentence: 'Loss of the learned prior, with its multipliers.' },
  { name: 'critic-loss', title: 'Critic loss', unit: '1', sentence: 'Mean squared Bellman error of the training batch, as the agent weights and sums it.' },
  { name: 'value-loss', title: 'Value loss', unit: '1', sentence: 'Half the mean squared distance of the state value to its goal.' },
  { name: 'actor-loss', title: 'Actor loss', unit: '1', sentence: 'Batch mean of what the policy minimises: α·(log π − log p) − Q, or −Q.' },
  { name: 'mean-q', title: 'Mean Q', unit: '1', sentence: 'Batch mean of the critic, the smaller of two, at the stored actions.' },
  { name: 'policy-sigma', title: 'Policy σ', unit: '1', sentence: 'Mean standard deviation of the policy before squashing.' },
  { name: 'steps-per-second', title: 'Speed', unit: 'environment steps/s', sentence: 'Environment steps per second of wall time, evaluation excluded.' },
] as const;
export type MetricName = (typeof metricDeclarations)[number]['name'];

/**
 * One metric over environment steps. Where the window holds more points than asked for, each entry stands
 * for a bucket and min ≤ mean ≤ max; else the three are equal and each entry is a recorded point.
 */
export interface MetricSeries {
  run: string;
  metric: string;
  /** Environment step: of the point, or of the bucket's last point. Ascending. */
  step: Float64Array;
  min: Float64Array;
  mean: Float64Array;
  max: Float64Array;
  /** Points recorded in the window, before any reduction. */
  pointCount: number;
  /** Is each entry a bucket of several points? */
  isReduced: boolean;
}

export const columnNames = [
  'qpos', 'qvel', 'mocap', 'action', 'policy-mean', 'policy-sigma', 'log-probability', 'observation',
  'reward-terms', 'reward', 'terminated', 'truncated',
] as const;
export type ColumnName = (typeof columnNames)[number];

/**
 * A fixed-stride column: row k is `data.subarray(k * width, (k + 1) * width)`. `qpos`, `qvel` and `mocap`
 * have length + 1 rows, row 0 being the initial state and row k + 1 the state after step k; the others have
 * one row a step, `observation` being what the policy saw before the step.
 */
export interface RolloutColumn {
  name: ColumnName;
  width: number;
  data: Float64Array | Float32Array | Uint8Array;
}

/** A recorded episode. */
export interface Rollout {
  id: number;
  run: string;
  task: string;
  attempt: number;
  /** Environment steps that the policy had learned from. */
  step: number;
  episode: number;
  return: number;
  length: number;
  terminated: boolean;
  truncated: boolean;
  /** SHA-256 of the model file, hexadecimal. */
  modelHash: string;
  stepSeconds: number;
  rewardTerms: string[];
  /** MuJoCo's integration state (mjSTATE_INTEGRATION) at the episode's start, and the task's own values. */
  initialState: Float64Array;
  initialTaskState: Float64Array;
  columns: RolloutColumn[];
}

/** A policy as an ONNX file: input `observation` [1, observations], outputs as named below. */
export interface PolicySnapshot {
  run: string;
  step: number;
  createdAt: number;
  onnx: Uint8Array;
}

/** Names of a policy file's inputs and outputs. Files take one observation at a time. */
export const policyFile = {
  input: 'observation',
  outputs: {
    /** [1, actions], tanh of the mean, in [-1, 1]. */
    meanAction: 'mean-action',
    /** [1, actions], mean and standard deviation before squashing. */
    mean: 'mean',
    sigma: 'sigma',
  },
} as const;
