// What is waited for, and what is not.
import { describe, expect, it } from 'vitest';
import { StoreError } from '../store/store.ts';
import { isStorageTrouble, untilStored, WaitAbandoned } from './storage-trouble.ts';

const fault = (code: string): Error => Object.assign(new Error(code), { code });

describe('storage trouble', () => {
  it.each([
    [fault('ENOSPC'), true],
    [fault('EDQUOT'), true],
    [new StoreError('disk-full', 'full'), true],
    [new StoreError('locked', 'busy'), true],
    [fault('EACCES'), false],
    [fault('EIO'), false],
    [new StoreError('corrupt', 'damaged'), false],
    [new StoreError('read-only', 'no'), false],
    [new TypeError('a mistake'), false],
    ['text', false],
    [null, false],
  ])('%s: %s', (error, expected) => {
    expect(isStorageTrouble(error)).toBe(expected);
  });

  const listen = (abandonAfter = Infinity) => {
    const heard: string[] = [];
    let asked = 0;
    return {
      heard,
      waiting: (message: string) => heard.push(`waiting: ${message}`),
      recovered: (message: string) => heard.push(`recovered: ${message}`),
      isAbandoned: () => (asked += 1) > abandonAfter,
    };
  };

  it('is waited out, and spoken of once', async () => {
    const listener = listen();
    let calls = 0;
    const result = await untilStored(
      'The checkpoint',
      () => {
        calls += 1;
        if (calls < 4) throw fault('ENOSPC');
        return 'stored';
      },
      listener,
      { seconds: 0.001 },
    );
    expect(result).toBe('stored');
    expect(listener.heard).toEqual([
      'waiting: The checkpoint could not be stored (ENOSPC). Training waits and tries again every 0.001 s; nothing is lost. ' +
        'Make room on the disk, or stop the run.',
      'recovered: The checkpoint: stored after all; training goes on.',
    ]);
  });

  it('ends the run where it is another error, or where the wait is given up', async () => {
    const refuse = (error: Error) => () => {
      throw error;
    };
    const listener = listen();
    await expect(untilStored('x', refuse(fault('EACCES')), listener, { seconds: 0.001 })).rejects.toThrow('EACCES');
    expect(listener.heard).toEqual([]);
    await expect(untilStored('x', refuse(fault('ENOSPC')), listen(3), { seconds: 0.001 })).rejects.toThrow(WaitAbandoned);
  });
});
