// Curves as CSV: every field readable by a spreadsheet, whatever a run is called.
import { describe, expect, it } from 'vitest';
import type { RunSummary } from '../../../src-main/contract/runs.ts';
import { csvField, curvesToCsv } from './csv.ts';

describe('csvField', () => {
  it.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    ['', ''],
    [3.5, '3.5'],
    [-3.5, '-3.5'],
    [-1e-7, '-1e-7'],
    ['-5', '-5'],
    ['=1+1', "'=1+1"],
    ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
    ['+cmd', "'+cmd"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['a=b', 'a=b'],
  ])('%j is %j', (value, text) => expect(csvField(value)).toBe(text));
});

describe('curvesToCsv', () => {
  it('writes a row a point, after one header', () => {
    const run = { id: 'x1', name: 'a, "b"', task: 'reacher', agent: 'sac', seed: 3 } as RunSummary;
    const step = Float64Array.of(10, 20);
    const series = { run: 'x1', metric: 'entropy', step, min: step, mean: step, max: step, pointCount: 2, isReduced: false };
    expect(curvesToCsv([{ run, series }]).split('\r\n')).toEqual([
      'run,name,task,agent,seed,metric,environment-step,mean,min,max',
      'x1,"a, ""b""",reacher,sac,3,entropy,10,10,10,10',
      'x1,"a, ""b""",reacher,sac,3,entropy,20,20,20,20',
      '',
    ]);
  });
  it('writes the header alone for no curves', () => expect(curvesToCsv([]).trim().split('\r\n')).toHaveLength(1));
});
