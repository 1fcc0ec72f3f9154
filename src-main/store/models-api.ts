// What the store offers for imported models.
import type { ImportedModel, ImportedTask, ModelFile } from '../contract/models.ts';

export interface NewModel extends Omit<ImportedModel, 'hash' | 'importedAt' | 'id'> {
  /** What it is to be called; where that is taken by other content, a number is added. */
  id: string;
  files: readonly ModelFile[];
}

export interface ModelsApi {
  /**
   * Keeps a copy of the files and lists the model. The same content under the same name is there already and stays as it is.
   * @param taken ids that mean something else, such as those of built-in tasks
   * @returns its id, which may have got a number, and whether it is new
   */
  add(model: NewModel, taken: readonly string[]): { id: string; isNew: boolean };
  /** Newest first. */
  list(): ImportedModel[];
  find(id: string): ImportedModel | null;
  /** Those that have a task, with where they lie. */
  tasks(): ImportedTask[];
  /** Where its files lie. @throws not-found */
  directory(id: string): string;
  /** Its files, each as it was imported. @throws not-found; corrupt where one was changed or is gone */
  files(id: string): ModelFile[];
  /** Takes it off the list, and its files away where nobody else has them. @throws not-found; conflict while there are runs of it */
  remove(id: string): void;
}
