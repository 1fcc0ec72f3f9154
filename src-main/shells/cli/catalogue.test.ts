// What `tasks`, `agents` and `doctor` print, for a person and for a program.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ResolvedAgent, TaskDeclaration } from '../../contract/declarations.ts';
import { findPossibilities } from '../../workstation/possibilities.ts';
import { parseLines, runCli } from './testing.ts';

const possible = findPossibilities();

describe.concurrent('tasks', () => {
  it('--json is an array of every task with its id', async () => {
    const { code, stdout } = await runCli(['tasks', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(possible.tasks)));
    expect((JSON.parse(stdout) as TaskDeclaration[]).map(({ id }) => id)).toEqual(
      expect.arrayContaining(['inverted-pendulum', 'reacher', 'half-cheetah']),
    );
  });

  it('lists every task in a line under its family', async () => {
    const { stdout } = await runCli(['tasks']);
    for (const { id, sentence } of possible.tasks)
      expect(stdout.split('\n').filter((line) => line.startsWith(`  ${id} `) && line.endsWith(sentence))).toHaveLength(1);
    expect(stdout).toMatch(
      /^Classic\n[\s\S]*\nLocomotion\n[\s\S]* {2}humanoid +348 +17 +1,000 [\s\S]*\nManipulation\n[\s\S]* {2}fetch-reach +13 +4 +50 +yes /,
    );
    expect(stdout).not.toContain('\u001b');
  });

  it('shows one in full: every observation, action, reward term and option', async () => {
    const { stdout } = await runCli(['tasks', 'walker2d']);
    const text = stdout.replace(/\s+/g, ' ');
    const task = possible.tasks.find(({ id }) => id === 'walker2d');
    for (const { name } of [...(task?.observation ?? []), ...(task?.action ?? []), ...(task?.rewardTerms ?? []), ...(task?.options ?? [])])
      expect(text).toContain(name);
    expect(text).not.toContain('half-cheetah');
    expect(JSON.parse((await runCli(['tasks', 'walker2d', '--json'])).stdout)).toMatchObject([{ id: 'walker2d' }]);
  });

  it('refuses a task that there is not, with the nearest', async () => {
    expect(await runCli(['tasks', 'walker'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no task named "walker".*walker2d/) as string,
    });
  });
});

describe.concurrent('agents', () => {
  it('--json is an array of every agent with its id, hyper-parameters and defaults', async () => {
    const { code, stdout } = await runCli(['agents', '--json']);
    expect(code).toBe(0);
    const agents = JSON.parse(stdout) as ResolvedAgent[];
    expect(agents).toEqual(JSON.parse(JSON.stringify(possible.agents)));
    expect(agents[0]?.taskDefaults['half-cheetah']?.['entropy-target']).toBe(-6);
  });

  it("gives every hyper-parameter's default, range and meaning", async () => {
    const { stdout } = await runCli(['agents']);
    const text = stdout.replace(/\s+/g, ' ');
    for (const agent of possible.agents) {
      for (const parameter of agent.parameters) {
        expect(text).toContain(` ${parameter.name} ${parameter.sentence.replace(/\s+/g, ' ')} default `);
      }
    }
    expect(text).toContain('batch-size Transitions');
    expect(text).toContain('default 256 transitions; a whole number from 1 to 65,536');
  });
});

describe('doctor', () => {
  it('lists devices, programs and storage, one section a line with --json', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'elbow-doctor-'));
    try {
      const { code, stdout } = await runCli(['doctor', '--json', '--data-dir', folder]);
      expect(code).toBe(0);
      const sections = parseLines(stdout) as { title: string; lines: { label: string; value: string; state: string }[] }[];
      expect(sections.map(({ title }) => title)).toEqual(expect.arrayContaining(['Elbow', 'Devices', 'Data']));
      const lines = sections.flatMap(({ lines }) => lines);
      expect(lines.find(({ label }) => label === 'data directory')?.value).toBe(folder);
      expect(lines.find(({ label }) => label === 'cpu')?.state).toBe('ok');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
