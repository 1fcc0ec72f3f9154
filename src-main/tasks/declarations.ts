// All tasks, as plain data. Importing this loads no physics.
import type { TaskDeclaration } from '../contract/declarations.ts';
import { invertedPendulumDeclaration } from './classic/inverted-pendulum.ts';
import { halfCheetahDeclaration } from './locomotion/half-cheetah.ts';
import { hopperDeclaration } from './locomotion/hopper.ts';
import { walker2dDeclaration } from './locomotion/walker2d.ts';
import { reacherDeclaration } from './manipulation/reacher.ts';

/** Every task, the quickest to learn first. */
export const taskDeclarations: readonly TaskDeclaration[] = [
  invertedPendulumDeclaration,
  reacherDeclaration,
  hopperDeclaration,
  halfCheetahDeclaration,
  walker2dDeclaration,
];

/** The declaration of the task `id`, if there is such a task. */
export function findTaskDeclaration(id: string): TaskDeclaration | undefined {
  return taskDeclarations.find((declaration) => declaration.id === id);
}
