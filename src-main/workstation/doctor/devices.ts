// What computes: each device of this version, with the reason why it can or cannot be used here.
import { cpus } from 'node:os';
import type { AdapterDescription, DeviceDeclaration } from '../../contract/declarations.ts';
import type { DoctorLine } from '../../contract/requests.ts';
import { line } from './line.ts';

/** @param devices as they were found on this machine */
export function describeDevices(devices: readonly DeviceDeclaration[]): DoctorLine[] {
  const processors = cpus();
  return [
    line('processors', `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown'}`),
    ...devices.flatMap(({ id, title, available, reason, advice, adapters }) => [
      // Nobody needs a device beside cpu: that one is missing is no fault.
      line(id, `${title}: ${available ? '' : 'cannot be used, since '}${reason}`, available ? 'ok' : 'info', advice),
      ...adapters.map((adapter, k) => line(`${id}, adapter ${k + 1}`, describeAdapter(adapter))),
    ]),
  ];
}

function describeAdapter({ name, vendor, driver, kind }: AdapterDescription): string {
  const what = { hardware: 'a graphics card', software: 'computes on the processor', unknown: 'kind unknown' }[kind];
  return [name, vendor, driver ?? 'driver unknown', what].filter((part) => part !== null).join('; ');
}
