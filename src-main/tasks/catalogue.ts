// Every task, one a line, the quickest to learn first. A task without options of its own is its declaration and its class,
// whose constructor gives the declaration that it is handed to its base. Importing this loads no physics.
import { invertedDoublePendulum } from './classic/inverted-double-pendulum.ts';
import { invertedPendulum } from './classic/inverted-pendulum.ts';
import { Pendulum, pendulumDeclaration } from './classic/pendulum.ts';
import type { TaskDefinition } from './definition.ts';
import { ant } from './locomotion/ant.ts';
import { halfCheetah } from './locomotion/half-cheetah.ts';
import { hopper } from './locomotion/hopper.ts';
import { humanoidStandup } from './locomotion/humanoid-standup.ts';
import { humanoid } from './locomotion/humanoid.ts';
import { swimmer } from './locomotion/swimmer.ts';
import { walker2d } from './locomotion/walker2d.ts';
import { blockStacking } from './manipulation/fetch/block-stacking.ts';
import { fetchPickAndPlace, fetchPush, fetchReach, fetchSlide } from './manipulation/fetch/fetch-tasks.ts';
import { pusher } from './manipulation/pusher.ts';
import { reacher } from './manipulation/reacher.ts';
import { valveTurning } from './manipulation/valve-turning.ts';

export const catalogue: readonly TaskDefinition[] = [
  invertedPendulum,
  { declaration: pendulumDeclaration, Task: Pendulum },
  invertedDoublePendulum,
  reacher,
  fetchReach,
  swimmer,
  hopper,
  halfCheetah,
  walker2d,
  ant,
  humanoid,
  humanoidStandup,
  pusher,
  fetchPush,
  fetchSlide,
  fetchPickAndPlace,
  valveTurning,
  blockStacking,
];
