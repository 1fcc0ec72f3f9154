// Follows what a model refers to, from its main file on: includes, models within the model, meshes, textures, height
// fields. Gives exactly those files, by the names under which MuJoCo will ask for them, or refuses with the place.
//
// MuJoCo itself opens whatever path a model names and follows includes without a limit (src/xml/xml.cc), so it never sees
// a disk: it is given these files in memory and nothing else.
import type { ReportedFile } from '../../contract/models.ts';
import type { ModelFiles } from '../load-model.ts';
import { ModelFileError, type ModelPlace } from './model-file-error.ts';
import { nearestFile, type ModelFolder } from './model-folder.ts';
import { modelLimits } from './limits.ts';
import { countTriangles, heightFieldSize, pictureSize } from './measure.ts';
import { baseName, extensionOf, folderOf, joinPath, pathProblem } from './paths.ts';
import { checkNumbers } from './xml-numbers.ts';
import { readXml, type XmlElement } from './xml.ts';

export interface CollectedModel {
  format: 'mjcf' | 'urdf';
  /** The main file, below the folder. */
  main: string;
  xml: string;
  /** By MuJoCo's names, without the main file. */
  files: ModelFiles;
  /** Every file once, the main one first. */
  collected: readonly ReportedFile[];
  /** All elements of all XML files, for finding where MuJoCo's complaints belong. */
  elements: readonly { file: string; element: XmlElement }[];
  warnings: readonly string[];
}

/** @throws ModelFileError naming file, line and element */
export function collectModel(folder: ModelFolder, main: string): CollectedModel {
  return new Collector(folder, main).collect();
}

interface Reference {
  place: ModelPlace;
  /** As it is written. */
  path: string;
  kind: Exclude<ReportedFile['kind'], 'xml'>;
}

/** One model with its includes: they share the compiler's settings. */
interface Unit {
  folder: string;
  meshFolder: string;
  textureFolder: string;
  stripPath: boolean;
  isUrdf: boolean;
  references: Reference[];
}

class Collector {
  readonly #folder: ModelFolder;
  readonly #main: string;
  readonly #files = new Map<string, Uint8Array>();
  readonly #collected = new Map<string, ReportedFile>();
  readonly #elements: { file: string; element: XmlElement }[] = [];
  readonly #warnings = new Set<string>();
  #totalBytes = 0;
  #triangles = 0;
  #pixels = 0;

  constructor(folder: ModelFolder, main: string) {
    this.#folder = folder;
    this.#main = main;
  }

