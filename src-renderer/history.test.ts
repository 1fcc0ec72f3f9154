// Undo and redo, also where an action fails.
import { describe, expect, it } from 'vitest';
import { History, type Action } from './history.ts';

function recorded(log: string[], name: string, failing: { apply?: boolean; revert?: boolean } = {}): Action {
  return {
    title: name,
    async apply() {
      if (failing.apply) throw new Error(`${name} refused`);
      log.push(`+${name}`);
    },
    async revert() {
      if (failing.revert) throw new Error(`${name} stuck`);
      log.push(`-${name}`);
    },
  };
}

describe('History', () => {
  it('reverts in reverse order and applies again', async () => {
    const log: string[] = [];
    const history = new History();
    await history.perform(recorded(log, 'a'));
    await history.perform(recorded(log, 'b'));
    expect((await history.undo())?.title).toBe('b');
    expect((await history.undo())?.title).toBe('a');
    expect(await history.undo()).toBeNull();
    expect((await history.redo())?.title).toBe('a');
    expect(log).toEqual(['+a', '+b', '-b', '-a', '+a']);
    expect(history.canRedo).toBe(true);
  });

  it('reverts a given action out of order, once', async () => {
    const log: string[] = [];
    const history = new History();
    const first = recorded(log, 'a');
    await history.perform(first);
    await history.perform(recorded(log, 'b'));
    expect(await history.undo(first)).toBe(first);
    expect(await history.undo(first)).toBeNull();
    expect(log).toEqual(['+a', '+b', '-a']);
  });

  it('forgets what may be redone once something new is done', async () => {
    const history = new History();
    await history.perform(recorded([], 'a'));
    await history.undo();
    await history.perform(recorded([], 'b'));
    expect(await history.redo()).toBeNull();
  });

  it('remembers no action that failed, and keeps one that could not be reverted', async () => {
    const history = new History();
    await expect(history.perform(recorded([], 'a', { apply: true }))).rejects.toThrow('a refused');
    expect(history.canUndo).toBe(false);
    await history.perform(recorded([], 'b', { revert: true }));
    await expect(history.undo()).rejects.toThrow('b stuck');
    expect(history.canUndo).toBe(true);
    expect(history.canRedo).toBe(false);
  });

  it('two quick presses revert two actions', async () => {
    const log: string[] = [];
    const history = new History();
    await history.perform(recorded(log, 'a'));
    await history.perform(recorded(log, 'b'));
    await Promise.all([history.undo(), history.undo()]);
    expect(log).toEqual(['+a', '+b', '-b', '-a']);
  });

  it('holds a hundred actions', async () => {
    const history = new History();
    for (let i = 0; i < 130; i++) await history.perform(recorded([], String(i)));
    let count = 0;
    while ((await history.undo()) !== null) count++;
    expect(count).toBe(100);
  });
});
