// How close SAC's update comes to the hardware: its time beside that of the naive update's matrix products alone, with the
// same session options, in turn within one run; and beside other programs' updates where a Python with them is found.
// `node bench/engine.ts [--json] [--tasks a,b] [--threads 1,2] [--rounds N] [--no-peers]`
import { parseArgs } from 'node:util';
import { sac } from '../src-main/agents/sac.ts';
import type { AgentInstance } from '../src-main/agents/agent.ts';
import { defaultsFor } from '../src-main/agents/declarations.ts';
import { CpuEngine } from '../src-main/engine/devices/cpu.ts';
import type { NamedArrays, NamedShapes } from '../src-main/engine/program.ts';
import { createStream } from '../src-main/random/stream.ts';
import { findTaskDeclaration } from '../src-main/tasks/declarations.ts';
import type { TaskDeclaration } from '../src-main/contract/declarations.ts';
import { flopsOf, type GemmList, openGemms, readGemmLists } from './gemms.ts';
import { installHint, measurePeers, type PeerRow } from './peers.ts';

/** Calls of each kind in a round. */
const callsPerRound = 20;

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    tasks: { type: 'string' },
    threads: { type: 'string', default: '1,2' },
    rounds: { type: 'string', default: '15' },
    peers: { type: 'boolean', default: true },
  },
  allowNegative: true,
});

interface Row {
  task: string;
  threads: number;
  /** Medians of the rounds' means. */
  updateMs: number;
  gemmMs: number;
  /** gemmMs over updateMs, median of the rounds'. */
  ratio: number;
  updatesPerSecond: number;
  gemmGigaflops: number;
  nodes: number;
  /** What its nodes and kernels read and write in one update. */
  megabytesMoved: number;
  rounds: number;
  peers: PeerRow[];
}

const lists = readGemmLists();
const wanted = options.tasks?.split(',') ?? lists.map(({ id }) => id);
const threadCounts = options.threads.split(',').map(Number);
const rounds = Number(options.rounds);
const unknown = wanted.find((id) => !lists.some((list) => list.id === id));
if (unknown !== undefined) fail(`there is no task “${unknown}” in this benchmark; there are ${lists.map(({ id }) => id).join(', ')}`);
if (threadCounts.some((count) => !Number.isInteger(count) || count < 1 || count > 256))
  fail(`--threads must be whole numbers from 1 to 256; ${options.threads} was given`);
if (!Number.isInteger(rounds) || rounds < 3 || rounds > 1000)
  fail(`--rounds must be a whole number from 3 to 1,000; ${options.rounds} was given`);

function fail(message: string): never {
  console.error(`${message}.`);
  process.exit(2);
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] as number;

async function timed(call: () => unknown): Promise<number> {
  const start = performance.now();
  for (let k = 0; k < callsPerRound; k += 1) await call();
  return (performance.now() - start) / callsPerRound;
}

function drawn(shapes: NamedShapes, seed: number): NamedArrays {
  const stream = createStream(seed, 'benchmark');
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const array = new Float32Array(shape.reduce((size, extent) => size * extent, 1));
      stream.fillNormal(array);
      if (name === 'terminated') array.fill(0);
      if (name === 'action') array.forEach((value, i) => (array[i] = Math.tanh(value)));
      return [name, array];
    }),
  );
}

/** SAC with its defaults at these sizes. */
function makeAgent({ observation, action, batch, hidden }: GemmList): { agent: AgentInstance; controls: NamedArrays } {
  const actions = Array.from({ length: action }, (_, i) => ({ name: `action ${i}`, unit: '1', low: -1, high: 1 }));
  const task = { ...(findTaskDeclaration('half-cheetah') as TaskDeclaration), action: actions };
  const values = { ...defaultsFor(sac.declaration, task), 'batch-size': batch, hidden };
  const agent = sac.create({ observationSize: observation, actionSize: action }, values);
  return { agent, controls: agent.controls(values, 0) };
}

async function measure(list: GemmList, threads: number): Promise<Row> {
  const { agent, controls } = makeAgent(list);
  const [declaration] = agent.updates;
  if (declaration === undefined) throw new Error('SAC has no update');
  const engine = new CpuEngine(agent.stateShapes, threads);
  await engine.writeState(agent.initialState(createStream(0, 'initial-parameters')));
  const program = await engine.compile(declaration);
  const inputs = { batch: drawn(declaration.signature.batch, 1), noise: drawn(declaration.signature.noise, 2), controls };
  const gemms = openGemms(list, threads);
  for (const call of [() => program.run(inputs), gemms.run, gemms.runWithout]) await timed(call);
  const times: { update: number; gemm: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const [update, full, empty] = [await timed(() => program.run(inputs)), await timed(gemms.run), await timed(gemms.runWithout)];
    times.push({ update, gemm: full - empty });
  }
  gemms.dispose();
  await engine.dispose();
  const updateMs = median(times.map(({ update }) => update));
  const gemmMs = median(times.map(({ gemm }) => gemm));
  const { nodes, bytes } = program.size;
  const peers = options.peers ? measurePeers(list, threads) : [];
  return {
    task: list.id,
    threads,
    updateMs,
    gemmMs,
    ratio: median(times.map(({ update, gemm }) => gemm / update)),
    updatesPerSecond: 1000 / updateMs,
    gemmGigaflops: flopsOf(list) / gemmMs / 1e6,
    nodes,
    megabytesMoved: bytes / 1e6,
    rounds,
    peers,
  };
}

const rows: Row[] = [];
if (!options.json) {
  console.log(`SAC's update beside the naive update's matrix products alone: medians of ${rounds} rounds of ${callsPerRound}.`);
  console.log('task               threads  update ms  products ms  ratio  updates/s  products GFLOP/s  nodes  MB moved');
}
for (const threads of threadCounts) {
  for (const list of lists.filter(({ id }) => wanted.includes(id))) {
    const row = await measure(list, threads);
    rows.push(row);
    if (options.json) continue;
    const { updateMs, gemmMs, ratio, updatesPerSecond, gemmGigaflops, nodes, megabytesMoved } = row;
    console.log(
      [
        row.task.padEnd(18),
        String(threads).padStart(7),
        updateMs.toFixed(2).padStart(10),
        gemmMs.toFixed(2).padStart(12),
        ratio.toFixed(3).padStart(6),
        updatesPerSecond.toFixed(0).padStart(10),
        gemmGigaflops.toFixed(0).padStart(17),
        String(nodes).padStart(6),
        megabytesMoved.toFixed(1).padStart(9),
      ].join(' '),
    );
    for (const { name, updateMs: theirs } of row.peers)
      console.log(`  ${name}: ${theirs.toFixed(2)} ms, ${(theirs / updateMs).toFixed(2)} times ours`);
  }
}
if (options.json) console.log(JSON.stringify(rows));
else if (options.peers && rows.every(({ peers }) => peers.length === 0)) console.log(installHint);
