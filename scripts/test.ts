// `npm test`: lint, formatting, types, the build, unit and integration tests, and the window in Chromium. Everything runs,
// also after a failure; the last line counts the tests. Names after `--` choose stages.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';

const root = path.resolve(import.meta.dirname, '..');
const bin = (name: string): string => path.join(root, 'node_modules', name);
const report = (name: string): string => path.join(root, 'out', 'test', `${name}.json`);

interface Stage {
  name: string;
  command: readonly string[];
  /** Does it write a vitest report to count from? Else the stage itself is one test. */
  isVitest: boolean;
}
const vitest = (project: string): Stage => ({
  name: project,
  command: [
    bin('vitest/vitest.mjs'),
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report(project)}`,
  ],
  isVitest: true,
});
const stages: readonly Stage[] = [
  { name: 'lint', command: [bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0'], isVitest: false },
  { name: 'format', command: [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'], isVitest: false },
  // TypeScript's own files too, not the components alone.
  { name: 'types', command: [bin('svelte-check/bin/svelte-check'), '--tsconfig', 'tsconfig.json', '--fail-on-warnings'], isVitest: false },
  { name: 'build', command: [path.join(root, 'scripts/build.ts')], isVitest: false },
  vitest('window'),
  vitest('unit'),
  vitest('e2e'),
];

const reportSchema = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() })),
    }),
  ),
});
/** Of a failure's message: enough to know it by where only the end of the output is kept. */
const messageCharacters = 600;

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !stages.some((stage) => stage.name === name));
if (unknown.length > 0) {
  console.error(`there is no test stage ${unknown.join(', ')}; there are ${stages.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
mkdirSync(path.join(root, 'out', 'test'), { recursive: true });

let [passed, failed, skipped] = [0, 0, 0];
const failures: string[] = [];
const chosen = stages.filter((stage) => wanted.length === 0 || wanted.includes(stage.name));
// What is checked on one core is checked two at a time; vitest has as many workers of its own.
const checks = chosen.filter(({ isVitest }) => !isVitest);
await Promise.all([runInTurn(checks), runInTurn(checks)]);
await runInTurn(chosen.filter(({ isVitest }) => isVitest));

if (failures.length > 0) console.log(`\nFailed:\n${failures.map((failure) => `- ${failure}`).join('\n')}`);
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed > 0 || failures.length > 0 ? 1 : 0);

/** Runs stages until none is left in the list, which others may take from as well. */
async function runInTurn(left: Stage[]): Promise<void> {
  for (let stage = left.shift(); stage !== undefined; stage = left.shift()) await runStage(stage);
}

async function runStage({ name, command, isVitest }: Stage): Promise<void> {
  rmSync(report(name), { force: true });
  const start = performance.now();
  if (isVitest) console.log(`\n== ${name}`);
  const child = spawn(process.execPath, command, {
    cwd: root,
    stdio: ['ignore', isVitest ? 'inherit' : 'pipe', isVitest ? 'inherit' : 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  // What runs beside another says what it has to say at its end, in one piece.
  const said = child.stdout === null || child.stderr === null ? [] : await Promise.all([text(child.stdout), text(child.stderr)]);
  const status = await ended;
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  if (status !== 0) failures.push(`the stage ${name}`);
  if (isVitest) count(name, status);
  else if (status === 0) passed += 1;
  else failed += 1;
  console.log(`${isVitest ? '' : `\n== ${name}\n`}${said.join('')}== ${name}: ${status === 0 ? 'passed' : 'FAILED'} in ${seconds} s`);
}

/** Counts the tests of a vitest stage from its report. */
function count(name: string, status: number | null): void {
  const parsed = reportSchema.safeParse(readReport(report(name)));
  if (!parsed.success) {
    failed += 1; // it did not get as far as its report
    return;
  }
  passed += parsed.data.numPassedTests;
  skipped += parsed.data.numPendingTests;
  // A file that cannot be loaded fails without a failed test.
  failed += parsed.data.numFailedTests + (status !== 0 && parsed.data.numFailedTests === 0 ? 1 : 0);
  failures.push(...describeFailures(parsed.data));
}

/** Each failed test, and each file that could not be loaded, with the beginning of its message. */
function describeFailures({ testResults }: z.infer<typeof reportSchema>): string[] {
  const tests = testResults.flatMap(({ name: file, assertionResults, message }) => {
    const own = assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => ({
        what: `${path.relative(root, file)}: ${fullName}`,
        why: (failureMessages ?? []).join('\n'),
      }));
    return own.length === 0 && message ? [{ what: path.relative(root, file), why: message }] : own;
  });
  return tests.map(
    ({ what, why }) => `${what}\n    ${stripVTControlCharacters(why).slice(0, messageCharacters).replaceAll('\n', '\n    ')}`,
  );
}

function readReport(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
