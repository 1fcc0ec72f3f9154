// Columns: metric series and rollouts. They travel as typed arrays, never as JSON numbers.

/** What a metric is about, in the order in which groups are shown. */
export const metricGroups = [
  { id: 'returns', title: 'Returns' },
  { id: 'critics', title: 'Critics' },
  { id: 'policy', title: 'Policy' },
  { id: 'temperature', title: 'Temperature' },
  { id: 'prior', title: 'Prior' },
  { id: 'speed', title: 'Speed' },
] as const;

/**
 * Names, units and groups of the metrics that trainers record; the x axis is the environment step. Means of updates are
 * over 100 gradient steps; what is said to be over stored transitions or states is a look at the end of those 100.
 */
export const metricDeclarations = [
  {
    name: 'training-return',
    title: 'Training return',
    unit: '1',
    group: 'returns',
    sentence: 'Return of each finished training episode, with the sampled actions.',
  },
  {
    name: 'training-length',
    title: 'Episode length',
    unit: 'environment steps',
    group: 'returns',
    sentence: 'Length of each finished training episode.',
  },
  {
    name: 'evaluation-return',
    title: 'Evaluation return',
    unit: '1',
    group: 'returns',
    sentence: 'Mean return of the evaluation episodes, with the mean action.',
  },
  {
    name: 'evaluation-success',
    title: 'Evaluation success',
    unit: 'share',
    group: 'returns',
    sentence: 'Share of the evaluation episodes whose last state was a success, as the task declares it, with the mean action.',
  },
  {
    name: 'discounted-return',
    title: 'Discounted return',
    unit: '1',
    group: 'returns',
    sentence:
      'Mean over the evaluation episodes of the return that Q(s₀, a₀) foretells: discounted, scaled, with the later steps’ divergence where the critics’ values contain it, a cut tail continued by the critics.',
  },
  {
    name: 'critic-loss',
    title: 'Critic loss',
    unit: '1',
    group: 'critics',
    sentence: 'Mean squared Bellman error of the training batch, as the agent weights and sums it.',
  },
  {
    name: 'value-loss',
    title: 'Value loss',
    unit: '1',
    group: 'critics',
    sentence: 'Half the mean squared distance of the state value to its goal.',
  },
  {
    name: 'mean-q',
    title: 'Mean Q',
    unit: '1',
    group: 'critics',
    sentence: 'Batch mean of the critic, the smaller of two, at the stored actions.',
  },
  { name: 'q1-mean', title: 'Q₁, mean', unit: '1', group: 'critics', sentence: 'Mean of the first critic over 256 stored transitions.' },
  {
    name: 'q1-std',
    title: 'Q₁, standard deviation',
    unit: '1',
    group: 'critics',
    sentence: 'Standard deviation of the first critic over 256 stored transitions.',
  },
  {
    name: 'q1-min',
    title: 'Q₁, smallest',
    unit: '1',
    group: 'critics',
    sentence: 'Smallest value of the first critic over 256 stored transitions.',
  },
  {
    name: 'q1-max',
    title: 'Q₁, largest',
    unit: '1',
    group: 'critics',
    sentence: 'Largest value of the first critic over 256 stored transitions.',
  },
  { name: 'q2-mean', title: 'Q₂, mean', unit: '1', group: 'critics', sentence: 'Mean of the second critic over 256 stored transitions.' },
  {
    name: 'q2-std',
    title: 'Q₂, standard deviation',
    unit: '1',
    group: 'critics',
    sentence: 'Standard deviation of the second critic over 256 stored transitions.',
  },
  {
    name: 'q2-min',
    title: 'Q₂, smallest',
    unit: '1',
    group: 'critics',
    sentence: 'Smallest value of the second critic over 256 stored transitions.',
  },
  {
    name: 'q2-max',
    title: 'Q₂, largest',
    unit: '1',
    group: 'critics',
    sentence: 'Largest value of the second critic over 256 stored transitions.',
  },
  {
    name: 'q-difference',
    title: 'Disagreement of the critics',
    unit: '1',
    group: 'critics',
    sentence: 'Mean |Q₁ − Q₂| over 256 stored transitions.',
  },
  {
    name: 'initial-q',
    title: 'Q at the start',
    unit: '1',
    group: 'critics',
    sentence: 'Mean Q(s₀, a₀) over the evaluation’s starting states, with the mean action and the smaller critic.',
  },
  {
    name: 'q-bias',
    title: 'Bias of Q',
    unit: '1',
    group: 'critics',
    sentence:
      'Q(s₀, a₀) minus the discounted return that followed, mean over the evaluation episodes: above 0 the critics promise too much.',
  },
  {
    name: 'td-error-mean',
    title: 'TD error, mean',
    unit: '1',
    group: 'critics',
    sentence: 'Mean of y − Q over 256 transitions drawn for it and all critics, y with the target networks.',
  },
  {
    name: 'td-error-rms',
    title: 'TD error, root mean square',
    unit: '1',
    group: 'critics',
    sentence: 'Root mean square of y − Q over 256 transitions drawn for it and all critics.',
  },
  {
    name: 'td-error-p95',
    title: 'TD error, 95th percentile',
    unit: '1',
    group: 'critics',
    sentence: '95th percentile of |y − Q| over 256 transitions drawn for it and all critics.',
  },
  {
    name: 'fixed-td-error-mean',
    title: 'TD error, mean, fixed batch',
    unit: '1',
    group: 'critics',
    sentence: 'Mean of y − Q over 256 transitions drawn once, when the first window was due and all critics, y with the target networks.',
  },
  {
    name: 'fixed-td-error-rms',
    title: 'TD error, root mean square, fixed batch',
    unit: '1',
    group: 'critics',
    sentence: 'Root mean square of y − Q over 256 transitions drawn once, when the first window was due and all critics.',
  },
  {
    name: 'fixed-td-error-p95',
    title: 'TD error, 95th percentile, fixed batch',
    unit: '1',
    group: 'critics',
    sentence: '95th percentile of |y − Q| over 256 transitions drawn once, when the first window was due and all critics.',
  },
  {
    name: 'target-mean',
    title: 'Target, mean',
    unit: '1',
    group: 'critics',
    sentence: 'Mean of the critics’ target y over 256 stored transitions.',
  },
  {
    name: 'explained-variance',
    title: 'Explained variance',
    unit: '1',
    group: 'critics',
    sentence:
      '1 − Var(y − Q)/Var(y) over 256 stored transitions, with the smaller critic: 1 where the critics know their targets, 0 where a constant would do as well.',
  },
  {
    name: 'bellman-residual-online',
    title: 'Bellman residual, online networks',
    unit: '1',
    group: 'critics',
    sentence: 'mean δ² over 256 stored transitions and all critics, the next state valued by the networks themselves.',
  },
  {
    name: 'bellman-residual-target',
    title: 'Bellman residual, target networks',
    unit: '1',
    group: 'critics',
    sentence: 'mean δ² over 256 stored transitions and all critics, the next state valued by the target networks.',
  },
  {
    name: 'critic-gradient-norm',
    title: 'Critic gradient',
    unit: '1',
    group: 'critics',
    sentence: 'Euclidean norm of the critic loss’s gradient, all critics together, on 256 stored transitions.',
  },
  {
    name: 'critic-weight-norm',
    title: 'Critic weights',
    unit: '1',
    group: 'critics',
    sentence: 'Euclidean norm of the weights and biases of all critics.',
  },
  {
    name: 'critic-dead-units',
    title: 'Dead critic units',
    unit: 'share',
    group: 'critics',
    sentence: 'Share of the critics’ hidden units that give 0 on all of 256 stored transitions.',
  },
  {
    name: 'action-gradient-norm',
    title: 'dQ/da',
    unit: '1',
    group: 'critics',
    sentence: 'Mean Euclidean norm of the smaller critic’s gradient in the action, at the actions that the policy now takes.',
  },
  {
    name: 'actor-loss',
    title: 'Actor loss',
    unit: '1',
    group: 'policy',
    sentence: 'Batch mean of what the policy minimises: α·(log π − log p) − Q, or −Q.',
  },
  { name: 'entropy', title: 'Entropy', unit: 'nats', group: 'policy', sentence: 'Policy entropy, the batch mean of −log π(a|s).' },
  {
    name: 'policy-sigma',
    title: 'Policy σ',
    unit: '1',
    group: 'policy',
    sentence: 'Mean standard deviation of the policy before squashing.',
  },
  {
    name: 'log-sigma-mean',
    title: 'log σ, mean',
    unit: '1',
    group: 'policy',
    sentence: 'Mean of log σ before squashing, over 256 stored states and all action dimensions.',
  },
  {
    name: 'log-sigma-min',
    title: 'log σ, smallest',
    unit: '1',
    group: 'policy',
    sentence: 'Smallest log σ before squashing, over 256 stored states and all action dimensions.',
  },
  {
    name: 'log-sigma-max',
    title: 'log σ, largest',
    unit: '1',
    group: 'policy',
    sentence: 'Largest log σ before squashing, over 256 stored states and all action dimensions.',
  },
  {
    name: 'mean-action-size',
    title: 'Mean action, size',
    unit: '1',
    group: 'policy',
    sentence: 'Mean |tanh μ| over 256 stored states and all action dimensions.',
  },
  {
    name: 'mean-action-max',
    title: 'Mean action, largest',
    unit: '1',
    group: 'policy',
    sentence: 'Largest |tanh μ| over 256 stored states and all action dimensions.',
  },
  {
    name: 'saturated-share',
    title: 'Saturated actions',
    unit: 'share',
    group: 'policy',
    sentence: 'Share of the actions that the policy now takes with |a| > 0.99, over 256 stored states and all dimensions.',
  },
  {
    name: 'policy-change',
    title: 'Change of the policy',
    unit: 'nats',
    group: 'policy',
    sentence: 'KL of the policy from the one 1,000 updates ago, in closed form, on 256 states drawn once.',
  },
  {
    name: 'actor-gradient-norm',
    title: 'Actor gradient',
    unit: '1',
    group: 'policy',
    sentence: 'Euclidean norm of the actor loss’s gradient on 256 stored states.',
  },
  {
    name: 'actor-weight-norm',
    title: 'Actor weights',
    unit: '1',
    group: 'policy',
    sentence: 'Euclidean norm of the policy network’s weights and biases.',
  },
  {
    name: 'actor-dead-units',
    title: 'Dead actor units',
    unit: 'share',
    group: 'policy',
    sentence: 'Share of the policy’s hidden units that give 0 on all of 256 stored states.',
  },
  {
    name: 'temperature',
    title: 'Temperature',
    unit: '1',
    group: 'temperature',
    sentence: 'Weight of the divergence from the prior in the objective: α, or VIREL’s ε.',
  },
  {
    name: 'log-temperature',
    title: 'log temperature',
    unit: '1',
    group: 'temperature',
    sentence: 'Natural logarithm of the temperature, at the end of the window.',
  },
  {
    name: 'entropy-target',
    title: 'Entropy target',
    unit: 'nats',
    group: 'temperature',
    sentence: 'The entropy that the temperature steers towards.',
  },
  {
    name: 'entropy-gap',
    title: 'Entropy above target',
    unit: 'nats',
    group: 'temperature',
    sentence: 'Entropy minus the target that a learned temperature steers towards, on 256 stored states.',
  },
  {
    name: 'kl-target',
    title: 'KL target',
    unit: 'nats',
    group: 'temperature',
    sentence: 'The KL from the prior that a learned temperature steers towards.',
  },
  {
    name: 'kl-gap',
    title: 'KL above target',
    unit: 'nats',
    group: 'temperature',
    sentence: 'KL from the prior minus the target that a learned temperature steers towards, on 256 stored states.',
  },
  {
    name: 'residual',
    title: 'Bellman residual',
    unit: '1',
    group: 'temperature',
    sentence: 'mean δ² of the critics on transitions of their own; 1 until the first estimate.',
  },
  {
    name: 'residual-samples',
    title: 'Residual samples',
    unit: 'transitions',
    group: 'temperature',
    sentence: 'Transitions of the newest estimate of the residual; 0 before the first.',
  },
  {
    name: 'residual-ratio',
    title: 'Residual over spread',
    unit: '1',
    group: 'temperature',
    sentence: '√(mean δ²) of the residual estimate over the standard deviation of Q: the critics’ error beside what they tell apart.',
  },
  {
    name: 'kl',
    title: 'KL from the prior',
    unit: 'nats',
    group: 'prior',
    sentence: 'KL(π‖p) of the policy from the action prior, batch mean.',
  },
  { name: 'prior-loss', title: 'Prior loss', unit: '1', group: 'prior', sentence: 'Loss of the learned prior, with its multipliers.' },
  {
    name: 'prior-sigma',
    title: 'Prior σ',
    unit: '1',
    group: 'prior',
    sentence: 'Mean standard deviation of the learned prior before squashing, over 256 stored states.',
  },
  {
    name: 'prior-multiplier-mean',
    title: 'Prior multiplier, mean',
    unit: '1',
    group: 'prior',
    sentence: 'Multiplier of the constraint on how fast the learned prior’s mean moves.',
  },
  {
    name: 'prior-multiplier-scale',
    title: 'Prior multiplier, scale',
    unit: '1',
    group: 'prior',
    sentence: 'Multiplier of the constraint on how fast the learned prior’s scale moves.',
  },
  {
    name: 'steps-per-second',
    title: 'Speed',
    unit: 'environment steps/s',
    group: 'speed',
    sentence: 'Environment steps per second of wall time, evaluation excluded.',
  },
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
  'qpos',
  'qvel',
  'mocap',
  'action',
  'policy-mean',
  'policy-sigma',
  'log-probability',
  'observation',
  'reward-terms',
  'reward',
  'terminated',
  'truncated',
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
