// Imported models: kept whole, under ids whose meaning never changes.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TaskDeclaration } from '../contract/declarations.ts';
import type { ModelReport } from '../contract/models.ts';
import { newRun, refusal, startProcess, temporaryDirectory, temporaryStore } from './testing/temporary-store.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const files = (xml = '<mujoco/>') => [
  { path: 'arm.xml', bytes: bytes(xml) },
  { path: 'assets/part.stl', bytes: Uint8Array.of(1, 2) },
];
const report = { format: 'mjcf', main: 'arm.xml', warnings: ['a warning'] } as unknown as ModelReport;
const declaration = { id: 'arm', title: 'Arm' } as unknown as TaskDeclaration;
const model = (xml?: string) => ({ id: 'arm', main: 'arm.xml', report, declaration, files: files(xml) });

describe('imported models', () => {
  it('are there again after a restart, file by file', () => {
    const directory = temporaryDirectory();
    const first = temporaryStore(directory);
    expect(first.models.add(model(), [])).toEqual({ id: 'arm', isNew: true });
    first.close();
    const { models } = temporaryStore(directory);
    const [stored] = models.list();
    expect(stored).toMatchObject({
      id: 'arm',
      main: 'arm.xml',
      report: { warnings: ['a warning'] },
      declaration: { id: 'arm', model: `imported:${stored?.hash ?? ''}` },
    });
    expect(models.find('arm')).toEqual(stored);
    expect(models.find('leg')).toBeNull();
    expect([...models.files('arm')].sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual(files());
    expect(models.directory('arm')).toBe(join(directory, 'models', stored?.hash ?? ''));
  });

  it('get a number where their name is taken by other content, and are one where the content is the same', () => {
    const { models } = temporaryStore();
    models.add(model(), []);
    expect(models.add(model(), [])).toEqual({ id: 'arm', isNew: false });
    expect(models.add(model('<mujoco model="b"/>'), [])).toEqual({ id: 'arm-2', isNew: true });
    expect(models.add(model('<mujoco model="b"/>'), [])).toEqual({ id: 'arm-2', isNew: false });
    expect(models.add({ ...model(), id: 'hopper' }, ['hopper', 'hopper-2'])).toEqual({ id: 'hopper-3', isNew: true });
    expect(models.find('arm-2')?.declaration?.id).toBe('arm-2');
    expect(models.list()).toHaveLength(3);
  });

  it('are removed with their files, unless a run or another name needs them', () => {
    const store = temporaryStore();
    const { models } = store;
    models.add(model(), []);
    models.add({ ...model(), id: 'same' }, []);
    const folder = models.directory('arm');
    newRun(store, 'a run', { task: 'arm' });
    expect(refusal(() => models.remove('arm'))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('A run uses arm') as string,
    });
    models.remove('same');
    expect(existsSync(folder)).toBe(true);
    models.add({ ...model('<mujoco model="c"/>'), id: 'free' }, []);
    const other = models.directory('free');
    models.remove('free');
    expect(existsSync(other)).toBe(false);
    expect(refusal(() => models.remove('free')).code).toBe('not-found');
  });

  it('say when a file was changed, and are put right by another import', () => {
    const { models } = temporaryStore();
    models.add(model(), []);
    writeFileSync(join(models.directory('arm'), 'arm.xml'), '<other/>');
    expect(refusal(() => models.files('arm'))).toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining('are not what they were') as string,
    });
    expect(models.add(model(), [])).toEqual({ id: 'arm', isNew: false });
    expect(models.files('arm')).toHaveLength(2);
  });

  it.each(['/arm.xml', '../arm.xml', 'a//b', 'a\\b', 'c:d', '', 'a/./b'])('refuse a file at %j', (path) => {
    const directory = temporaryDirectory();
    const { models } = temporaryStore(directory);
    expect(refusal(() => models.add({ ...model(), files: [{ path, bytes: bytes('x') }] }, [])).code).toBe('invalid');
    mkdirSync(join(directory, 'models'), { recursive: true });
    expect(readdirSync(join(directory, 'models'))).toEqual([]);
  });

  it('keep their files while other processes add and remove the same content', { timeout: 120_000 }, async () => {
    const directory = temporaryDirectory();
    const store = temporaryStore(directory);
    const processes = ['arm', 'leg', 'leg-of-another'].map((id) => startProcess('models-process.ts', directory, '150', id));
    await Promise.all(processes.map(({ ended }) => ended));
    expect(processes.map(({ lines }) => lines)).toEqual([[], [], []]);
    expect(store.models.list()).toHaveLength(3);
    for (const { id } of store.models.list()) expect(store.models.files(id)).toHaveLength(5);
    // Nothing else is left beside them.
    expect(readdirSync(join(directory, 'models'))).toHaveLength(1);
  });

  it('refuse no files and no name', () => {
    const { models } = temporaryStore();
    expect(refusal(() => models.add({ ...model(), files: [] }, [])).code).toBe('invalid');
    expect(refusal(() => models.add({ ...model(), id: '' }, [])).code).toBe('invalid');
  });
});