  collect(): CollectedModel {
    const bytes = this.#read(this.#main, {}, 'xml');
    const format = this.#readUnit(this.#main, bytes, folderOf(this.#main), 0);
    return {
      format,
      main: this.#main,
      xml: new TextDecoder().decode(bytes),
      files: Object.fromEntries(this.#files),
      collected: [...this.#collected.values()],
      elements: this.#elements,
      warnings: [...this.#warnings],
    };
  }

  /** @param base the folder from which MuJoCo's names are counted: the main file's */
  #readUnit(file: string, bytes: Uint8Array, base: string, depth: number): CollectedModel['format'] {
    const elements = readXml(file, bytes);
    const root = elements[0] as XmlElement;
    if (root.name !== 'mujoco' && root.name !== 'robot') {
      throw new ModelFileError({ file, line: root.line, element: root.name }, 'a model begins with <mujoco> (MJCF) or <robot> (URDF)');
    }
    const isUrdf = root.name === 'robot';
    const unit: Unit = { folder: folderOf(file), meshFolder: '', textureFolder: '', stripPath: isUrdf, isUrdf, references: [] };
    this.#scan(unit, file, elements, base, depth, [file]);
    for (const reference of unit.references) this.#add(unit, reference, base);
    return isUrdf ? 'urdf' : 'mjcf';
  }

  #scan(unit: Unit, file: string, elements: readonly XmlElement[], base: string, depth: number, including: readonly string[]): void {
    for (const element of elements) {
      this.#elements.push({ file, element });
      const place = { file, line: element.line, element: element.name };
      checkNumbers(place, element);
      const path = element.attributes.get(unit.isUrdf && element.name !== 'include' ? 'filename' : 'file');
      switch (element.name) {
        case 'extension':
        case 'plugin':
          throw new ModelFileError(place, 'plugins are code from outside and are not loaded');
        case 'compiler':
          readCompiler(unit, place, element);
          break;
        case 'include':
          this.#include(unit, place, path, base, depth, including);
          break;
        case 'model':
          if (path !== undefined) this.#readModel(place, path, base, unit, depth);
          break;
        case 'mesh':
        case 'skin':
        case 'flexcomp':
          if (path !== undefined) unit.references.push({ place, path, kind: 'mesh' });
          break;
        case 'texture':
          checkSide(
            place,
            Number(element.attributes.get('width') ?? 0),
            Number(element.attributes.get('height') ?? 0),
            modelLimits.textureSide,
            'pixels',
            'texture',
          );
          for (const [name, value] of element.attributes) {
            if (/^file(name|right|left|up|down|front|back)?$/.test(name)) unit.references.push({ place, path: value, kind: 'texture' });
          }
          break;
        case 'hfield':
          checkSide(
            place,
            Number(element.attributes.get('ncol') ?? 0),
            Number(element.attributes.get('nrow') ?? 0),
            modelLimits.heightFieldSide,
            'points',
            'height field',
          );
          if (path !== undefined) unit.references.push({ place, path, kind: 'height-field' });
          break;
      }
    }
  }

  #include(unit: Unit, place: ModelPlace, path: string | undefined, base: string, depth: number, including: readonly string[]): void {
    if (path === undefined) throw new ModelFileError(place, 'it has no attribute file');
    this.#checkPath(place, path);
    const found = this.#find(place, path, [joinPath(unit.folder, path), joinPath(folderOf(place.file as string), path)]);
    if (including.includes(found))
      throw new ModelFileError(place, `the includes go in a circle: ${[...including.slice(including.indexOf(found)), found].join(' → ')}`);
    if (depth + including.length >= modelLimits.depth)
      throw new ModelFileError(place, `files include one another more than ${modelLimits.depth} deep`);
    // MuJoCo refuses a file that is included twice, and says so; it is read once here.
    if (this.#collected.has(found)) throw new ModelFileError(place, `${found} is included a second time; MuJoCo includes each file once`);
    const bytes = this.#read(found, place, 'xml');
    this.#files.set(relativeTo(base, found), bytes);
    if (joinPath(path) !== relativeTo(base, found)) this.#files.set(joinPath(path), bytes);
    this.#scan(unit, found, readXml(found, bytes), base, depth, [...including, found]);
  }

  /** `<asset><model file="…"/></asset>`: another model to attach parts of, with a compiler of its own. */
  #readModel(place: ModelPlace, path: string, base: string, unit: Unit, depth: number): void {
    this.#checkPath(place, path);
    const found = this.#find(place, path, [joinPath(unit.folder, path)]);
    if (depth + 1 >= modelLimits.depth)
      throw new ModelFileError(place, `models lie within one another more than ${modelLimits.depth} deep`);
    if (this.#collected.get(found)) return;
    const bytes = this.#read(found, place, 'xml');
    this.#files.set(relativeTo(base, found), bytes);
    this.#readUnit(found, bytes, base, depth + 1);
  }

  #add(unit: Unit, { place, path: written, kind }: Reference, base: string): void {
    const path = unit.isUrdf ? written.replace(/^package:\/\/[^/]+\//, '') : written;
    this.#checkPath(place, path);
    const sub = kind === 'texture' ? unit.textureFolder : unit.meshFolder;
    const name = unit.stripPath && !unit.isUrdf ? baseName(path) : path;
    const candidates = unit.isUrdf
      ? [joinPath(unit.folder, path), joinPath(path), joinPath(unit.folder, sub, baseName(path))]
      : [joinPath(unit.folder, sub, name)];
    const found = this.#find(place, written, candidates);
    const bytes = this.#collected.has(found) ? this.#folder.read(found) : this.#measure(found, place, kind);
    // MuJoCo's URDF reader asks for the bare file name.
    const asked = unit.isUrdf ? baseName(path) : relativeTo(base, found);
    const other = this.#files.get(asked);
    if (other !== undefined && other !== bytes && !sameBytes(other, bytes))
      throw new ModelFileError(
        place,
        `two different files are named ${asked}; URDF names files without their folders, so rename one of them`,
      );
    this.#files.set(asked, bytes);
  }

  #measure(path: string, place: ModelPlace, kind: Reference['kind']): Uint8Array {
    const bytes = this.#read(path, place, kind);
    const entry = this.#collected.get(path) as ReportedFile;
    try {
      if (kind === 'mesh' && place.element !== 'skin' && place.element !== 'flexcomp') {
        entry.triangles = countTriangles(path, bytes);
        this.#triangles += entry.triangles;
        if (this.#triangles > modelLimits.triangles) {
          throw new Error(
            `it brings the model to ${this.#triangles} triangles; ${modelLimits.triangles} are allowed. Reduce it (Blender: Decimate), or leave looks out of collision shapes`,
          );
        }
      } else if (kind === 'texture' || kind === 'height-field') {
        const size = pictureSize(path, bytes) ?? (kind === 'height-field' ? heightFieldSize(bytes) : null);
        if (size !== null) this.#checkPicture(entry, size, kind);
      }
    } catch (error) {
      if (error instanceof ModelFileError) throw error;
      throw new ModelFileError(place, `${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
    return bytes;
  }

  #checkPicture(entry: ReportedFile, { width, height }: { width: number; height: number }, kind: 'texture' | 'height-field'): void {
    entry.pixels = [width, height];
    const side = kind === 'texture' ? modelLimits.textureSide : modelLimits.heightFieldSide;
    if (width > side || height > side) throw new Error(`it is ${width} × ${height} pixels; ${side} × ${side} are allowed`);
    this.#pixels += width * height;
    if (this.#pixels > modelLimits.texturePixels)
      throw new Error(`it brings the model to ${this.#pixels} pixels; ${modelLimits.texturePixels} are allowed`);
  }

  #checkPath(place: ModelPlace, path: string): void {
    const problem = pathProblem(path);
    if (problem !== null) throw new ModelFileError(place, problem);
  }

  #find(place: ModelPlace, written: string, candidates: readonly string[]): string {
    const found = candidates.find((candidate) => this.#folder.paths.includes(candidate));
    if (found !== undefined) return found;
    const same = this.#folder.paths.filter((path) => extensionOf(path) === extensionOf(written));
    throw new ModelFileError(
      place,
      `the file ${candidates[0] ?? written} is missing from the folder${nearestFile(candidates[0] ?? written, same)}`,
    );
  }

  #read(path: string, place: Partial<ModelPlace>, kind: ReportedFile['kind']): Uint8Array {
    const bytes = this.#folder.size(path);
    if (this.#collected.size >= modelLimits.files) throw new ModelFileError(place, `the model needs more than ${modelLimits.files} files`);
    if (this.#totalBytes + bytes > modelLimits.totalBytes)
      throw new ModelFileError(
        place,
        `${path} brings the model to ${this.#totalBytes + bytes} bytes; ${modelLimits.totalBytes} are allowed`,
      );
    const read = this.#folder.read(path);
    this.#totalBytes += read.byteLength;
    this.#collected.set(path, { path, kind, bytes: read.byteLength, triangles: null, pixels: null });
    return read;
  }
}

function readCompiler(unit: Unit, place: ModelPlace, { attributes }: XmlElement): void {
  const assets = attributes.get('assetdir');
  const meshes = attributes.get('meshdir') ?? assets;
  const textures = attributes.get('texturedir') ?? assets;
  for (const folder of [meshes, textures]) {
    const problem = folder === undefined || folder === '' ? null : pathProblem(folder);
    if (problem !== null) throw new ModelFileError(place, problem);
  }
  if (meshes !== undefined) unit.meshFolder = meshes;
  if (textures !== undefined) unit.textureFolder = textures;
  const strip = attributes.get('strippath');
  if (strip !== undefined) unit.stripPath = strip === 'true';
}

function checkSide(place: ModelPlace, width: number, height: number, side: number, unit: string, what: string): void {
  if (width > side || height > side)
    throw new ModelFileError(place, `the ${what} is ${width} × ${height} ${unit}; ${side} × ${side} are allowed`);
}

function relativeTo(base: string, path: string): string {
  return base !== '' && path.startsWith(`${base}/`) ? path.slice(base.length + 1) : path;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((value, k) => value === b[k]);
}
