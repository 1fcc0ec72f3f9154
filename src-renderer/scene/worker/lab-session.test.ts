// Tests of a model in Lab with real MuJoCo: poses by hand, random actions, and task files that are taken up or refused.
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { TaskDeclaration } from '../../../src-main/contract/declarations.ts';
import type { ModelFile, TaskProblem } from '../../../src-main/contract/models.ts';
import type { SceneModel } from '../../../src-main/physics/geometry.ts';
import { ModelFileError } from '../../../src-main/physics/own/model-file-error.ts';
import { arm, meshArm, tetrahedron, text } from '../../../src-main/physics/own/testing.ts';
import { processMuJoCo } from '../../../src-main/tasks/node/load-task.ts';
import type { LabFrame } from '../messages.ts';
import { LabSession } from './lab-session.ts';

const task = {
  name: 'swing',
  frameSkip: 5,
  timeLimit: 8,
  observation: [{ block: 'joint-positions' }, { block: 'joint-velocities' }],
  reward: [{ term: 'uprightness', of: { body: 'link' } }, { term: 'control-cost', weight: -0.5 }, { term: 'alive' }],
  termination: [{ quantity: 'joint-positions', range: [-1.5, 1.5] }],
};
const taskText = (changes: object = {}): string => JSON.stringify({ ...task, ...changes }, null, 1);

const open: LabSession[] = [];
afterEach(() => {
  for (const session of open.splice(0)) session.dispose();
});

interface Watched {
  session: LabSession;
  frames: LabFrame[];
  tasks: { model: SceneModel; problems: TaskProblem[]; declaration: TaskDeclaration | null }[];
}

async function watch(xml: string, given: string | null = null, others: ModelFile[] = []): Promise<Watched> {
  const frames: LabFrame[] = [];
  const tasks: Watched['tasks'] = [];
  const session = new LabSession(
    await processMuJoCo(),
    { main: 'arm.xml', files: [{ path: 'arm.xml', bytes: text(xml) }, ...others], taskText: given },
    {
      onTask: (one) => tasks.push(one),
      onFrame: (frame) => frames.push(frame),
    },
  );
  open.push(session);
  return { session, frames, tasks };
}

const soon = <T>(check: () => T): Promise<T> => vi.waitFor(check, { timeout: 60_000, interval: 10 });
/** As a window does that draws every frame. */
async function draw({ session, frames }: Watched, until: (frame: LabFrame) => boolean): Promise<LabFrame> {
  return soon(() => {
    session.seen();
    const found = frames.find(until);
    if (found === undefined) throw new Error(`not among ${frames.length} frames`);
    return found;
  });
}

describe('a model without a task', () => {
  it('is shown as it begins, and where its joints are put', async () => {
    const { session, frames, tasks } = await watch(meshArm, null, [{ path: 'assets/part.stl', bytes: tetrahedron() }]);
    expect(tasks).toMatchObject([{ problems: [], declaration: null, model: { joints: [{ name: 'hinge' }] } }]);
    expect(frames).toMatchObject([{ step: null, terms: [], rules: [], observation: [], notice: null }]);
    session.setPose(Float64Array.of(0.7));
    expect([...(frames[1]?.qpos ?? [])]).toEqual([0.7]);
    expect(frames[1]?.poses).not.toEqual(frames[0]?.poses);
    session.setPose(null);
    expect(frames[2]?.poses).toEqual(frames[0]?.poses);
    // As many numbers as another model has.
    session.setPose(new Float64Array(9));
    expect([...(frames[3]?.qpos ?? [])]).toEqual([0]);
  });

  it('moves by random controls within their ranges, at the pace at which it is drawn, until it is stopped', async () => {
    const watched = await watch(arm());
    const { session, frames } = watched;
    session.setRandom(true);
    const moved = await draw(watched, ({ step }) => step === 3);
    expect(moved.qpos[0]).not.toBe(0);
    const count = frames.length;
    await new Promise((resolve) => setTimeout(resolve, 150));
    // Nobody has seen the last one.
    expect(frames.length - count).toBeLessThanOrEqual(1);
    session.setPose(Float64Array.of(0.1));
    session.seen();
    const still = frames.length;
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(frames).toHaveLength(still);
    expect(frames.at(-1)).toMatchObject({ step: null, qpos: Float64Array.of(0.1) });
  });

  it('begins anew and says so where its simulation diverges', async () => {
    const watched = await watch(arm().replace('gear="2"', 'gear="1e14"'));
    watched.session.setRandom(true);
    const { notice, qpos } = await draw(watched, (frame) => frame.notice !== null);
    expect(notice).toMatch(/^It began anew: .*(diverged|unstable|reset|NaN)/i);
    expect([...qpos]).toEqual([0]);
  });

  it.each<[string, string, RegExp]>([
    ['an unknown element', '<mujoco>\n<geomm/>\n</mujoco>', /arm\.xml, line 2, <geomm>/],
    ['a mesh that is missing', meshArm, /part\.stl/],
  ])('is refused with %s', async (_, xml, message) => {
    await expect(watch(xml)).rejects.toThrow(message);
  });

  it('is refused as a model, before MuJoCo sees it, where it leads out of its folder', async () => {
    await expect(watch(arm('', '<include file="../secret.xml"/>'))).rejects.toThrow(ModelFileError);
  });
});

