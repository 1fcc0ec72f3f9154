// What a task reports when it is misused; MuJoCo's own failures are PhysicsErrors.

export class TaskError extends Error {
  /** The task's id. */
  readonly task: string;

  constructor(task: string, reason: string) {
    super(`${task}: ${reason}`);
    this.name = 'TaskError';
    this.task = task;
  }
}
