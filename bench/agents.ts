// What a gradient step costs with each agent and option, on half-cheetah's sizes and random transitions, beside SAC's with
// its defaults: batch and noise included, programs that are not due at every step weighted by how often they are. Processor
// time is shown beside wall time, since it says more where something else runs on the machine.
// `node bench/agents.ts [--json] [--threads N]`
import { parseArgs } from 'node:util';
import type { UpdateProgram } from '../src-main/agents/agent.ts';
import { defaultsFor } from '../src-main/agents/declarations.ts';
import { BehaviourNetwork } from '../src-main/agents/parts/priors/behaviour.ts';
import { findAgent } from '../src-main/agents/registry.ts';
import type { TaskDeclaration } from '../src-main/contract/declarations.ts';
import { type ParameterValues, parseParameter } from '../src-main/contract/parameters.ts';
import { createStream } from '../src-main/random/stream.ts';
import { ReplayBuffer } from '../src-main/replay/replay-buffer.ts';
import { findTaskDeclaration } from '../src-main/tasks/declarations.ts';
import { createLearner, type Learner, makeAgent } from '../src-main/training/learner.ts';

/** An agent, and what differs from its defaults, as `--set` takes it. The first one is what the others are compared with. */
const subjects: readonly (readonly [agent: string, option: string])[] = [
  ['sac', ''],
  ['sac', 'temperature-rule=fixed'],
  ['sac', 'actor-paused=true'],
  ['sac', 'prior=constant'],
  ['sac', 'prior=previous'],
  ['sac', 'prior=learned'],
  ['sac', 'prior=behaviour prior-run=any'],
  ['virel', ''],
  ['virel', 'residual-samples=4096 residual-every=1'],
  ['virel', 'residual-rule=rms'],
  ['virel', 'residual-rule=absolute'],
  ['virel', 'residual-rule=scale-free'],
  ['virel', 'residual-networks=target'],
  ['virel-published', ''],
  ['virel-published', 'residual-every=10'],
  ['virel-fixed', ''],
  ['sac-v1', ''],
  ['td3', ''],
  ['ddpg', ''],
];
/** Every subject is measured once a round, so that what else runs on the machine hits all of them. */
const rounds = 7;
/** Of a program that is due at every step, in a round. */
const runsPerRound = 8;
const bufferRows = 10_000;
/** A multiple of every schedule's period here. */
const scheduleSteps = 10_000;
const task = findTaskDeclaration('half-cheetah') as TaskDeclaration;
const problem = { observationSize: task.observation.length, actionSize: task.action.length };

const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, threads: { type: 'string', default: '1' } },
});
const threads = Number(options.threads);
if (!Number.isInteger(threads) || threads < 1 || threads > 256) {
  console.error(`--threads must be a whole number from 1 to 256; ${options.threads} was given.`);
  process.exit(2);
}

/** Full of standard normal observations and rewards, and uniform actions. */
function fillBuffer(): ReplayBuffer {
  const stream = createStream(0, 'transitions');
  const buffer = new ReplayBuffer({ ...problem, capacity: bufferRows });
  const observation = (): Float64Array => Float64Array.from({ length: problem.observationSize }, () => stream.normal());
  for (let k = 0; k < bufferRows; k += 1) {
    const action = Float32Array.from({ length: problem.actionSize }, () => 2 * stream.uniform() - 1);
    buffer.add({ observation: observation(), action, reward: stream.normal(), nextObservation: observation(), terminated: false });
  }
  return buffer;
}
const buffer = fillBuffer();
const [replay, noiseStream] = [createStream(0, 'replay'), createStream(0, 'update-noise')];

interface Subject {
  agent: string;
  option: string;
  learner: Learner;
  values: ParameterValues;
  /** By round. */
  costs: Cost[];
}

/** Milliseconds a gradient step. */
interface Cost {
  wall: number;
  processor: number;
}

