// The throw-away worker of aside.ts: reads, compiles and tries one model, answers once.
import { parentPort, workerData } from 'node:worker_threads';
import { loadMuJoCo } from '../../../physics/mujoco.ts';
import { folderOnDisk } from '../../../physics/node/model-folder.ts';
import { ModelFileError } from '../../../physics/own/model-file-error.ts';
import { folderInMemory } from '../../../physics/own/model-folder.ts';
import { inspectFolder } from '../inspect.ts';
import type { AsideAnswer, AsideRequest } from './aside.ts';

async function answer({ source, model, taskText }: AsideRequest): Promise<AsideAnswer> {
  try {
    const folder = 'folder' in source ? folderOnDisk(source.folder) : folderInMemory(source.name, source.files);
    return { kind: 'inspection', inspection: inspectFolder(await loadMuJoCo(), folder, { model, taskText }) };
  } catch (error) {
    if (error instanceof ModelFileError) return { kind: 'refused', place: error.place, reason: error.reason };
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.postMessage(await answer(workerData as AsideRequest));
