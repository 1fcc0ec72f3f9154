// What a person is told when their model's files are refused: which file, which line, which element, and why.

export interface ModelPlace {
  /** Path below the model's folder; null where no single file is at fault. */
  file: string | null;
  /** From 1; null where a file has no lines or none is at fault. */
  line: number | null;
  /** The XML element's name, without brackets. */
  element: string | null;
}

export class ModelFileError extends Error {
  readonly place: ModelPlace;
  /** The message without its place. */
  readonly reason: string;

  constructor(place: Partial<ModelPlace>, reason: string) {
    const whole = { file: null, line: null, element: null, ...place };
    const where = [whole.file, whole.line === null ? null : `line ${whole.line}`, whole.element === null ? null : `<${whole.element}>`].filter((part) => part !== null);
    super(where.length === 0 ? reason : `${where.join(', ')}: ${reason}`);
    this.name = 'ModelFileError';
    this.place = whole;
    this.reason = reason;
  }
}
