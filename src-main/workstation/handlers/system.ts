// The workstation itself: what it has, and the doctor's report.
import { hostname } from 'node:os';
import { metricDeclarations } from '../../contract/series.ts';
import { trainerShare } from '../../training/launch.ts';
import { findApplication } from '../application.ts';
import { examine } from '../doctor/doctor.ts';
import { findMachineDevices, findPossibilities } from '../possibilities.ts';
import type { HandlerContext, HandlersOf } from './handlers.ts';

export function createSystemHandlers({ store }: HandlerContext): HandlersOf<'system'> {
  return {
    async 'system.describe'() {
      const devices = await findMachineDevices();
      const { tasks, agents, cpuCount, memoryBytes } = findPossibilities(devices);
      return {
        version: findApplication().version,
        dataDirectory: store.dataDirectory,
        host: hostname(),
        platform: `${process.platform}-${process.arch}`,
        cpuCount,
        memoryBytes,
        trainerShare: trainerShare(),
        tasks: [...tasks],
        agents: [...agents],
        devices,
        metrics: metricDeclarations,
      };
    },
    'system.doctor': () => examine(store, store.dataDirectory),
  };
}
