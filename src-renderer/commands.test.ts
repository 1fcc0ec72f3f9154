// The registry: who is found for a key press, and how keys are written.
import { describe, expect, it } from 'vitest';
import { CommandRegistry, describeKeys, type Command } from './commands.ts';

/** What tinykeys reads of a key press. */
function press(key: string, modifiers: readonly string[] = []): KeyboardEvent {
  return { key, code: key, getModifierState: (name: string) => modifiers.includes(name) } as KeyboardEvent;
}
const command = (id: string, rest: Partial<Command>): Command => ({ id, title: id, group: 'Test', run: () => undefined, ...rest });

describe('CommandRegistry', () => {
  it('finds a command by its keys, exactly', () => {
    const registry = new CommandRegistry();
    registry.register([command('palette', { keys: '$mod+k' }), command('keys', { keys: '[Shift]+?' }), command('new', { keys: 'n' })]);
    expect(registry.match(press('k', ['Control']))?.id).toBe('palette');
    expect(registry.match(press('k'))).toBeUndefined();
    expect(registry.match(press('?', ['Shift']))?.id).toBe('keys');
    expect(registry.match(press('n', ['Control']))).toBeUndefined();
    expect(registry.match(press('n'))?.id).toBe('new');
  });

  it('lets a place take a key over, and give it back', () => {
    const registry = new CommandRegistry();
    registry.register([command('global', { keys: 'Escape' })]);
    const leave = registry.register([command('local', { keys: 'Escape' })]);
    expect(registry.match(press('Escape'))?.id).toBe('local');
    leave();
    expect(registry.match(press('Escape'))?.id).toBe('global');
  });

  it('passes over what is not possible now', () => {
    const registry = new CommandRegistry();
    let isPossible = false;
    registry.register([command('a', { keys: 'a', when: () => isPossible })]);
    expect(registry.match(press('a'))).toBeUndefined();
    expect(registry.available()).toHaveLength(0);
    expect(registry.all()).toHaveLength(1);
    isPossible = true;
    expect(registry.match(press('a'))?.id).toBe('a');
  });

  it('lists a command registered twice once, and tells listeners', () => {
    const registry = new CommandRegistry();
    let changes = 0;
    const end = registry.onChange(() => changes++);
    registry.register([command('a', { title: 'first' })]);
    registry.register([command('a', { title: 'second' })]);
    end();
    registry.register([command('b', {})]);
    expect(registry.all().map((one) => one.title)).toEqual(['second', 'b']);
    expect(changes).toBe(2);
  });
});

describe('describeKeys', () => {
  it.each([
    ['$mod+k', ['Ctrl', 'K']],
    ['$mod+Shift+z', ['Ctrl', 'Shift', 'Z']],
    ['[Shift]+?', ['?']],
    ['n', ['N']],
    ['Alt+ArrowUp', ['Alt', '↑']],
    ['$mod+Enter', ['Ctrl', '⏎']],
    ['Escape', ['Esc']],
    ['/', ['/']],
    ['Space', ['Space']],
  ])('%s is %j', (keys, parts) => expect(describeKeys(keys)).toEqual(parts));

  it('uses the Mac’s sign there', () => expect(describeKeys('$mod+k', true)).toEqual(['⌘', 'K']));
});
