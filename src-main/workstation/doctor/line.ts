// One line of the doctor's report.
import type { DoctorLine } from '../../contract/requests.ts';

/** @param advice what to do about it, where something is amiss or could be better */
export function line(label: string, value: string, state: DoctorLine['state'] = 'info', advice: string | null = null): DoctorLine {
  return { label, value, state, advice };
}
