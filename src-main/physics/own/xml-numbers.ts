// MuJoCo takes an attribute "nan" as if it were not there (a mass then comes from the density), and only warns where nobody
// listens. Here it is refused, with its place.
import { ModelFileError, type ModelPlace } from './model-file-error.ts';
import type { XmlElement } from './xml.ts';

const notFinite = /^[+-]?(?:nan(?:\([^)]*\))?|inf|infinity|1\.#(?:inf|ind|qnan))$/i;
/** Attributes that hold names, where such a word is as good as another. */
const nameAttributes =
  /^(name|class|childclass|file\w*|link|joint\d?|body\d?|geom\d?|site\w*|mesh|material|texture|tendon|actuator|target|objname|refname|prefix|suffix|model|type|text|data)$/;

/** @throws ModelFileError where a number is not finite */
export function checkNumbers(place: ModelPlace, { attributes }: XmlElement): void {
  for (const [name, value] of attributes) {
    if (nameAttributes.test(name)) continue;
    const bad = value.length < 100_000 ? value.split(/\s+/).find((word) => notFinite.test(word)) : undefined;
    if (bad !== undefined) throw new ModelFileError(place, `${name} is “${bad}”; it must be a finite number`);
  }
}
