// The doctor's report as text, for pasting into a question to someone else.
import type { DoctorReport, SystemDescription } from '../../../src-main/contract/requests.ts';

export function reportToText(description: SystemDescription | null, report: DoctorReport): string {
  const lines: string[] = [];
  if (description !== null) lines.push(`Elbow ${description.version} on ${description.platform}, ${description.cpuCount} cores`, '');
  for (const section of report.sections) {
    lines.push(section.title);
    const width = Math.max(0, ...section.lines.map((line) => line.label.length));
    for (const line of section.lines) {
      const mark = { ok: 'ok     ', missing: 'missing', warning: 'warning', info: '       ' }[line.state];
      lines.push(`  ${mark}  ${line.label.padEnd(width)}  ${line.value}`);
      if (line.advice !== null) lines.push(`           ${''.padEnd(width)}  → ${line.advice}`);
    }
    lines.push('');
  }
  return lines.join('\n');
}
