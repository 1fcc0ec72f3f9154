// The workstation itself: what it has, and the doctor's report.
import { hostname } from 'node:os';
import { metricDeclarations } from '../../contract/series.ts';
import { trainerShare } from '../../training/launch.ts';
import { findApplication } from '../application.ts';
import { examine } from '../doctor/doctor.ts';
import { findPossibilities } from '../possibilities.ts';
import type { HandlerContext, HandlersOf } from './handlers.ts';

export function createSystemHandlers({ store }: HandlerContext): HandlersOf<'system'> {
  return {
    'system.describe'() {
      const { tasks, agents, devices, cpuCount } = findPossibilities();
      return {
        version: findApplication().version,
        dataDirectory: store.dataDirectory,
        host: hostname(),
        platform: `${process.platform}-${process.arch}`,
        cpuCount,
        trainerShare: trainerShare(),
        tasks: [...tasks],
        agents: [...agents],
        devices: [...devices],
        metrics: metricDeclarations,
      };
    },
    'system.doctor': () => examine(store, store.dataDirectory),
  };
}
