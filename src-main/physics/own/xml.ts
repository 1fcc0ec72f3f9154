// Reads XML into a flat list of elements with their lines, for finding what a model refers to before MuJoCo sees it.
// Strict where it matters for safety: no document type (and so no entities of its own), bounded size and depth.
// MuJoCo parses the text again itself; a difference between the two can lead to a refusal, never to another file.
import { ModelFileError } from './model-file-error.ts';
import { modelLimits } from './limits.ts';

export interface XmlElement {
  name: string;
  attributes: ReadonlyMap<string, string>;
  /** Of the opening tag, from 1. */
  line: number;
  /** Index of the enclosing element in the list; −1 for the root. */
  parent: number;
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** @throws ModelFileError with file and line where the text is not well-formed XML or larger than allowed */
export function readXml(file: string, bytes: Uint8Array): XmlElement[] {
  if (bytes.byteLength > modelLimits.xmlBytes)
    throw new ModelFileError({ file }, `it has ${bytes.byteLength} bytes; an XML file may have ${modelLimits.xmlBytes}`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ModelFileError({ file }, 'it is not a text in UTF-8, so it cannot be XML');
  }
  return new Reader(file, text).read();
}

class Reader {
  readonly #file: string;
  readonly #text: string;
  #at = 0;
  #line = 1;
  #counted = 0;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  read(): XmlElement[] {
    const elements: XmlElement[] = [];
    const open: number[] = [];
    let isRootClosed = false;
    for (;;) {
      const next = this.#text.indexOf('<', this.#at);
      const between = this.#text.slice(this.#at, next < 0 ? undefined : next);
      if (open.length === 0 && between.trim() !== '')
        this.#refuse(`it is not XML: text “${between.trim().slice(0, 40)}” stands outside of any element`);
      if (next < 0) break;
      this.#at = next;
      if (this.#skip('<!--', '-->') || this.#skip('<?', '?>')) continue;
      if (open.length > 0 && this.#skip('<![CDATA[', ']]>')) continue;
      if (this.#text.startsWith('<!', next)) this.#refuse('document types and other declarations (<!…>) are not allowed');
      if (this.#text.startsWith('</', next)) {
        const name = this.#take(/<\/([^\s<>/]+)\s*>/y)[1];
        const opened = open.pop();
        if (opened === undefined || elements[opened]?.name !== name) this.#refuse(`</${name}> closes an element that is not open`);
        isRootClosed = open.length === 0;
        continue;
      }
      if (isRootClosed) this.#refuse('a second root element begins');
      const line = this.#lineHere();
      const name = this.#take(/<([A-Za-z_:][\w:.-]*)/y)[1] as string;
      const { attributes, isEmpty } = this.#readAttributes(name);
      if (elements.length >= modelLimits.xmlElements) this.#refuse(`it has more than ${modelLimits.xmlElements} elements`);
      elements.push({ name, attributes, line, parent: open.at(-1) ?? -1 });
      if (!isEmpty) open.push(elements.length - 1);
      else if (open.length === 0) isRootClosed = true;
      if (open.length > modelLimits.xmlDepth) this.#refuse(`elements are nested more than ${modelLimits.xmlDepth} deep`);
    }
    const unclosed = elements[open.at(-1) ?? -1];
    if (unclosed) throw new ModelFileError({ file: this.#file, line: unclosed.line, element: unclosed.name }, 'it is never closed');
    if (elements.length === 0) throw new ModelFileError({ file: this.#file, line: 1 }, 'it is not XML: there is no element');
    return elements;
  }

  #readAttributes(element: string): { attributes: Map<string, string>; isEmpty: boolean } {
    const attributes = new Map<string, string>();
    for (;;) {
      const end = /\s*(\/?)>/y;
      end.lastIndex = this.#at;
      const ended = end.exec(this.#text);
      if (ended) {
        this.#at = end.lastIndex;
        return { attributes, isEmpty: ended[1] === '/' };
      }
      const [, name = '', single, double = ''] = this.#take(
        /\s+([A-Za-z_:][\w:.-]*)\s*=\s*(?:'([^'<]*)'|"([^"<]*)")/y,
        `<${element}>: an attribute is written name="value"`,
      );
      if (attributes.has(name)) this.#refuse(`<${element}> has the attribute ${name} twice`);
      attributes.set(name, decodeEntities(single ?? double));
    }
  }

  #skip(start: string, end: string): boolean {
    if (!this.#text.startsWith(start, this.#at)) return false;
    const stop = this.#text.indexOf(end, this.#at + start.length);
    if (stop < 0) this.#refuse(`${start} is never ended by ${end}`);
    this.#at = stop + end.length;
    return true;
  }

  #take(pattern: RegExp, reason = 'it is not XML: a tag is not written correctly'): RegExpExecArray {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return this.#refuse(reason);
    this.#at = pattern.lastIndex;
    return match;
  }

  #lineHere(): number {
    for (; this.#counted < this.#at; this.#counted += 1) if (this.#text.charCodeAt(this.#counted) === 10) this.#line += 1;
    return this.#line;
  }

  #refuse(reason: string): never {
    throw new ModelFileError({ file: this.#file, line: this.#lineHere() }, reason);
  }
}

function decodeEntities(value: string): string {
  return value.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hexadecimal?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return named[name] ?? whole;
    const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
