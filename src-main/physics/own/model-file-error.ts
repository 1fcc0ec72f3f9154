// What a person is told when their model's files are refused: which file, which line, which element, and why.

export interface ModelPlace {
  /** Path below the model's folder; null where no single file is at fault. */
  file: string | null;
  /** From 1; null where a file has no lines or none is at fault. */
  line: number | null;
  /** The XML element's name, without brackets. */
  element: string | null;
}

/** "arm.xml, line 9, <motor>"; empty where nothing is known. */
export function describePlace({ file, line, element }: ModelPlace): string {
  return [file, line === null ? null : `line ${line}`, element === null ? null : `<${element}>`].filter((part) => part !== null).join(', ');
}

export class ModelFileError extends Error {
  readonly place: ModelPlace;
  /** The message without its place. */
  readonly reason: string;

  constructor(place: Partial<ModelPlace>, reason: string) {
    const whole = { file: null, line: null, element: null, ...place };
    const where = describePlace(whole);
    super(where === '' ? reason : `${where}: ${reason}`);
    this.name = 'ModelFileError';
    this.place = whole;
    this.reason = reason;
  }
}
