// Hindsight where reaching the goal ends the episode: a relabelled transition that reaches its new goal is an end too. Else its
// reward of 1 is followed by the value of the next state, which is worth 1 again, and Q grows to 1 / (1 − discount).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importedPrefix, type ImportedTask } from '../contract/models.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import { loadMuJoCo } from '../physics/mujoco.ts';
import { folderOnDisk } from '../physics/node/model-folder.ts';
import { useImportedTasks } from '../tasks/imported.ts';
import { inspectFolder } from '../tasks/own/inspect.ts';
import type { LoopListener } from './loop.ts';
import { prepareRun, type PreparedRun } from './prepare.ts';

const point = `<mujoco><option timestep="0.02"/><worldbody>
  <body name="point"><joint name="x" type="slide" axis="1 0 0" range="-1 1" limited="true" damping="1"/>
    <joint name="y" type="slide" axis="0 1 0" range="-1 1" limited="true" damping="1"/>
    <geom size="0.02" mass="0.1"/><site name="tip"/></body>
  <site name="origin"/>
</worldbody><actuator><motor joint="x" ctrlrange="-1 1"/><motor joint="y" ctrlrange="-1 1"/></actuator></mujoco>`;
const reach = {
  name: 'reach-and-end',
  frameSkip: 2,
  timeLimit: 50,
  observation: [{ block: 'joint-positions' }, { block: 'joint-velocities' }, { block: 'goal' }],
  reward: [{ term: 'success', from: { site: 'tip' }, to: 'goal', radius: 0.1 }],
  termination: [{ quantity: 'distance', from: { site: 'tip' }, to: 'goal', range: [0.1, null] }],
  goal: { shape: 'box', halfSize: [0.8, 0.8, 0] },
};
const beside = { quantity: 'distance', from: { site: 'origin' }, to: 'goal', range: [0.05, null] };

let folder = '';
const warnings: Record<string, readonly string[]> = {};
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'elbow-ends-'));
  const mujoco = await loadMuJoCo();
  const tasks = [reach, { ...reach, name: 'reach-beside', termination: [beside] }].map((task): ImportedTask => {
    const directory = mkdtempSync(path.join(folder, 'model-'));
    writeFileSync(path.join(directory, 'point.xml'), point);
    writeFileSync(path.join(directory, 'task.json'), JSON.stringify(task));
    const { declaration, main, problems, report } = inspectFolder(mujoco, folderOnDisk(directory), { model: null, taskText: null });
    expect(problems).toEqual([]);
    warnings[task.name] = report.warnings;
    if (declaration === null) throw new Error('no task');
    return { declaration: { ...declaration, model: `${importedPrefix}${'0'.repeat(64)}` }, main, directory };
  });
  useImportedTasks(tasks);
});
afterAll(() => {
  useImportedTasks([]);
  rmSync(folder, { recursive: true, force: true });
});

/** The largest Q₁ over 256 stored transitions that an inspection sees in the last thousand steps. */
async function largestQ(agent: string, goals: number, steps: number): Promise<number> {
  const { loop, dispose } = await open(agent, 'reach-and-end', {
    hidden: [64, 64],
    'batch-size': 64,
    'hindsight-goals': goals,
    'warm-up': 500,
    'evaluation-episodes': 1,
  });
  let largest = -Infinity;
  const metrics: LoopListener['metrics'] = (step, values) => {
    if (step > steps - 1000) largest = Math.max(largest, values['q1-max'] ?? -Infinity);
  };
  for (let step = 1; step <= steps; step += 1) await loop.step({ metrics, warning: () => {} });
  await dispose();
  return largest;
}

function open(agent: string, task: string, hyperparameters: ParameterValues): Promise<PreparedRun> {
  return prepareRun({ task, agent, seed: 1, device: 'cpu', threads: 1, hyperparameters });
}

describe('hindsight where the goal ends the episode', () => {
  // A critic of a deterministic policy and a soft one's; a return is 1 at most, for any policy. The fault gave 3 and more.
  it.each([['td3'], ['ddpg']])('%s values nothing much above the largest true return', async (agent) => {
    const largest = await largestQ(agent, 4, 2500);
    expect(largest).toBeGreaterThan(0.5);
    expect(largest).toBeLessThan(1.5);
  });

  it('is refused where the termination reads more than the two points, with the reason, before anything is trained', async () => {
    // The import says it already.
    expect(warnings['reach-and-end']).toEqual([]);
    expect(warnings['reach-beside']).toEqual([
      expect.stringMatching(/^Hindsight relabelling cannot be used with this task: termination\.0 reads/),
    ]);
    await expect(open('td3', 'reach-beside', { 'hindsight-goals': 4 })).rejects.toThrow(
      /^hindsight-goals must be 0 on reach-beside, .*termination\.0 reads the goal beside origin.*4 was given\. Nothing was trained/,
    );
    const { configuration, buffer, dispose } = await open('td3', 'reach-beside', { 'evaluation-episodes': 1 });
    // What each transition achieved is stored all the same: runs of before can be read.
    expect([configuration.hyperparameters['hindsight-goals'], buffer.hindsight?.goalSize]).toEqual([0, 3]);
    await dispose();
  });
});
