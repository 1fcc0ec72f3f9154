// A process that judges another one, for the tests. Arguments: pid, identity, and "files" to use up all open files first.
// Prints its own identity and what it makes of the other.
import { openSync } from 'node:fs';
import { createProcessJudge } from '../process-identity.ts';

const [pid = '', bootId = '', way = ''] = process.argv.slice(2);
const judge = createProcessJudge();
const before = judge.identify();
const fresh = createProcessJudge();
let codes = '';
if (way === 'files') {
  try {
    for (;;) openSync(import.meta.filename, 'r');
  } catch (error) {
    codes = String((error as NodeJS.ErrnoException).code);
  }
}
const verdicts = [judge.judge(Number(pid), bootId), fresh.judge(Number(pid), bootId)];
process.stdout.write(`${JSON.stringify({ identity: before, codes, verdicts })}\n`);
