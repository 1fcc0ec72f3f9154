// Imported models: looking them over, keeping them, giving their files to a window. What a window drops comes in pieces,
// since one message has room for a megabyte only.
import { WorkstationError } from '../../contract/requests.ts';
import { type ImportedTask, type Inspection, type ModelFile, taskFileName } from '../../contract/models.ts';
import type { Store } from '../../store/store.ts';
import { taskDeclarations, useImportedTasks } from '../../tasks/declarations.ts';
import { inspectAside } from '../../tasks/own/node/aside.ts';
import { ModelUploads } from '../model-uploads.ts';
import type { HandlerContext, HandlersOf } from './handlers.ts';

export function createModelHandlers({ store }: HandlerContext): HandlersOf<'models'> {
  const uploads = new ModelUploads();
  const look = async ({
    upload,
    model,
    taskText,
  }: {
    upload: string;
    model: string | null;
    taskText: string | null;
  }): Promise<Inspection> =>
    inspectAside({ source: uploads.take(upload), model, taskText }).catch((error: unknown) => {
      // As it is: it begins with a file's name.
      throw new WorkstationError({
        code: 'invalid-request',
        message: `${error instanceof Error ? error.message : String(error)}. Nothing was imported.`,
        field: 'upload',
      });
    });
  return {
    'models.list': () => ({ models: store.models.list() }),
    'models.upload'({ upload, folder, path, offset, bytes }) {
      uploads.add(upload, { folder, path, offset, bytes });
      return {};
    },
    async 'models.inspect'(request) {
      const { id, main, report, taskText, declaration, problems } = await look(request);
      return { id, main, report, taskText, declaration, problems };
    },
    async 'models.import'(request) {
      return importModel(store, await look(request));
    },
    'models.files'({ model }) {
      const found = store.models.find(model) ?? store.models.list().find(({ hash }) => hash === model) ?? null;
      if (found === null)
        throw new WorkstationError({
          code: 'not-found',
          message: `There is no imported model ${model}. Nothing was changed.`,
          field: 'model',
        });
      return { main: found.main, hash: found.hash, files: store.models.files(found.id), declaration: found.declaration };
    },
    'models.remove'({ model }) {
      store.models.remove(model);
      useImportedTasks(store.models.tasks());
      return {};
    },
  };
}

/**
 * Keeps what was looked over.
 * @throws WorkstationError where its task file has problems; they are named with their lines
 */
export function importModel(store: Store, { id, main, report, declaration, files, problems }: Inspection): { id: string; isNew: boolean } {
  if (problems.length > 0) {
    const named = problems.map(
      ({ path, line, message }) => `${[taskFileName, line === null ? null : `line ${line}`, path].filter(Boolean).join(', ')}: ${message}`,
    );
    throw new WorkstationError({
      code: 'invalid-request',
      message: `The task file was refused:\n${named.join('\n')}\nNothing was imported.`,
      field: 'taskText',
    });
  }
  const kept = store.models.add(
    { id, main, report, declaration, files: files as ModelFile[] },
    taskDeclarations.map((task) => task.id),
  );
  useImportedTasks(store.models.tasks() satisfies ImportedTask[]);
  return kept;
}
