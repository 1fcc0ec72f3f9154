// MuJoCo's complaint about a model, with the file and line that it belongs to. MuJoCo names an element and a line of the
// main file, or line 0 where the element stands in an included one.
import { errorText } from '../errors.ts';
import { ModelFileError } from './model-file-error.ts';
import type { CollectedModel } from './model-files.ts';

export function explainCompileError(error: unknown, { main, elements }: Pick<CollectedModel, 'main' | 'elements'>): ModelFileError {
  const text = errorText(error)
    .replace(/^the model does not compile: /, '')
    .replace(/^MuJoCo Error: /, '')
    .replace(/^(Loading error: |Could not create Spec from XML string: |(XML )?Error: )+/, '')
    .trim();
  const [, name, line = '0'] = /\bElement '([^']*)', line (\d+)/.exec(text) ?? [];
  const [, ownName = '', ownLine = '0'] = /\bElement name '([^']*)', id -?\d+, line (\d+)/.exec(text) ?? [];
  const reason =
    text
      .replace(/\s*Element (name )?'[^']*'(, id -?\d+)?(, line \d+)?[\s\S]*$/, '')
      .replace(/^Schema violation: /, '')
      .replace(/\s+/g, ' ')
      .trim() || text;
  const number = Number(line) || Number(ownLine);
  const kind = name ?? / in (\w+)\b/.exec(reason)?.[1];
  const attribute = /unrecognized attribute: '([^']*)'/.exec(reason)?.[1];
  const fits = elements.filter(
    ({ file, element }) =>
      (number > 0 ? file === main && element.line === number : file !== main || elements.every((one) => one.file === main)) &&
      (name === undefined || element.name === name) &&
      (ownName === '' || element.attributes.get('name') === ownName) &&
      (attribute === undefined || element.attributes.has(attribute)),
  );
  const likely = fits.filter(({ element }) => element.name === kind);
  const found =
    fits.length > 0 && (number > 0 || name !== undefined || ownName !== '' || attribute !== undefined) ? (likely[0] ?? fits[0]) : undefined;
  if (found === undefined) return new ModelFileError({ file: main, line: number > 0 ? number : null, element: name ?? null }, reason);
  // Several included elements may fit; where they do, the line would be a guess.
  const isCertain = number > 0 || fits.length === 1 || likely.length === 1;
  return new ModelFileError({ file: found.file, line: isCertain ? found.element.line : null, element: found.element.name }, reason);
}