describe('a model with a task file', () => {
  it('reads every term and rule of a pose, without motion', async () => {
    const { session, frames, tasks } = await watch(arm(), taskText());
    expect(tasks).toMatchObject([{ problems: [], declaration: { id: 'swing', timeLimit: 8 } }]);
    expect(frames.at(-1)?.terms).toEqual([
      { name: 'uprightness', weight: 1, value: 1 },
      { name: 'control', weight: -0.5, value: -0 },
      { name: 'alive', weight: 1, value: 1 },
    ]);
    expect(frames.at(-1)?.observation).toMatchObject([
      { value: 0, unit: 'rad' },
      { value: 0, unit: 'rad/s' },
    ]);
    session.setPose(Float64Array.of(1.2));
    const [up] = frames.at(-1)?.terms ?? [];
    expect(up?.value).toBeCloseTo(Math.cos(1.2), 12);
    expect(frames.at(-1)?.rules).toMatchObject([{ value: 1.2, isOutside: false }]);
    session.setPose(Float64Array.of(1.55));
    expect(frames.at(-1)?.rules).toMatchObject([{ isOutside: true }]);
    expect(frames.at(-1)?.terms.at(-1)).toMatchObject({ name: 'alive', value: 0 });
  });

  it('runs episodes of random actions with the reward of each step, and says how they end', async () => {
    const watched = await watch(arm(), taskText());
    watched.session.setRandom(true);
    const ended = await draw(watched, ({ notice }) => notice !== null);
    // Three steps of 0.01 s a frame: 3, 6 and the last.
    expect(watched.frames.slice(1).map(({ step }) => step)).toEqual(expect.arrayContaining([3, 6, 8]));
    expect(ended).toMatchObject({ step: 8, notice: 'The time limit ended the episode; a new one began.' });
    const costs = watched.frames.filter(({ step }) => step !== null).map(({ terms }) => terms[1]?.value ?? NaN);
    expect(costs.every((cost) => cost <= 0 && cost >= -0.5)).toBe(true);
    expect(costs.some((cost) => cost < 0)).toBe(true);
    const count = watched.frames.length;
    await draw(watched, (frame) => frame.step === 3 && watched.frames.indexOf(frame) >= count);
  });

  it('takes up another text, and shows the model without one that does not fit, with its line', async () => {
    const { session, frames, tasks } = await watch(arm(), taskText());
    session.setTask(taskText({ reward: [{ term: 'alife' }] }));
    expect(tasks.at(-1)).toMatchObject({
      declaration: null,
      problems: [
        { path: 'reward.0.term', line: expect.any(Number) as number, message: expect.stringMatching(/did you mean "alive"/) as string },
      ],
    });
    expect(frames.at(-1)).toMatchObject({ terms: [], step: null });
    session.setPose(Float64Array.of(0.4));
    expect([...(frames.at(-1)?.qpos ?? [])]).toEqual([0.4]);
    session.setTask(taskText({ reward: [{ term: 'uprightness', of: { body: 'lnk' } }] }));
    expect(tasks.at(-1)).toMatchObject({
      declaration: null,
      problems: [{ path: 'reward.0.of.body', message: expect.stringMatching(/no body "lnk"; did you mean "link"/) as string }],
    });
    session.setTask('{');
    expect(tasks.at(-1)?.problems).toMatchObject([{ message: expect.stringMatching(/it is not JSON/) as string }]);
    session.setTask(taskText({ reward: [{ term: 'alive', weight: 3 }] }));
    expect(tasks.at(-1)).toMatchObject({ problems: [], declaration: { id: 'swing' } });
    expect(frames.at(-1)?.terms).toEqual([{ name: 'alive', weight: 3, value: 3 }]);
    session.setTask(null);
    expect(tasks.at(-1)).toMatchObject({ problems: [], declaration: null });
  });

  it('stops its random actions where the text is changed meanwhile', async () => {
    const watched = await watch(arm(), taskText());
    watched.session.setRandom(true);
    await draw(watched, ({ step }) => step === 3);
    watched.session.setTask(taskText({ timeLimit: 9 }));
    const count = watched.frames.length;
    watched.session.seen();
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(watched.frames).toHaveLength(count);
  });
});
