// The experiments that show that agents learn, with the bar that each has to pass.

export interface Experiment {
  id: string;
  title: string;
  task: string;
  agent: string;
  seeds: readonly number[];
  steps: number;
  /** Hyper-parameters that differ from the defaults. */
  set: Readonly<Record<string, string>>;
  /** What the last evaluations must show, in words and as a test. */
  bar: { words: string; passes: (runs: readonly ExperimentRun[]) => boolean };
  /** Folder of a robot that is imported first, from the repository's root. */
  robot?: string;
  /** Metrics whose course is kept and drawn beside the returns. */
  course?: readonly string[];
  /** What others have published, in words. */
  published: string;
  /** Lowest and highest published mean return at the last step, drawn beside the curves. */
  band?: readonly [low: number, high: number];
  /** Another program's runs on the same task, drawn beside ours where docs/evidence has the file. */
  beside?: { name: string; file: string };
}

/** A run of another program. */
export interface RunBeside {
  seed: number;
  evaluations: { step: number; returns: number[] }[];
}

export interface ExperimentRun {
  seed: number;
  run: string;
  elbowVersion: string;
  gitState: string | null;
  cpu: string;
  threads: number;
  activeSeconds: number;
  /** SHA-256 of the final parameters and optimiser state. */
  stateHash: string | null;
  evaluations: { step: number; returns: number[] }[];
  /** How the policy and its temperature evolved: means over equal spans of steps, by metric. */
  curves?: Record<string, { step: number[]; mean: number[] }>;
}

export const meanOf = (numbers: readonly number[]): number => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
/** Did every one of three runs have an evaluation of ten episodes of at least 950 by that step? */
const allBalanceBy = (runs: readonly ExperimentRun[], by: number): boolean =>
  runs.length === 3 &&
  runs.every(({ evaluations }) =>
    evaluations.some(({ step, returns }) => step <= by && returns.length === 10 && returns.every((value) => value >= 950)),
  );
/** Mean of the last evaluations of half-cheetah-sac.json. */
const sacMean = 5_233;
const finalMean = (runs: readonly ExperimentRun[]): number => meanOf(runs.map((run) => meanOf(lastReturns(run))));
const lastReturns = (run: ExperimentRun): readonly number[] => run.evaluations.at(-1)?.returns ?? [];
const meanOfThree = (least: number): Experiment['bar'] => ({
  words: `a mean of at least ${least.toLocaleString('en-US')} over 3 seeds at 100,000 steps`,
  passes: (runs) => runs.length === 3 && finalMean(runs) >= least,
});

/** The largest mean of a metric over a span of steps. */
const highest = (run: ExperimentRun, metric: string): number => Math.max(...(run.curves?.[metric]?.mean ?? [-Infinity]));

const deviationOf = (numbers: readonly number[]): number => Math.sqrt(meanOf(numbers.map((value) => (value - meanOf(numbers)) ** 2)));
const isClearlyHigher = (later: readonly number[], earlier: readonly number[]): boolean =>
  meanOf(later) - meanOf(earlier) > deviationOf(later) + deviationOf(earlier);

const virelCourse = ['temperature', 'residual', 'policy-sigma', 'entropy'];

