// An imported task as the command line hands it to a process that opens no data directory.
import { z } from 'zod';
import type { ImportedTask } from '../contract/models.ts';
import { useImportedTasks } from '../tasks/declarations.ts';

const schema = z.object({ declaration: z.looseObject({ id: z.string() }), main: z.string(), directory: z.string() });

/** Nothing where none is given. @throws Error where the text describes no task */
export function takeImportedTask(text: string | undefined): void {
  if (text === undefined) return;
  // The command line wrote it from what the store holds.
  useImportedTasks([schema.parse(JSON.parse(text)) as unknown as ImportedTask]);
}
