// Where a trainer says that it waits for room. The database cannot take that when there is none, so it is a small file of
// the run's folder whose room is taken when the attempt begins; writing it over needs no more.
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type RunWait, type ToldWait, toldWaitSchema } from '../contract/run-wait.ts';
import { freeBytes, runDirectory } from './data-directory.ts';

const fileBytes = 1024;

const waitPath = (dataDirectory: string, run: string): string => join(runDirectory(dataDirectory, run), 'waiting.json');

export class WaitFile {
  readonly #path: string;
  #file: number | null = null;

  /** Takes the room. Where there is none for that either, nothing will be told. */
  constructor(dataDirectory: string, run: string) {
    this.#path = waitPath(dataDirectory, run);
    try {
      mkdirSync(runDirectory(dataDirectory, run), { recursive: true });
      this.#file = openSync(this.#path, 'w');
      this.tell(null);
    } catch {
      this.end();
    }
  }

  /** null: nothing is waited for. */
  tell(wait: ToldWait | null): void {
    if (this.#file === null) return;
    const text = Buffer.alloc(fileBytes, ' ');
    text.write(JSON.stringify(wait));
    writeSync(this.#file, text, 0, fileBytes, 0);
  }

  end(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
    rmSync(this.#path, { force: true });
  }
}

/** What the run's trainer says that it waits for; null where it waits for nothing. */
export function readWait(dataDirectory: string, run: string): RunWait | null {
  try {
    const told = toldWaitSchema.nullable().parse(JSON.parse(readFileSync(waitPath(dataDirectory, run), 'utf8')));
    return told === null ? null : { ...told, freeBytes: freeBytes(dataDirectory) };
  } catch {
    // There is no such file, or it is being written: then the next look finds it.
    return null;
  }
}
