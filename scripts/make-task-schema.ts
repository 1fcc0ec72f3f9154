// Writes docs/task.schema.json, the published schema of task files: node scripts/make-task-schema.ts
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { taskFileJsonSchema } from '../src-main/tasks/own/task-file.ts';

writeFileSync(path.join(import.meta.dirname, '..', 'docs', 'task.schema.json'), `${JSON.stringify(taskFileJsonSchema(), null, 2)}\n`);