async function prepare([id, option]: readonly [string, string]): Promise<Subject> {
  const maker = findAgent(id);
  const values = defaultsFor(maker.declaration, task);
  for (const [name = '', value] of option
    .split(' ')
    .filter(Boolean)
    .map((one) => one.split('='))) {
    const declaration = maker.declaration.parameters.find((one) => one.name === name);
    if (!declaration) throw new Error(`${id} has no hyper-parameter ${name}`);
    values[name] = parseParameter(declaration, value);
  }
  // What a behaviour prior was fitted to does not change what it costs.
  const behaviour = new BehaviourNetwork({ observation: problem.observationSize, action: problem.actionSize }, 0.05);
  const supply = () => Promise.resolve({ behaviourPrior: behaviour.network.initialState(createStream(0, 'behaviour')) });
  const parts = { maker, problem, device: 'cpu', threads, buffer, supply, policyRows: 1 };
  const agent = await makeAgent(parts, values);
  return {
    agent: id,
    option,
    values,
    costs: [],
    learner: await createLearner(parts, agent, agent.initialState(createStream(0, 'initial-parameters'))),
  };
}

/** The share of gradient steps at which a program is due. */
function shareOf({ isDue }: UpdateProgram): number {
  let due = 0;
  for (let step = 1; step <= scheduleSteps; step += 1) due += Number(isDue(step));
  return due / scheduleSteps;
}

async function measure({ learner, values }: Subject): Promise<Cost> {
  const controls = learner.agent.controls(values, 0);
  const cost: Cost = { wall: 0, processor: 0 };
  for (const { declaration, program, batch, noise } of learner.updates) {
    const share = shareOf(declaration);
    if (share === 0) continue;
    const runs = Math.max(1, Math.round(runsPerRound * share));
    const run = async (): Promise<void> => {
      if (batch !== null) buffer.sample(batch, replay);
      for (const name in noise) noiseStream.fillNormal(noise[name] as Float32Array);
      await program.run({ batch: batch ?? {}, noise, controls });
    };
    await run(); // The subject before it has emptied the caches, which in a training are warm.
    const [start, used] = [performance.now(), process.cpuUsage()];
    for (let k = 0; k < runs; k += 1) await run();
    const { user, system } = process.cpuUsage(used);
    cost.wall += (share * (performance.now() - start)) / runs;
    cost.processor += (share * (user + system)) / 1000 / runs;
  }
  return cost;
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] as number;
const digits = (value: number): number => Number(value.toFixed(3));

// One after another: programs cannot be traced at the same time.
const prepared: Subject[] = [];
for (const subject of subjects) prepared.push(await prepare(subject));
for (let round = 0; round < rounds; round += 1) {
  for (const subject of prepared) subject.costs.push(await measure(subject));
}

const reference = prepared[0]?.costs ?? [];
const rows = prepared.map(({ agent, option, costs }) => {
  const walls = costs.map(({ wall }) => wall);
  return {
    agent,
    option,
    milliseconds: digits(median(walls)),
    min: digits(Math.min(...walls)),
    max: digits(Math.max(...walls)),
    // Round by round, since the machine may be slower in one than in another.
    ratio: digits(median(walls.map((wall, round) => wall / (reference[round] as Cost).wall))),
    processorMilliseconds: digits(median(costs.map(({ processor }) => processor))),
  };
});
for (const { learner } of prepared) await learner.engine.dispose();

if (options.json) {
  console.log(JSON.stringify(rows));
} else {
  console.log(
    `A gradient step on half-cheetah's sizes, ${threads} ${threads === 1 ? 'thread' : 'threads'}: median of ${rounds} rounds (smallest to largest), beside SAC's defaults, and processor time:`,
  );
  for (const { agent, option, milliseconds, min, max, ratio, processorMilliseconds } of rows) {
    const range = `(${min.toFixed(2)} to ${max.toFixed(2)})`;
    console.log(
      `${agent.padEnd(16)} ${option.padEnd(40)} ${milliseconds.toFixed(2).padStart(6)} ms ${range.padEnd(18)} ${ratio.toFixed(2).padStart(5)} ×  ${processorMilliseconds.toFixed(2).padStart(6)} ms`,
    );
  }
}
