// Names that other programs give to what is declared here, and what to say of those that have no equal. Taken from the
// arguments of
//   Stable-Baselines3 (SAC, TD3, DDPG, HER, EvalCallback): https://stable-baselines3.readthedocs.io/en/master/modules/sac.html
//   CleanRL (sac_continuous_action.py, td3_continuous_action.py): https://github.com/vwxyzjn/cleanrl/tree/master/cleanrl
//   Spinning Up (sac, td3, ddpg): https://spinningup.openai.com/en/latest/algorithms/sac.html
//   rl_games (configs/mujoco/sac_*.yaml): https://github.com/Denys88/rl_games/tree/master/rl_games/configs
//   RLlib (SACConfig, AlgorithmConfig): https://docs.ray.io/en/latest/rllib/rllib-algorithms.html
//   the authors' TD3 and softlearning: https://github.com/sfujim/TD3, https://github.com/rail-berkeley/softlearning
//   Gymnasium's MuJoCo environments and Gymnasium-Robotics: https://gymnasium.farama.org/environments/mujoco/
// Keys are in lower case with hyphens, whichever way they are written there.

interface Meaning {
  /** What it is called here; several where it is divided here. */
  ours: readonly string[];
  /** Whose it is here: the task's, else the agent's. */
  of?: 'task';
  /** How to carry a value over, where it is not the same number. */
  how?: string;
}

/** `theirs` are separated by spaces. */
const meanings: readonly (Meaning & { theirs: string })[] = [
  { ours: ['discount'], theirs: 'gamma discount-factor' },
  {
    ours: ['target-smoothing'],
    theirs: 'tau critic-tau soft-tau target-update-tau soft-target-tau',
  },
  { ours: ['target-smoothing'], theirs: 'polyak', how: 'it is 1 minus polyak' },
  {
    ours: ['actor-learning-rate', 'critic-learning-rate', 'temperature-learning-rate'],
    theirs: 'lr learning-rate step-size',
    how: 'each part has its own',
  },
  { ours: ['actor-learning-rate'], theirs: 'policy-lr pi-lr actor-lr' },
  { ours: ['critic-learning-rate'], theirs: 'q-lr qf-lr critic-lr vf-lr' },
  { ours: ['temperature-learning-rate'], theirs: 'alpha-lr ent-coef-lr' },
  {
    ours: ['temperature'],
    theirs: 'alpha init-alpha initial-alpha ent-coef entropy-coef entropy-coefficient init-temperature',
    how: 'with temperature-rule=learned it is where learning begins, with fixed it stays',
  },
  { ours: ['temperature-rule'], theirs: 'autotune learnable-temperature auto-entropy automatic-entropy-tuning', how: 'learned or fixed' },
  { ours: ['entropy-target'], theirs: 'target-entropy' },
  { ours: ['log-sigma-bounds'], theirs: 'log-std-min log-std-max log-std-bounds log-std-init' },
  {
    ours: ['warm-up'],
    theirs:
      'learning-starts start-steps start-timesteps update-after num-seed-steps num-warmup-steps warmup-steps random-steps ' +
      'initial-exploration-steps num-steps-sampled-before-learning-starts',
    how: 'random actions and learning change places at that step',
  },
  { ours: ['steps'], theirs: 'total-timesteps num-timesteps max-timesteps num-env-steps max-env-steps total-steps n-timesteps' },
  { ours: ['steps'], theirs: 'epochs num-epochs max-epochs steps-per-epoch', how: 'there are no epochs: it is environment steps in all' },
  { ours: ['buffer-size'], theirs: 'replay-size replay-buffer-size replay-pool-size memory-size capacity' },
  { ours: ['batch-size'], theirs: 'minibatch-size mini-batch-size train-batch-size train-batch-size-per-learner' },
  { ours: ['hidden'], theirs: 'net-arch hidden-sizes fcnet-hiddens hidden-dim hidden-layer-sizes layer-size units', how: 'as in 256,256' },
  { ours: ['policy-delay'], theirs: 'policy-freq policy-frequency actor-update-interval' },
  { ours: ['smoothing-noise'], theirs: 'target-policy-noise policy-noise target-noise' },
  { ours: ['smoothing-clip'], theirs: 'target-noise-clip noise-clip' },
  { ours: ['exploration-noise'], theirs: 'action-noise act-noise expl-noise noise-std' },
  { ours: ['evaluation-every'], theirs: 'eval-freq evaluation-interval eval-interval eval-every', how: 'in environment steps' },
  {
    ours: ['evaluation-episodes'],
    theirs: 'n-eval-episodes num-test-episodes evaluation-duration eval-episodes num-eval-episodes',
  },
  { ours: ['checkpoint-minutes'], theirs: 'save-freq checkpoint-freq save-interval checkpoint-frequency', how: 'in minutes' },
  { ours: ['reward-scale'], theirs: 'scale-value reward-scaling scale-reward' },
  { ours: ['hindsight-goals'], theirs: 'n-sampled-goal replay-k her-k' },
  { of: 'task', ours: ['time-limit'], theirs: 'max-episode-steps max-ep-len max-path-length num-steps-per-episode episode-length horizon' },
  { of: 'task', ours: ['frame-skip'], theirs: 'action-repeat frameskip' },
  { of: 'task', ours: ['gravity-scale'], theirs: 'gravity g', how: 'as a multiple of the task’s own' },
  { of: 'task', ours: ['friction-scale'], theirs: 'friction', how: 'as a multiple of the task’s own' },
  { of: 'task', ours: ['mass-scale'], theirs: 'mass m', how: 'as a multiple of the task’s own' },
  { of: 'task', ours: ['observation-noise'], theirs: 'obs-noise' },
  { of: 'task', ours: ['action-delay'], theirs: 'delay latency' },
  { of: 'task', ours: ['dense-reward'], theirs: 'reward-type', how: 'true is dense, false sparse' },
  { of: 'task', ours: ['healthy-z-min', 'healthy-z-max'], theirs: 'healthy-z-range' },
  { of: 'task', ours: ['healthy-angle-min', 'healthy-angle-max'], theirs: 'healthy-angle-range' },
  { of: 'task', ours: ['healthy-state-min', 'healthy-state-max'], theirs: 'healthy-state-range' },
  { of: 'task', ours: ['contact-force-min', 'contact-force-max'], theirs: 'contact-force-range' },
  { of: 'task', ours: ['contact-cost-min', 'contact-cost-max'], theirs: 'contact-cost-range' },
  { of: 'task', ours: ['impact-cost-min', 'impact-cost-max'], theirs: 'impact-cost-range' },
];

