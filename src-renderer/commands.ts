// One registry of commands: the palette, the key sheet and the key handler all read it.
import { matchKeybindingPress, parseKeybinding } from 'tinykeys';

export interface Command {
  /** Unique and stable: `runs.delete`. */
  id: string;
  /** As the palette shows it: "Delete the selected runs". */
  title: string;
  /** Heading in the palette and the key sheet: "Runs", "Go to", "View". */
  group: string;
  /** tinykeys notation, one press: `$mod+k`, `n`, `[Shift]+?`, `Space`. */
  keys?: string;
  /** Moves about rather than does something: has a key, but would only crowd the palette. */
  keysOnly?: boolean;
  /** Is it possible now? Absent: always. */
  when?: () => boolean;
  run: () => void | Promise<void>;
}

/** Registered commands, later registrations first where two share a key. */
export class CommandRegistry {
  private lists: Command[][] = [];
  private readonly listeners = new Set<() => void>();

  /** Adds commands; the function returned takes them away again. */
  register(commands: Command[]): () => void {
    this.lists = [...this.lists, commands];
    this.notify();
    return () => {
      this.lists = this.lists.filter((list) => list !== commands);
      this.notify();
    };
  }

  /** All commands in the order of registration; a command registered twice counts once, the later one. */
  all(): Command[] {
    const byId = new Map<string, Command>();
    for (const command of this.lists.flat()) byId.set(command.id, command);
    return [...byId.values()];
  }

  available(): Command[] {
    return this.all().filter((command) => command.when?.() !== false);
  }

  /** The available command bound to this key press. */
  match(event: KeyboardEvent): Command | undefined {
    return this.available()
      .reverse()
      .find((command) => {
        const press = command.keys === undefined ? undefined : parseKeybinding(command.keys)[0];
        return press !== undefined && matchKeybindingPress(event, press);
      });
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private notify(): void {
    for (const listener of this.listeners) listener();
  }
}

/** Keys as a person reads them: `$mod+k` → ["Ctrl", "K"], `[Shift]+?` → ["?"]. */
export function describeKeys(keys: string, isMac = false): string[] {
  const names: Record<string, string> = {
    $mod: isMac ? '⌘' : 'Ctrl',
    Control: 'Ctrl',
    Enter: '⏎',
    Escape: 'Esc',
    ArrowLeft: '←',
    ArrowRight: '→',
    ArrowUp: '↑',
    ArrowDown: '↓',
    Delete: 'Del',
  };
  return keys
    .split(/(?<=[\w\]$])\+/)
    .filter((part) => !part.startsWith('['))
    .map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part));
}

/** A key press that belongs to the element under the focus: text being typed, a button being pressed. */
export function belongsToElement(event: KeyboardEvent): boolean {
  if (event.isComposing) return true;
  const element = event.target instanceof Element ? event.target : null;
  if (element === null) return false;
  const hasModifier = event.ctrlKey || event.metaKey || event.altKey;
  if (element.closest('input, textarea, select, [contenteditable="true"]')) {
    const isText = !element.matches('input[type="checkbox"], input[type="radio"], input[type="range"]');
    // Undo inside a text field is the field's own.
    if (hasModifier) return isText && /^[zyacvx]$/i.test(event.key);
    return isText ? event.key !== 'Escape' : /^( |Enter|Arrow|Home|End|Page)/.test(event.key);
  }
  if (hasModifier) return false;
  return (
    (event.key === ' ' || event.key === 'Enter') &&
    element.closest('button, a[href], summary, [role="button"], [role="menuitem"], [role="tab"], [role="radio"], [role="option"]') !== null
  );
}
