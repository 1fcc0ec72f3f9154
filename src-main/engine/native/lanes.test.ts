// Lanes: what fails in one reaches the caller and leaves the others usable, and nothing waits for a thread that is gone.
import { spawnSync } from 'node:child_process';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { writeOnnx } from '../onnx/model.ts';
import { Graph, type Value } from '../tracing/graph.ts';
import { type LanePart, progressWords } from './lane.ts';
import { Lanes } from './lanes.ts';
import { NativeSession, NativeTensor } from './session.ts';

const onnxInteger64 = 7;
// A module with nothing in it.
const module = new WebAssembly.Module(Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00));

const opened: { sessions: NativeSession[]; tensors: NativeTensor[]; lanes: Lanes[] } = { sessions: [], tensors: [], lanes: [] };
afterEach(async () => {
  for (const lanes of opened.lanes.splice(0)) await lanes.end();
  for (const session of opened.sessions.splice(0)) session.release();
  for (const tensor of opened.tensors.splice(0)) tensor.release();
});

function openSession(graph: Graph, result: Value): { session: NativeSession; inputs: NativeTensor[]; output: NativeTensor } {
  const file = writeOnnx({
    name: 'test',
    nodes: graph.nodes,
    inputs: graph.inputs,
    weights: new Map(),
    outputs: new Map([['result', result]]),
  });
  const session = new NativeSession(file, 1, { inputs: [...graph.inputs.keys()], outputs: ['result'] });
  const [inputs, output] = [[...graph.inputs.values()].map(({ shape }) => new NativeTensor(shape)), new NativeTensor(result.shape)];
  inputs.forEach(({ handle }, i) => (session.inputs[i] = handle));
  session.outputs[0] = output.handle;
  opened.sessions.push(session);
  opened.tensors.push(...inputs, output);
  return { session, inputs, output };
}

/** The entry of four numbers, 10 to 13, that the index says; other indices are an error of ONNX Runtime. */
function openGather() {
  const graph = new Graph();
  const index = graph.input('index', [1]);
  const numbers = graph.constant(Float32Array.of(10, 11, 12, 13), [4], 'float32');
  const whole = graph.node('Cast', [index], { to: onnxInteger64 }, [1], 'int64');
  return openSession(graph, graph.node('Gather', [numbers, whole], { axis: 0 }, [1]));
}

/** So many products of 512 × 512 matrices in a row, some milliseconds each. */
function openProducts(count: number) {
  const graph = new Graph();
  const [first, factor] = [graph.input('first', [512, 512]), graph.input('factor', [512, 512])];
  let product = first;
  for (let i = 0; i < count; i += 1) product = graph.node('Gemm', [product, factor], {}, [512, 512]);
  return openSession(graph, product);
}

const part = (session: NativeSession, lane: number, before = 0): LanePart => ({ call: session.call, lane, before, needs: [] });

async function loadParts(parts: readonly LanePart[]) {
  const workers: Worker[] = [];
  const note = (worker: Worker): unknown => workers.push(worker);
  process.on('worker', note);
  const lanes = new Lanes(2);
  opened.lanes.push(lanes);
  const progress = new Int32Array(new SharedArrayBuffer(4 * progressWords(parts.length)));
  const program = await lanes.load({ parts, module, memories: [], progress });
  process.off('worker', note);
  return { lanes, program, workers, run: (prepare = (): void => {}) => lanes.run(program, prepare, (isFinite) => isFinite) };
}

describe('lanes', () => {
  it.each([0, 1])('give the error of a part of lane %i to the caller, and run again after it', async (failing) => {
    const gathers = [openGather(), openGather()] as const;
    // While the calling thread is at these, the other is not late with its part.
    const { run } = await loadParts([part(openProducts(5).session, 0), ...gathers.map(({ session }, lane) => part(session, lane))]);
    for (let round = 0; round < 3; round += 1) {
      await expect(
        run(() => {
          gathers[0].inputs[0]?.data.fill(1);
          gathers[1].inputs[0]?.data.fill(2);
          gathers[failing]?.inputs[0]?.data.fill(9);
        }),
      ).rejects.toThrow(/indices element out of data bounds, idx=9/);
      expect(await run(() => gathers[failing]?.inputs[0]?.data.fill(3))).toBe(true);
      expect(gathers[failing]?.output.data[0]).toBe(13);
    }
  });

  it('give what the caller throws while it prepares, and do nothing then', async () => {
    const gather = openGather();
    const { run } = await loadParts([part(gather.session, 1)]);
    await expect(
      run(() => {
        throw new RangeError('nothing to run on');
      }),
    ).rejects.toThrow('nothing to run on');
    expect(gather.output.data[0]).toBe(0);
  });

  it('run what comes at once in turn', async () => {
    const gather = openGather();
    const { lanes, program } = await loadParts([part(openProducts(2).session, 0), part(gather.session, 1, 1)]);
    const results = await Promise.all(
      [0, 1, 2, 3].map((index) =>
        lanes.run(
          program,
          () => gather.inputs[0]?.data.fill(index),
          () => gather.output.data[0],
        ),
      ),
    );
    expect(results).toEqual([10, 11, 12, 13]);
  });

  it('end in an error, not in waiting, when a thread is ended in the middle of its part', async () => {
    const { run, workers, lanes } = await loadParts([part(openProducts(150).session, 1), part(openProducts(20).session, 0)]);
    const running = run();
    running.catch(() => {});
    setTimeout(() => void workers[0]?.terminate(), 20);
    await expect(running).rejects.toThrow(/a thread of the update failed, and the state is as before/);
    await expect(run()).rejects.toThrow(/a thread of the update failed/);
    await lanes.end();
  });

  it('end in an error when a thread was ended between runs', async () => {
    const { run, workers } = await loadParts([part(openGather().session, 1)]);
    await run();
    await workers[0]?.terminate();
    await expect(run()).rejects.toThrow(/a thread of the update failed/);
  });

  it('end their threads, and run no more then', async () => {
    const { run, workers, lanes } = await loadParts([part(openGather().session, 1)]);
    let exits = 0;
    workers[0]?.once('exit', () => (exits += 1));
    await lanes.end();
    expect([workers.length, exits]).toEqual([1, 1]);
    await expect(run()).rejects.toThrow(/disposed/);
  });

  it('keep no process from ending', () => {
    const code = `
      import { Lanes } from ${JSON.stringify(new URL('lanes.ts', import.meta.url).href)};
      const module = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
      const words = () => new Int32Array(new SharedArrayBuffer(400));
      const [lanes, part] = [new Lanes(2), { lane: 1, before: 0, needs: [], call: { kernel: 'none' } }];
      const program = await lanes.load({ parts: [part], module, memories: [], progress: words() });
      try { await lanes.run(program, () => {}, () => 0); } catch (error) { console.log(error.message); }
    `;
    const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], { encoding: 'utf8', timeout: 90_000 });
    expect({ stdout, status }).toEqual({ stdout: 'run is not a function\n', status: 0 });
  });
});
