// All migrations in order. The last one's version is the schema that this Elbow reads and writes.
import type { Migration } from '../migrate.ts';
import { first } from './001-first.ts';
import { second } from './002-edits.ts';
import { third } from './003-imported-models.ts';
import { fourth } from './004-processes.ts';
import { fifth } from './005-disk-plan.ts';

export const migrations: readonly Migration[] = [first, second, third, fourth, fifth];
