// Imported models: a row each, and a folder for each content, named by its hash. A folder is written aside and renamed into
// place, so that it is whole or absent, and never changed after that.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TaskDeclaration } from '../contract/declarations.ts';
import type { ImportedModel, ImportedTask, ModelFile, ModelReport } from '../contract/models.ts';
import { checkLine, refuse } from './checks.ts';
import { fromJson } from './columns.ts';
import type { Connection } from './connection.ts';
import { modelDirectory } from './data-directory.ts';
import { StoreError } from './errors.ts';
import type { ModelsApi, NewModel } from './models-api.ts';

interface ModelRow {
  id: string;
  hash: string;
  main: string;
  importedAt: number;
  report: string;
  declaration: string | null;
}

/** In the name of a folder that no row needs any more. */
const removedMark = '.removed-';
const columns = 'id, hash, main, imported_at AS importedAt, report, declaration';

export class Models implements ModelsApi {
  readonly #connection: Connection;
  readonly #dataDirectory: string;

  constructor(connection: Connection, dataDirectory: string) {
    this.#connection = connection;
    this.#dataDirectory = dataDirectory;
  }

  add({ id: wanted, main, report, declaration, files }: NewModel, taken: readonly string[]): { id: string; isNew: boolean } {
    checkLine('id', wanted, 64);
    checkLine('main', main, 500);
    const hash = hashFiles(files);
    // Another process may remove the same content at any moment until the row is there: then once more, with a copy of its own.
    for (;;) {
      const aside = this.#isKept(hash) ? null : this.#writeAside(hash, files);
      try {
        const added = this.#connection.write(() => {
          // Writers wait for each other, and `remove` moves a folder away as a writer: what is here now stays until the row is.
          if (aside !== null) this.#place(aside, hash);
          else if (!existsSync(modelDirectory(this.#dataDirectory, hash))) return null;
          return this.#addRow({ id: wanted, main, report, declaration }, hash, taken);
        });
        if (added !== null) return added;
      } finally {
        if (aside !== null) rmSync(aside, { recursive: true, force: true });
      }
    }
  }

  /** Within a write. */
  #addRow(
    { id: wanted, main, report, declaration }: Omit<NewModel, 'files'>,
    hash: string,
    taken: readonly string[],
  ): { id: string; isNew: boolean } {
    for (let count = 1; ; count += 1) {
      const id = count === 1 ? wanted : `${wanted}-${count}`;
      const there = this.#row(id);
      if (there?.hash === hash) return { id, isNew: false };
      if (there || taken.includes(id)) continue;
      const stored =
        declaration === null ? null : JSON.stringify({ ...declaration, id, model: `imported:${hash}` } satisfies TaskDeclaration);
      this.#connection.run(
        'INSERT INTO imported_models (id, hash, main, imported_at, report, declaration) VALUES (?, ?, ?, ?, ?, ?)',
        id,
        hash,
        main,
        Date.now(),
        JSON.stringify(report),
        stored,
      );
      return { id, isNew: true };
    }
  }

  list(): ImportedModel[] {
    return this.#connection.all<ModelRow>(`SELECT ${columns} FROM imported_models ORDER BY rowid DESC`).map(fromRow);
  }

  find(id: string): ImportedModel | null {
    const row = this.#row(id);
    return row ? fromRow(row) : null;
  }

  tasks(): ImportedTask[] {
    const rows = this.#connection.all<{ hash: string; main: string; declaration: string }>(
      'SELECT hash, main, declaration FROM imported_models WHERE declaration IS NOT NULL ORDER BY rowid',
    );
    return rows.map(({ hash, main, declaration }) => ({
      declaration: fromJson(declaration) as TaskDeclaration,
      main,
      directory: modelDirectory(this.#dataDirectory, hash),
    }));
  }

  directory(id: string): string {
    return modelDirectory(this.#dataDirectory, this.#needed(id).hash);
  }

  files(id: string): ModelFile[] {
    const { hash } = this.#needed(id);
    const files = readFolder(modelDirectory(this.#dataDirectory, hash));
    if (hashFiles(files) === hash) return files;
    throw new StoreError(
      'corrupt',
      `The files of the imported model ${id} are not what they were when it was imported: look into ${modelDirectory(this.#dataDirectory, hash)}. Import it again from where it came.`,
    );
  }

  remove(id: string): void {
    const { hash } = this.#needed(id);
    this.#connection.write(() => {
      const used = this.#connection.get<{ count: number }>('SELECT count(*) AS count FROM runs WHERE task = ?', id)?.count ?? 0;
      if (used > 0)
        throw new StoreError(
          'conflict',
          `${used === 1 ? 'A run uses' : `${used} runs use`} ${id}, which could then not be shown or continued. Delete them first (they are removed for good 30 days later).`,
        );
      this.#connection.run('DELETE FROM imported_models WHERE id = ?', id);
    });
    this.#removeUnused(hash);
  }

  /**
   * Takes the content away unless a row names it. Whoever adds a row holds the database meanwhile, and so does this until the
   * folder has another name: either the row is seen here, or it comes to find the folder gone. A row's deletion is committed
   * before, so that a crash leaves at most a folder without a row.
   */
  #removeUnused(hash: string): void {
    const folder = modelDirectory(this.#dataDirectory, hash);
    this.#connection.write(() => {
      const isUsed = this.#connection.get('SELECT 1 FROM imported_models WHERE hash = ?', hash) !== undefined;
      if (!isUsed && existsSync(folder)) renameSync(folder, `${folder}${removedMark}${randomUUID()}`);
    });
    // With what a crash has left.
    const all = existsSync(dirname(folder)) ? readdirSync(dirname(folder)) : [];
    for (const name of all) if (name.includes(removedMark)) rmSync(join(dirname(folder), name), { recursive: true, force: true });
  }

  /** Is the content here, and whole? */
  #isKept(hash: string): boolean {
    try {
      return hashFiles(readFolder(modelDirectory(this.#dataDirectory, hash))) === hash;
    } catch (error) {
      // Removed while it was read.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  /** @returns a folder with the files, beside where it is to be; none is left where one cannot be written */
  #writeAside(hash: string, files: readonly ModelFile[]): string {
    const aside = `${modelDirectory(this.#dataDirectory, hash)}.unfinished-${randomUUID()}`;
    return this.#connection.translated(() => {
      try {
        for (const { path, bytes } of files) {
          const file = join(aside, path);
          mkdirSync(dirname(file), { recursive: true });
          writeFileSync(file, bytes, { flush: true });
        }
        return aside;
      } catch (error) {
        rmSync(aside, { recursive: true, force: true });
        throw error;
      }
    });
  }

  /** Puts a whole folder where it is to be, unless one is there by now. Within a write. */
  #place(aside: string, hash: string): void {
    if (this.#isKept(hash)) return;
    const folder = modelDirectory(this.#dataDirectory, hash);
    // A file in it was changed or is gone.
    rmSync(folder, { recursive: true, force: true });
    renameSync(aside, folder);
  }

  #row(id: string): ModelRow | undefined {
    return this.#connection.get<ModelRow>(`SELECT ${columns} FROM imported_models WHERE id = ?`, id);
  }

  #needed(id: string): ModelRow {
    const row = this.#row(id);
    if (!row) throw new StoreError('not-found', `There is no imported model ${id}. \`npm run tasks\` lists what there is.`);
    return row;
  }
}

function fromRow({ report, declaration, ...row }: ModelRow): ImportedModel {
  return {
    ...row,
    report: fromJson(report) as ModelReport,
    declaration: declaration === null ? null : (fromJson(declaration) as TaskDeclaration),
  };
}

/** SHA-256 over each path and the SHA-256 of its content, in the order of the paths. */
function hashFiles(files: readonly ModelFile[]): string {
  if (files.length === 0) refuse('files', 'at least one file', 'none');
  const hash = createHash('sha256');
  for (const { path, bytes } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    if (!isPlain(path)) refuse('files', 'paths below the model’s folder', path);
    hash.update(`${path}\0${createHash('sha256').update(bytes).digest('hex')}\n`);
  }
  return hash.digest('hex');
}

const isPlain = (path: string): boolean =>
  !/[\p{Cc}\\:]/u.test(path) && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');

function readFolder(folder: string): ModelFile[] {
  if (!existsSync(folder)) return [{ path: 'gone', bytes: new Uint8Array(0) }];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return { path: file.slice(folder.length + 1).replaceAll('\\', '/'), bytes: new Uint8Array(readFileSync(file)) };
    });
}
