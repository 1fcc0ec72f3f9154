// The report as text: every line, with what to do about it.
import { describe, expect, it } from 'vitest';
import { reportToText } from './report.ts';

describe('reportToText', () => {
  it('marks states and gives advice', () => {
    const text = reportToText(null, {
      sections: [
        { title: 'Elbow', lines: [{ label: 'version', value: '0.1.0', state: 'ok', advice: null }, { label: 'display', value: 'none', state: 'missing', advice: 'Use a tunnel.' }] },
        { title: 'Empty', lines: [] },
      ],
    });
    expect(text.split('\n')).toEqual(['Elbow', '  ok       version  0.1.0', '  missing  display  none', '                    → Use a tunnel.', '', 'Empty', '']);
  });
});
