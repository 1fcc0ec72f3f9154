// A folder in Lab: brought, looked over, edited, imported; and what becomes of answers that are late.
import { expect, it, vi } from 'vitest';
import type { ResponseOf } from '../../../src-main/contract/requests.ts';
import { afterAnswers } from '../../testing/fake-service.ts';
import { FakeScene } from '../../testing/fake-scene.ts';
import { connectedApp, useWindow } from '../../testing/window.svelte.ts';
import { LabModel } from './lab-model.svelte.ts';
import type { PickedFolder } from './read-folder.ts';

useWindow();
const folder = (name: string, bytes = 3): PickedFolder => ({ name, files: [{ path: `${name}.xml`, bytes: new Uint8Array(bytes) }] });
const inspection = (main: string): ResponseOf<'models.inspect'> => ({
  id: main.replace('.xml', ''),
  main,
  report: {} as ResponseOf<'models.inspect'>['report'],
  taskText: '{}',
  declaration: null,
  problems: [],
});

function bench() {
  const { app, service } = connectedApp();
  const scene = new FakeScene();
  return { app, service, scene, lab: new LabModel(app, scene) };
}

it('brings a folder in pieces, has it looked over, and shows it', async () => {
  const { lab, service, scene } = bench();
  service.reply('models.upload', () => ({}));
  const opening = lab.open(folder('arm', 1_200_000));
  await afterAnswers();
  expect([service.count('models.upload'), lab.busy]).toEqual([3, 'MuJoCo looks it over …']);
  await service.next('models.inspect').answer(inspection('arm.xml'));
  await opening;
  expect([lab.busy, lab.inspection?.id, scene.last.options]).toMatchObject([null, 'arm', { main: 'arm.xml', taskText: '{}' }]);
});

it('shows the folder that was opened last, and brings no more of the one before', async () => {
  const { lab, service, scene } = bench();
  const first = lab.open(folder('arm', 1_200_000));
  const [piece] = service.waiting('models.upload');
  const second = lab.open(folder('leg'));
  await piece?.answer({});
  await first;
  expect(service.waiting('models.upload').map(({ request }) => request.folder)).toEqual(['leg']);
  await service.next('models.upload').answer({});
  await service.next('models.inspect').answer(inspection('leg.xml'));
  await second;
  expect([lab.folder?.name, lab.inspection?.main, scene.sessions.length]).toEqual(['leg', 'leg.xml', 1]);
});

it('shows the model that was chosen last, and not the failure of another', async () => {
  const { lab, service } = bench();
  service.reply('models.upload', () => ({}));
  const opening = lab.open(folder('arm'));
  await afterAnswers();
  const choosing = [lab.choose('b.xml'), lab.choose('c.xml')];
  const [unchosen, b, c] = service.waiting('models.inspect');
  expect(c?.request.model).toBe('c.xml');
  await unchosen?.refuse('which of the files is the model?', 'invalid-request');
  await b?.refuse('b.xml, line 3: no such mesh', 'invalid-request');
  expect([lab.failure, lab.busy]).toEqual([null, 'MuJoCo looks it over …']);
  await c?.answer(inspection('c.xml'));
  await Promise.all([opening, ...choosing]);
  expect([lab.failure, lab.busy, lab.inspection?.main]).toEqual([null, null, 'c.xml']);
});

it('says why it was refused, and takes another choice', async () => {
  const { lab, service } = bench();
  const opening = lab.open(folder('arm'));
  await service.lose();
  await opening;
  expect([lab.failure, lab.busy]).toEqual(['The connection was lost.', null]);
  service.connect();
  const choosing = lab.choose('arm.xml');
  await service.next('models.inspect').answer(inspection('arm.xml'));
  await choosing;
  expect([lab.failure, lab.inspection?.id]).toEqual([null, 'arm']);
});

async function opened() {
  const made = bench();
  made.service.reply('models.upload', () => ({}));
  const opening = made.lab.open(folder('arm'));
  await afterAnswers();
  await made.service.next('models.inspect').answer(inspection('arm.xml'));
  await opening;
  return made;
}

it('hands the editor’s text over when typing stops', async () => {
  const { lab, scene } = await opened();
  lab.edit('{ "a"');
  vi.advanceTimersByTime(300);
  lab.edit('{ "a": 1 }');
  vi.advanceTimersByTime(399);
  expect(scene.last.told).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(scene.last.told).toEqual([['setTask', '{ "a": 1 }']]);
});

it('says what a task was imported as until its text changes, also while it is imported', async () => {
  const { lab, service } = await opened();
  let keeping = lab.keep();
  expect(lab.busy).toBe('Importing …');
  await service.next('models.import').answer({ id: 'arm-2', isNew: true });
  expect([await keeping, lab.kept, lab.busy]).toEqual(['arm-2', 'arm-2', null]);
  lab.edit('{ }');
  expect(lab.kept).toBeNull();
  keeping = lab.keep();
  lab.edit('{ "typed": "meanwhile" }');
  await service.next('models.import').answer({ id: 'arm-3', isNew: true });
  expect([await keeping, lab.kept]).toEqual(['arm-3', null]);
});

it('does not lay the end of an import over a folder that was opened meanwhile', async () => {
  const { app, lab, service } = await opened();
  const keeping = lab.keep();
  void lab.open(folder('leg'));
  await afterAnswers();
  await service.next('models.import').refuse('arm.xml: the disk is full', 'failed');
  expect([await keeping, lab.failure, lab.busy, app.toasts.at(-1)?.message]).toEqual([
    null,
    null,
    'MuJoCo looks it over …',
    'arm.xml: the disk is full',
  ]);
});

it('closes its session and takes nothing after its end', async () => {
  const { lab, service, scene } = await opened();
  const choosing = lab.choose('b.xml');
  lab.close();
  await service.next('models.inspect').answer(inspection('b.xml'));
  await choosing;
  expect([scene.sessions.length, scene.last.isClosed, lab.inspection, lab.folder]).toEqual([1, true, null, null]);
});