export const experiments: readonly Experiment[] = [
  {
    id: 'inverted-pendulum-sac',
    title: 'SAC on inverted-pendulum',
    task: 'inverted-pendulum',
    agent: 'sac',
    seeds: [1, 2, 3],
    steps: 20_000,
    set: { 'warm-up': '1000', 'evaluation-every': '1000' },
    bar: {
      words: 'at least 950 in 10 of 10 episodes by 20,000 steps, for 3 of 3 seeds',
      passes: (runs) => allBalanceBy(runs, 20_000),
    },
    published: 'Tianshou v0.5.0, 10 seeds: 1,000 from 50,000 steps on',
  },
  {
    id: 'inverted-pendulum-sac-fast',
    title: 'SAC on inverted-pendulum, learning rates 0.001',
    task: 'inverted-pendulum',
    agent: 'sac',
    seeds: [1, 2, 3],
    steps: 12_000,
    set: {
      'warm-up': '1000',
      'evaluation-every': '1000',
      'actor-learning-rate': '0.001',
      'critic-learning-rate': '0.001',
      'temperature-learning-rate': '0.001',
    },
    bar: {
      words: 'at least 950 in 10 of 10 episodes by 10,000 steps, for 3 of 3 seeds',
      passes: (runs) => allBalanceBy(runs, 10_000),
    },
    published: 'Tianshou v0.5.0, 10 seeds: 1,000 from 50,000 steps on',
  },
  {
    id: 'half-cheetah-sac',
    title: 'SAC on half-cheetah',
    task: 'half-cheetah',
    agent: 'sac',
    seeds: [1, 2, 3],
    steps: 100_000,
    set: {},
    bar: meanOfThree(4_500),
    published: 'at 100,000 steps, Gym v2 and v3: 5,000 to 6,500 in four independent implementations',
    band: [5_000, 6_500],
  },
  {
    id: 'hopper-sac',
    title: 'SAC on hopper',
    task: 'hopper',
    agent: 'sac',
    seeds: [1, 2, 3],
    steps: 100_000,
    set: {},
    bar: meanOfThree(900),
    published: 'at 100,000 steps: 900 to 2,600 in four independent implementations',
    band: [900, 2_600],
    beside: { name: 'Stable-Baselines3', file: 'hopper-stable-baselines3.json' },
  },
  {
    id: 'hopper-sac-wide',
    title: 'SAC on hopper, entropy target −1.5 nats',
    task: 'hopper',
    agent: 'sac',
    seeds: [1, 2, 3],
    steps: 100_000,
    set: { 'entropy-target': '-1.5' },
    bar: meanOfThree(900),
    published: 'at 100,000 steps with a target of −D/2: 2,014 ± 958 (jaxrl, 10 seeds, Gym v2)',
  },
  {
    id: 'walker2d-sac',
    title: 'SAC on walker2d',
    task: 'walker2d',
    agent: 'sac',
    seeds: [1, 2, 3],
    steps: 100_000,
    set: {},
    bar: {
      words: 'none: published returns at 100,000 steps are too wide apart; a mean above that of their lowest, 400, is what is looked for',
      passes: (runs) => runs.length === 3 && finalMean(runs) >= 400,
    },
    published: 'at 100,000 steps: 400 to 1,300 in four independent implementations',
    band: [400, 1_300],
  },
  {
    id: 'fetch-reach-sac',
    title: 'SAC with hindsight relabelling on fetch-reach',
    task: 'fetch-reach',
    agent: 'sac',
    seeds: [1],
    steps: 20_000,
    set: { 'evaluation-every': '1000', 'evaluation-episodes': '20' },
    course: ['evaluation-success'],
    bar: {
      words: 'success in at least 19 of 20 episodes of an evaluation within 20,000 steps',
      passes: (runs) => runs.length === 1 && runs.every((run) => highest(run, 'evaluation-success') >= 0.95),
    },
    published: 'none at so few steps in the sources at hand',
  },
  {
    id: 'pusher-sac',
    title: 'SAC on pusher',
    task: 'pusher',
    agent: 'sac',
    seeds: [1],
    steps: 100_000,
    set: {},
    bar: {
      words: 'clearly improving: the last evaluation’s mean return above the first’s by more than both evaluations’ spread together',
      passes: (runs) =>
        runs.length === 1 &&
        runs.every(({ evaluations }) => isClearlyHigher(evaluations.at(-1)?.returns ?? [], evaluations[0]?.returns ?? [])),
    },
    published: 'none at 100,000 steps in the sources at hand',
  },
  {
    id: 'example-quadruped-sac',
    title: 'SAC on an imported robot, the example quadruped',
    robot: 'examples/quadruped',
    task: 'example-quadruped',
    agent: 'sac',
    seeds: [1],
    steps: 50_000,
    set: {},
    bar: {
      words: 'visible progress: the last evaluation’s mean return above the first’s by more than both evaluations’ spread together',
      passes: (runs) =>
        runs.length === 1 &&
        runs.every(({ evaluations }) => isClearlyHigher(evaluations.at(-1)?.returns ?? [], evaluations[0]?.returns ?? [])),
    },
    published: 'none: the robot is an example of ours',
  },
  {
    id: 'half-cheetah-virel',
    course: virelCourse,
    title: 'VIREL (twin critics) on half-cheetah',
    task: 'half-cheetah',
    agent: 'virel',
    seeds: [1, 2, 3],
    steps: 100_000,
    set: {},
    bar: {
      words: 'a mean over 3 seeds at 100,000 steps of at least 80 % of SAC’s, which is 5,233: 4,186',
      passes: (runs) => runs.length === 3 && finalMean(runs) >= 0.8 * sacMean,
    },
    published: 'none: the paper has figures only',
  },
  {
    id: 'half-cheetah-td3',
    title: 'TD3 on half-cheetah',
    task: 'half-cheetah',
    agent: 'td3',
    seeds: [1, 2, 3],
    steps: 100_000,
    set: {},
    bar: meanOfThree(4_500),
    published: 'at 100,000 steps: 5,514 in the authors’ curves (10 seeds, Gym v1), 5,336 in Tianshou v0.5.0 (10 seeds, Gym v3)',
    band: [5_336, 5_514],
  },
  {
    id: 'half-cheetah-td3-early',
    title: 'TD3 on half-cheetah, warm-up of 10,000 steps',
    task: 'half-cheetah',
    agent: 'td3',
    seeds: [1, 2, 3],
    steps: 100_000,
    set: { 'warm-up': '10000' },
    bar: meanOfThree(4_500),
    published: 'the warm-up of the paper’s section 6.1 beside the settings of its code, whose own is 25,000',
  },
  {
    id: 'half-cheetah-sac-v1',
    title: 'SAC v1 on half-cheetah',
    task: 'half-cheetah',
    agent: 'sac-v1',
    seeds: [1],
    steps: 100_000,
    set: {},
    bar: { words: 'it improves: a last evaluation of at least 1,000', passes: (runs) => runs.length === 1 && finalMean(runs) >= 1_000 },
    published: 'figures only at 100,000 steps',
  },
  {
    id: 'half-cheetah-virel-published',
    course: virelCourse,
    title: 'VIREL as published on half-cheetah',
    task: 'half-cheetah',
    agent: 'virel-published',
    seeds: [1],
    steps: 30_000,
    set: {},
    bar: { words: 'none: 30,000 steps, reported as they are', passes: (runs) => runs.length === 1 },
    published: 'none: the paper has figures only',
  },
];
