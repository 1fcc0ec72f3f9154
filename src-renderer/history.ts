// Undo: what a person did to runs (delete, rename, note, star) as command objects with their inverse.

export interface Action {
  /** Past tense, for the message: "Deleted 3 runs". */
  title: string;
  apply(): Promise<void>;
  revert(): Promise<void>;
}

/** At most this many actions can be undone. */
const capacity = 100;

export class History {
  private done: Action[] = [];
  private undone: Action[] = [];

  /** Applies an action and remembers it. An action that fails is not remembered; the error goes to the caller. */
  async perform(action: Action): Promise<void> {
    await action.apply();
    this.done = [...this.done.slice(1 - capacity), action];
    this.undone = [];
  }

  /** Reverts the newest action, or the given one if it is still remembered; returns it, or null where there is none. */
  async undo(action: Action | undefined = this.done.at(-1)): Promise<Action | null> {
    if (action === undefined || !this.done.includes(action)) return null;
    // Forgotten first, so that two quick presses revert two actions; put back if reverting fails.
    const before = this.done;
    this.done = before.filter((other) => other !== action);
    try {
      await action.revert();
    } catch (error) {
      this.done = before;
      throw error;
    }
    this.undone = [...this.undone, action];
    return action;
  }

  async redo(): Promise<Action | null> {
    const action = this.undone.at(-1);
    if (action === undefined) return null;
    this.undone = this.undone.slice(0, -1);
    await action.apply();
    this.done = [...this.done, action];
    return action;
  }

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }
}
