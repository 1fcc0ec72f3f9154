// `npm run doctor`: devices, versions, paths, storage and what is missing; the same as the Lab in the window.
import { Command } from 'commander';
import type { DoctorLine, DoctorReport } from '../../contract/requests.ts';
import { wrap } from './format.ts';
import { createOutput, type Output } from './output.ts';
import { type CommonOptions, openSession } from './session.ts';

export function createCommand(): Command {
  return new Command('doctor')
    .description('Looks at devices, versions, paths and storage, and says what is missing.')
    .option('--data-dir <dir>', "where runs are stored (else ELBOW_DATA_DIR, else the platform's data folder)")
    .option('--json', 'one JSON object a section')
    .action(async (options: CommonOptions) => {
      const output = createOutput(options.json === true);
      const session = await openSession(options);
      try {
        print(output, await session.workstation.call('system.doctor', {}));
      } finally {
        await session.close();
      }
    });
}

/** A word beside each mark, since colour and shape alone tell too little. */
const marks: Record<DoctorLine['state'], string> = { ok: 'ok', missing: 'MISSING', warning: 'WARNING', info: '' };

function print(output: Output, report: DoctorReport): void {
  const lines = report.sections.flatMap((section) => section.lines);
  const width = Math.max(0, ...lines.map(({ label }) => label.length));
  for (const section of report.sections) {
    output.json(section);
    output.line(output.bold(section.title));
    for (const { label, value, state, advice } of section.lines) {
      output.line(`  ${marks[state].padEnd(7)}  ${label.padEnd(width)}  ${value}`);
      if (advice !== null) output.line(output.dim(wrap(advice, 100, ' '.repeat(11))));
    }
    output.line('');
  }
}
