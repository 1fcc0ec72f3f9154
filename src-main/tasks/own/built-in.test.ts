// The built-in tasks that a task file can express, as task files (examples/built-in-tasks): the same observations, rewards,
// terms and ends, bit for bit, over whole episodes of random actions.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadMuJoCo, type MuJoCo } from '../../physics/mujoco.ts';
import { readModel } from '../../physics/node/models.ts';
import { createStream } from '../../random/stream.ts';
import { createTask } from '../registry.ts';
import type { Task } from '../task.ts';
import { createOwnTask } from './create-own-task.ts';
import { parseTaskFile } from './parse-task-file.ts';

let mujoco: MuJoCo;
beforeAll(async () => {
  mujoco = await loadMuJoCo();
});

const folder = path.join(import.meta.dirname, '../../../examples/built-in-tasks');

async function pair(name: string): Promise<[Task, Task]> {
  const { xml } = await readModel(`${name}.xml`);
  const { task, problems } = parseTaskFile(readFileSync(path.join(folder, `${name}.json`), 'utf8'));
  expect(problems).toEqual([]);
  if (task === null) throw new Error('no task');
  return [createTask(name, mujoco, xml), createOwnTask(mujoco, { xml, files: {} }, task, `${name}.xml`)];
}

describe.each(['inverted-pendulum', 'half-cheetah', 'hopper', 'walker2d', 'swimmer', 'reacher'])('%s', (name) => {
  it('is the same task from its file', async () => {
    const [builtIn, own] = await pair(name);
    expect(own.declaration.action.map(({ low, high }) => [low, high])).toEqual(
      builtIn.declaration.action.map(({ low, high }) => [low, high]),
    );
    expect(own.declaration.rewardTerms.map(({ weight }) => weight)).toEqual(builtIn.declaration.rewardTerms.map(({ weight }) => weight));
    expect(own.declaration.stepSeconds).toBe(builtIn.declaration.stepSeconds);
    const actions = createStream(7, 'actions');
    const [first, second] = [createStream(3, 'reset'), createStream(3, 'reset')];
    let steps = 0;
    for (let episode = 0; episode < 3; episode += 1) {
      builtIn.reset(first);
      own.reset(second);
      expect([...own.observation]).toEqual([...builtIn.observation]);
      for (let k = 0; k < 200; k += 1) {
        const action = builtIn.declaration.action.map(() => 2 * actions.uniform() - 1);
        const expected = builtIn.step(action);
        const result = own.step(action);
        steps += 1;
        expect({ ...result, terms: [...result.terms] }).toEqual({ ...expected, terms: [...expected.terms] });
        expect([...own.observation]).toEqual([...builtIn.observation]);
        if (result.terminated || result.truncated) break;
      }
    }
    expect(steps).toBeGreaterThan(20);
    builtIn.dispose();
    own.dispose();
  });

  it('continues from a snapshot in a fresh instance, bit for bit', async () => {
    const [builtIn, own] = await pair(name);
    builtIn.dispose();
    const stream = createStream(5, 'reset');
    const act = (task: Task, k: number) => task.step(task.declaration.action.map((_, i) => 0.3 * Math.sin(k + i)));
    own.reset(stream);
    for (let k = 0; k < 4; k += 1) act(own, k);
    const snapshot = own.snapshot();
    const fresh = await loadMuJoCo();
    const { xml } = await readModel(`${name}.xml`);
    const { task } = parseTaskFile(readFileSync(path.join(folder, `${name}.json`), 'utf8'));
    if (task === null) throw new Error('no task');
    const other = createOwnTask(fresh, { xml, files: {} }, task, `${name}.xml`);
    other.restore(snapshot);
    expect([...other.observation]).toEqual([...own.observation]);
    for (let k = 4; k < 40; k += 1) {
      const [a, b] = [act(own, k), act(other, k)];
      expect([a.reward, ...a.terms, ...own.observation]).toEqual([b.reward, ...b.terms, ...other.observation]);
      if (a.terminated || a.truncated) break;
    }
    own.dispose();
    other.dispose();
  });
});
