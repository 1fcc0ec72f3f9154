// Looks a model from outside over in a throw-away worker: whatever it does to MuJoCo, the worker is ended afterwards, and at
// the latest when its time is up. (MuJoCo's WebAssembly leaks on every error and has no limit of time.) Light: it loads
// neither MuJoCo nor the tasks.
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Inspection, ModelFile } from '../../../contract/models.ts';
import { ModelFileError, type ModelPlace } from '../../../physics/own/model-file-error.ts';

export interface AsideRequest {
  /** A folder on this machine's disk, or files that came from a window. */
  source: { folder: string } | { name: string; files: readonly ModelFile[] };
  model: string | null;
  taskText: string | null;
}

export type AsideAnswer =
  | { kind: 'inspection'; inspection: Inspection }
  | { kind: 'refused'; place: ModelPlace; reason: string }
  | { kind: 'failed'; message: string };

const patience = 60_000;

/**
 * @throws ModelFileError where the model is refused, takes too long, or exhausts its memory
 */
export async function inspectAside(request: AsideRequest, { timeLimitMs = patience }: { timeLimitMs?: number } = {}): Promise<Inspection> {
  const path = fileURLToPath(new URL(`aside-worker${extname(new URL(import.meta.url).pathname)}`, import.meta.url)).replace(
    /app\.asar(?=[\\/])/,
    'app.asar.unpacked',
  );
  // Each worker's loader prints no warnings of its own; MuJoCo's go to the log of whoever asks.
  const worker = new Worker(path, { workerData: request, resourceLimits: { maxOldGenerationSizeMb: 2048 }, stdout: true, stderr: true });
  let timer: NodeJS.Timeout | undefined;
  try {
    const answer = await new Promise<AsideAnswer>((resolve, reject) => {
      timer = setTimeout(
        () =>
          reject(
            new ModelFileError(
              {},
              `MuJoCo was not done with the model after ${timeLimitMs / 1000} s and was ended; reduce its meshes, or leave looks out of collision shapes`,
            ),
          ),
        timeLimitMs,
      );
      worker.once('message', resolve);
      worker.once('error', (error) =>
        reject(
          new ModelFileError({}, `the model was too much for this machine: ${error instanceof Error ? error.message : String(error)}`),
        ),
      );
      worker.once('exit', (code) => reject(new ModelFileError({}, `MuJoCo ended in the middle of loading the model (exit code ${code})`)));
    });
    if (answer.kind === 'inspection') return answer.inspection;
    throw answer.kind === 'refused' ? new ModelFileError(answer.place, answer.reason) : new ModelFileError({}, answer.message);
  } finally {
    clearTimeout(timer);
    void worker.terminate();
  }
}
