// What runs can be made of here: the declarations of tasks, agents and devices, and the processors.
import { availableParallelism } from 'node:os';
import { resolveAgents } from '../agents/declarations.ts';
import { deviceDeclarations } from '../engine/declarations.ts';
import { taskDeclarations } from '../tasks/declarations.ts';
import type { Possibilities } from './plan.ts';

export function findPossibilities(): Possibilities {
  return {
    tasks: taskDeclarations,
    agents: resolveAgents(taskDeclarations),
    devices: deviceDeclarations,
    cpuCount: availableParallelism(),
  };
}
