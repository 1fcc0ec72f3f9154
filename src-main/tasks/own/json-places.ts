// Where in a JSON text a value stands, so that a refusal can name its line.

/** Line, from 1, of each value by its path, as in `reward.0.term`; of an object's entry that is its key's line. */
export function findLines(text: string): Map<string, number> {
  const lines = new Map<string, number>();
  let line = 1;
  const open: { isArray: boolean; key: string; index: number }[] = [];
  const here = (): string => open.map(({ isArray, key, index }) => (isArray ? String(index) : key)).join('.');
  let isKeyNext = false;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},:\n]|[^\s"[\]{},:]+/g)) {
    const top = open.at(-1);
    if (token === '\n') line += 1;
    else if (token === '{' || token === '[') {
      if (!lines.has(here())) lines.set(here(), line);
      open.push({ isArray: token === '[', key: '', index: 0 });
      isKeyNext = token === '{';
    } else if (token === '}' || token === ']') {
      open.pop();
      isKeyNext = false;
    } else if (token === ',') {
      if (top?.isArray) top.index += 1;
      else isKeyNext = true;
    } else if (token === ':') isKeyNext = false;
    else if (isKeyNext && top) {
      top.key = readString(token);
      lines.set(here(), line);
    } else if (!lines.has(here())) lines.set(here(), line);
  }
  return lines;
}

function readString(token: string): string {
  try {
    return String(JSON.parse(token));
  } catch {
    return token;
  }
}

/** The line of a path, or of the nearest value around it. */
export function lineOf(lines: ReadonlyMap<string, number>, path: readonly PropertyKey[]): number | null {
  for (let length = path.length; length >= 0; length -= 1) {
    const line = lines.get(path.slice(0, length).map(String).join('.'));
    if (line !== undefined) return line;
  }
  return null;
}

/** The line at which a text stops being the beginning of a JSON text: JSON.parse names a position only sometimes. */
export function lineOfSyntaxError(text: string): number | null {
  const lines = text.split('\n');
  for (let count = 1; count <= Math.min(lines.length, 5000); count += 1) {
    try {
      JSON.parse(lines.slice(0, count).join('\n'));
    } catch (error) {
      const isCut =
        /end of JSON|Unterminated|at end|after JSON at position/i.test(String(error)) ||
        endsExpecting(lines.slice(0, count).join('\n'), String(error));
      if (!isCut) return count;
    }
  }
  return null;
}

/** "Expected ',' … at position 17" where 17 is the end of the text: more of it might help. */
function endsExpecting(text: string, message: string): boolean {
  const position = /position (\d+)/.exec(message)?.[1];
  return position !== undefined && Number(position) >= text.trimEnd().length;
}
