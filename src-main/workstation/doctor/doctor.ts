// What this machine has, what is missing, and what to do about it: for `npm run doctor` and the Lab alike.
import type { DoctorReport } from '../../contract/requests.ts';
import type { Store } from '../../store/store.ts';
import { findMachineDevices } from '../possibilities.ts';
import { describeDevices } from './devices.ts';
import { describePrograms } from './programs.ts';
import { describeStorage, describeStorageByRun, describeUnopened } from './storage.ts';
import { describeTrainers } from './trainers.ts';

/** @param store null where the data directory could not be opened: `storeProblem` then says why */
export async function examine(store: Store | null, dataDirectory: string, storeProblem: string | null = null): Promise<DoctorReport> {
  const sections = [
    { title: 'Elbow', lines: describePrograms() },
    { title: 'Devices', lines: describeDevices(await findMachineDevices({ withSoftware: true })) },
  ];
  if (store) {
    sections.push(
      { title: 'Trainers', lines: describeTrainers(store) },
      { title: 'Data', lines: describeStorage(store) },
      { title: 'Storage by run', lines: describeStorageByRun(store) },
    );
  } else {
    sections.push({ title: 'Data', lines: [describeUnopened(dataDirectory, storeProblem)] });
  }
  return { sections: sections.filter(({ lines }) => lines.length > 0) };
}