const withoutEqual: readonly { theirs: string; why: string }[] = [
  {
    theirs: 'n-envs num-envs num-actors num-workers num-env-runners num-envs-per-env-runner env-batch-size',
    why: 'a run steps one environment; several seeds train side by side as runs of their own (--seeds)',
  },
  {
    theirs: 'train-freq gradient-steps update-every utd utd-ratio replay-ratio updates-per-step training-intensity num-updates',
    why: 'one gradient step follows each environment step after the warm-up',
  },
  {
    theirs: 'target-update-interval target-network-frequency target-network-update-freq target-update-freq',
    why: 'targets follow after every update of the critics, by target-smoothing',
  },
  { theirs: 'n-step n-steps nstep', why: 'every agent here learns from single transitions' },
  {
    theirs: 'gae-lambda clip-range clip-coef n-epochs num-minibatches vf-coef e-clip horizon-length mini-epochs clip-ratio',
    why: 'it belongs to on-policy agents such as PPO, and all agents here learn from a replay buffer',
  },
  { theirs: 'use-sde sde-sample-freq', why: 'exploration is by the policy’s own samples' },
  {
    theirs: 'max-grad-norm grad-clip weight-decay optimizer-class adam-eps',
    why: 'the optimiser is Adam, with nothing but its learning rate',
  },
  { theirs: 'activation activation-fn', why: 'networks have ReLU' },
  {
    theirs: 'normalize-input normalize-observations norm-obs norm-reward normalize',
    why: 'observations and rewards are taken as they are',
  },
  { theirs: 'prioritized-replay per-alpha per-beta', why: 'transitions are drawn uniformly' },
  { theirs: 'twin-q n-critics num-critics', why: 'the agent says how many critics there are' },
  { theirs: 'seed', why: 'the command line takes it as --seed, the window beside the name' },
  { theirs: 'device cuda', why: 'the command line takes what computes as --device, the window beside the seeds' },
  { theirs: 'env env-id env-name task', why: 'the command line takes the task as --task' },
  { theirs: 'xml-file', why: 'a model of your own is imported: npm run tasks -- import FOLDER' },
  { theirs: 'render-mode', why: 'the window shows every run' },
];

/** By their names, and by ours: a name of the task's may have been given to the agent. A name may mean several things. */
const byName = Map.groupBy(
  meanings.flatMap((meaning) => [...meaning.theirs.split(' '), ...meaning.ours].map((name) => ({ name, ...meaning }))),
  ({ name }) => name,
);
const reasonByName = new Map(withoutEqual.flatMap(({ theirs, why }) => theirs.split(' ').map((one): [string, string] => [one, why])));

/** As names are written here: `batch_size`, `batchSize` and `Batch-Size` are `batch-size`. */
export function hyphenated(name: string): string {
  return name
    .trim()
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll(/[\s_.-]+/g, '-')
    .toLowerCase();
}

/**
 * What another program's name is here.
 * @param owner whom it was given to: an agent or a task, and the names that it has
 * @returns null where nothing is known of the name
 */
export function explainForeignName(given: string, owner: { kind: 'agent' | 'task'; id: string; known: readonly string[] }): string | null {
  const name = hyphenated(given);
  const shown = `"${given.slice(0, 60)}"`;
  const { kind, id, known } = owner;
  if (known.includes(name)) return `${shown} is written ${name} here`;
  const here = byName.get(name)?.filter(({ ours }) => ours.some((one) => known.includes(one))) ?? [];
  const [meaning] = here.length > 0 ? here : (byName.get(name) ?? []);
  const why = reasonByName.get(name);
  if (here.length === 0 && why !== undefined) return `there is nothing like ${shown} here: ${why}`;
  if (meaning === undefined) return null;
  const { ours, how, of = 'agent' } = meaning;
  const called = ours.includes(name) ? `${shown} is` : `${shown} is called ${listed(ours)} here,`;
  if (of !== kind)
    return of === 'task'
      ? `${called} an option of the task (--set-task ${ours[0] ?? ''}=…), and none of ${id}`
      : `${called} a hyper-parameter of the agent (--set ${ours[0] ?? ''}=…), and none of ${id}`;
  if (here.length === 0) return ours.includes(name) ? `${id} has no ${name}` : `${called} and ${id} has none`;
  return `${shown} is called ${listed(ours.filter((one) => known.includes(one)))} here${how === undefined ? '' : `: ${how}`}`;
}

/** Other programs' names of one of ours, for searches: with hyphens and with underscores. */
export function foreignNamesOf(name: string): string {
  const theirs = meanings.filter(({ ours }) => ours.includes(name)).map((meaning) => meaning.theirs);
  return [name, ...theirs].flatMap((names) => [names, names.replaceAll('-', '_')]).join(' ');
}

/** Why there is nothing here that this text names; null where there may be. */
export function whyWithoutEqual(text: string): string | null {
  return reasonByName.get(hyphenated(text)) ?? null;
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
