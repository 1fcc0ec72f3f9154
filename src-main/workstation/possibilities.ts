// What runs can be made of here: the declarations of tasks, agents and devices, the processors, and how many runs share them.
import { availableParallelism } from 'node:os';
import { resolveAgents } from '../agents/declarations.ts';
import type { DeviceDeclaration } from '../contract/declarations.ts';
import { deviceDeclarations } from '../engine/declarations.ts';
import { findDevice, findDevices } from '../engine/probe/probe.ts';
import { allTaskDeclarations } from '../tasks/declarations.ts';
import { findNodeBinary, machineMemory, trainerShare } from '../training/launch.ts';
import type { Possibilities } from './plan.ts';

/** @param devices as they were found; else as they are known without looking */
export function findPossibilities(devices: readonly DeviceDeclaration[] = deviceDeclarations): Possibilities {
  const cpuCount = availableParallelism();
  const tasks = allTaskDeclarations();
  return { tasks, agents: resolveAgents(tasks), devices, cpuCount, memoryBytes: machineMemory(), trainerShare: shareOf(cpuCount) };
}

/** Every device of this machine, looked for once in this process's life; software drivers, which are for checking, only if asked for. */
export const findMachineDevices = (options: { withSoftware?: boolean } = {}): Promise<DeviceDeclaration[]> =>
  findDevices({ node: nodeForTrials(), ...options });

/** What runs can be made of, with this device looked for and the others as they are known. */
export async function findPossibilitiesFor(id: string): Promise<Possibilities> {
  if (!deviceDeclarations.some((device) => device.id === id)) return findPossibilities();
  const found = await findDevice(id, { node: nodeForTrials() });
  return findPossibilities(deviceDeclarations.map((device) => (device.id === id ? found : device)));
}

/** Where there is none for trainers, this one says so when it is tried. */
function nodeForTrials(): string {
  try {
    return findNodeBinary();
  } catch {
    return process.execPath;
  }
}

/** A share that is no number is the doctor's to name. */
function shareOf(cpuCount: number): number {
  try {
    return trainerShare();
  } catch {
    return Math.max(1, Math.floor(cpuCount / 2));
  }
}
