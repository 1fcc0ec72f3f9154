// What stops a run by itself: the message names what went wrong and at which step.

export class TrainingError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TrainingError';
  }
}

/**
 * Stops the run at the first number that is not finite, before it can spread.
 * @param what as the message begins: `the reward`, `observation "pole angle"`
 */
export function requireFinite(value: number, what: () => string, step: number): void {
  if (Number.isFinite(value)) return;
  throw new TrainingError(
    `${what()} became ${value} at environment step ${step.toLocaleString('en-US')}. The run was stopped there; its curves and its ` +
      `last checkpoint are kept. A smaller learning rate or reward scale often helps.`,
  );
}
