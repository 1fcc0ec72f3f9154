// Every task, one a line, the quickest to learn first. A task without options of its own is its declaration and its class,
// whose constructor gives the declaration that it is handed to its base. Importing this loads no physics.
import { InvertedPendulum, invertedPendulumDeclaration } from './classic/inverted-pendulum.ts';
import type { TaskDefinition } from './definition.ts';
import { halfCheetah } from './locomotion/half-cheetah.ts';
import { hopper } from './locomotion/hopper.ts';
import { walker2d } from './locomotion/walker2d.ts';
import { Reacher, reacherDeclaration } from './manipulation/reacher.ts';

export const catalogue: readonly TaskDefinition[] = [
  { declaration: invertedPendulumDeclaration, Task: InvertedPendulum },
  { declaration: reacherDeclaration, Task: Reacher },
  hopper,
  halfCheetah,
  walker2d,
];
