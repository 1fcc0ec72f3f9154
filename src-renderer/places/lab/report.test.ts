// The report in a line and as text: every line, with what to do about it.
import { describe, expect, it } from 'vitest';
import { reportToText, summarise } from './report.ts';

describe('reportToText', () => {
  it('marks states and gives advice', () => {
    const text = reportToText(null, {
      sections: [
        {
          title: 'Elbow',
          lines: [
            { label: 'version', value: '0.1.0', state: 'ok', advice: null },
            { label: 'display', value: 'none', state: 'missing', advice: 'Use a tunnel.' },
          ],
        },
        { title: 'Empty', lines: [] },
      ],
    });
    expect(text.split('\n')).toEqual([
      'Elbow',
      '  ok       version  0.1.0',
      '  missing  display  none',
      '                    → Use a tunnel.',
      '',
      'Empty',
      '',
    ]);
  });
});

describe('summarise', () => {
  const line = (state: 'ok' | 'missing' | 'warning' | 'info', advice: string | null = null) => ({ label: '', value: '', state, advice });
  it.each([
    [[], 'nothing is missing'],
    [[line('ok'), line('info')], 'nothing is missing'],
    [[line('info', 'Try this.'), line('ok', 'Or that.')], 'nothing is missing · 2 notes'],
    [[line('missing', 'Install it.')], '1 line to look at'],
    [[line('warning', 'Mind it.'), line('missing', 'Install it.'), line('info', 'By the way.')], '2 lines to look at · 1 note'],
  ])('case %#', (lines, text) =>
    expect(
      summarise({
        sections: [
          { title: 'A', lines },
          { title: 'B', lines: [] },
        ],
      }),
    ).toBe(text),
  );
});
