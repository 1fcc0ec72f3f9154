// Other programs' names lead to ours, which exist; what has no equal is said.
import { describe, expect, it } from 'vitest';
import { agentDeclarations } from '../agents/declarations.ts';
import { taskDeclarations } from '../tasks/declarations.ts';
import { explainForeignName, foreignNamesOf, hyphenated, whyWithoutEqual } from './synonyms.ts';

const knownTo = (agent: string): string[] => agentDeclarations.find(({ id }) => id === agent)?.parameters.map(({ name }) => name) ?? [];
const optionsOf = (task: string): string[] => taskDeclarations.find(({ id }) => id === task)?.options?.map(({ name }) => name) ?? [];
const asked = (name: string, agent = 'sac') => explainForeignName(name, { kind: 'agent', id: agent, known: knownTo(agent) });
const askedOfTask = (name: string, task = 'hopper') => explainForeignName(name, { kind: 'task', id: task, known: optionsOf(task) });

/** The arguments by which the published programs are known, each with what it is here. */
const theirs: [program: string, names: Record<string, string>][] = [
  [
    'Stable-Baselines3',
    {
      gamma: 'discount',
      tau: 'target-smoothing',
      learning_rate: 'actor-learning-rate, critic-learning-rate and temperature-learning-rate',
      ent_coef: 'temperature',
      target_entropy: 'entropy-target',
      learning_starts: 'warm-up',
      buffer_size: 'buffer-size',
      batch_size: 'batch-size',
      total_timesteps: 'steps',
      net_arch: 'hidden',
      n_eval_episodes: 'evaluation-episodes',
      eval_freq: 'evaluation-every',
      n_sampled_goal: 'hindsight-goals',
    },
  ],
  ['CleanRL', { policy_lr: 'actor-learning-rate', q_lr: 'critic-learning-rate', alpha: 'temperature', autotune: 'temperature-rule' }],
  [
    'Spinning Up',
    {
      lr: 'actor-learning-rate',
      polyak: 'target-smoothing',
      replay_size: 'buffer-size',
      start_steps: 'warm-up',
      pi_lr: 'actor-learning-rate',
    },
  ],
  [
    'rl_games',
    {
      critic_tau: 'target-smoothing',
      alpha_lr: 'temperature-learning-rate',
      init_alpha: 'temperature',
      num_warmup_steps: 'warm-up',
      replay_buffer_size: 'buffer-size',
    },
  ],
  [
    'RLlib',
    { initial_alpha: 'temperature', train_batch_size: 'batch-size', fcnet_hiddens: 'hidden', evaluation_duration: 'evaluation-episodes' },
  ],
];

describe('names of other programs', () => {
  it.each(theirs.flatMap(([program, names]) => Object.entries(names).map(([name, ours]) => [program, name, ours] as const)))(
    "%s' %s is %s",
    (_, name, ours) => {
      expect(asked(name)).toContain(ours);
      for (const one of ours.split(/, | and /)) expect(foreignNamesOf(one).split(' ')).toContain(name);
    },
  );
  it.each(['n_envs', 'num_envs', 'train_freq', 'gradient_steps', 'n_step', 'clip_range', 'use_sde', 'seed'])(
    '%s has no equal, and that is said',
    (name) => {
      expect(asked(name)).toMatch(new RegExp(`^there is nothing like "${name}" here: .`));
      expect(whyWithoutEqual(name)).not.toBeNull();
    },
  );
  it.each([
    ['policy_delay', 'td3', 'written policy-delay here'],
    ['policy_freq', 'td3', 'called policy-delay here'],
    ['policy_freq', 'sac', 'called policy-delay here, and sac has none'],
    ['noise_clip', 'td3', 'called smoothing-clip here'],
    ['action_noise', 'td3', 'called exploration-noise here'],
    ['alpha', 'td3', 'called temperature here, and td3 has none'],
    ['policy-delay', 'sac', 'sac has no policy-delay'],
    ['batchSize', 'sac', '"batchSize" is written batch-size here'],
    ['polyak', 'sac', 'it is 1 minus polyak'],
  ])('%s of %s: %s', (name, agent, words) => expect(asked(name, agent)).toContain(words));
  it.each([
    ['healthy_z_range', 'healthy-z-min and healthy-z-max'],
    ['max_episode_steps', 'time-limit'],
    ['forward_reward_weight', 'written forward-reward-weight here'],
    ['action_noise', 'written action-noise here'],
    ['batch-size', 'a hyper-parameter of the agent (--set batch-size=…), and none of hopper'],
  ])('%s of a task: %s', (name, words) => expect(askedOfTask(name)).toContain(words));
  it.each(['', 'qwertz', '__proto__', 'constructor', 'x'.repeat(500)])('%j is not known', (name) => {
    expect(asked(name)).toBeNull();
    expect(whyWithoutEqual(name)).toBeNull();
  });
});

it('lead to hyper-parameters and options that there are', () => {
  const declared = new Set([
    ...agentDeclarations.flatMap(({ parameters }) => parameters.map(({ name }) => name)),
    ...taskDeclarations.flatMap(({ options = [] }) => options.map(({ name }) => name)),
  ]);
  const led = [...declared].filter((name) => foreignNamesOf(name) !== [name, name.replaceAll('-', '_')].join(' '));
  expect(led.length).toBeGreaterThan(30);
  for (const name of ['discount', 'dense-reward', 'impact-cost-max', 'checkpoint-minutes']) expect(led).toContain(name);
});

it.each([
  ['batch_size', 'batch-size'],
  ['batchSize', 'batch-size'],
  [' Batch Size ', 'batch-size'],
  ['optimization.actor_learning_rate', 'optimization-actor-learning-rate'],
])('%s is written %s', (given, name) => expect(hyphenated(given)).toBe(name));
