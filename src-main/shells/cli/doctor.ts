// `npm run doctor`: devices, versions, paths, storage and what is missing; the same as the Lab in the window.
import { Command } from 'commander';
import type { DoctorLine, DoctorReport } from '../../contract/requests.ts';
import { resolveDataDirectory, StoreError } from '../../store/store.ts';
import { CommandError, type ExitCode, exitCodes } from './failure.ts';
import { wrap } from './format.ts';
import { createOutput, type Output } from './output.ts';
import { type CommonOptions, openSession } from './session.ts';

export function createCommand(end: (code: ExitCode) => void): Command {
  return new Command('doctor')
    .description('Looks at devices, versions, paths and storage, and says what is missing.')
    .option('--data-dir <dir>', "where runs are stored (else ELBOW_DATA_DIR, else the platform's data folder)")
    .option('--json', 'one JSON object a section')
    .action(async (options: CommonOptions) => {
      const output = createOutput(options.json === true);
      const session = await openSession(options).catch((error: unknown) =>
        error instanceof StoreError || error instanceof CommandError ? error : Promise.reject(error),
      );
      if (session instanceof Error) {
        // What cannot be opened is what the doctor is asked about most.
        const { examine } = await import('../../workstation/doctor/doctor.ts');
        print(output, await examine(null, resolveDataDirectory(options.dataDir), session.message));
        return end(exitCodes.failed);
      }
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
