// The doctor's report in a line, and as text for pasting into a question to someone else.
import type { DoctorReport, SystemDescription } from '../../../src-main/contract/requests.ts';
import { plural } from '../../format.ts';

/** "nothing is missing", "2 lines to look at · 1 note". A note is advice beside what is in order. */
export function summarise(report: DoctorReport): string {
  const lines = report.sections.flatMap((section) => section.lines);
  const problems = lines.filter((line) => line.state === 'missing' || line.state === 'warning').length;
  const notes = lines.filter((line) => line.advice !== null && (line.state === 'ok' || line.state === 'info')).length;
  const parts = [
    problems === 0 ? 'nothing is missing' : `${plural(problems, 'line')} to look at`,
    ...(notes === 0 ? [] : [plural(notes, 'note')]),
  ];
  return parts.join(' · ');
}

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
