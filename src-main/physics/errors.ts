// The one error type of the physics room, with a code that callers can act on.

export type PhysicsErrorCode =
  /** MuJoCo itself could not be loaded. */
  | 'load'
  /** A model does not compile, or lacks something that was asked of it by name. */
  | 'model'
  /** A state given by the caller does not fit the model. */
  | 'state'
  /** The simulation diverged: MuJoCo reset it by itself. Only a reset or a restored state continues. */
  | 'unstable'
  /** MuJoCo failed in the middle of a step, for instance for lack of memory. Only a reset continues. */
  | 'step';

export class PhysicsError extends Error {
  readonly code: PhysicsErrorCode;

  constructor(code: PhysicsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PhysicsError';
    this.code = code;
  }
}

/** The text of anything that was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
