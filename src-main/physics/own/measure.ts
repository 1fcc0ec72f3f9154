// How large a mesh or picture is, read from its first bytes or its lines: before anything is decoded.
import { extensionOf } from './paths.ts';

/**
 * Triangles of a mesh file of a kind that MuJoCo's WebAssembly build decodes. An upper bound for OBJ, whose faces are counted as fans.
 * @throws Error saying what is wrong with the file
 */
export function countTriangles(path: string, bytes: Uint8Array): number {
  const extension = extensionOf(path);
  if (extension === 'stl') return countStl(bytes);
  if (extension === 'obj') return countObj(bytes);
  if (extension === 'msh') return countMsh(bytes);
  const kind = extension === '' ? 'a file without an extension' : extension === 'dae' ? 'COLLADA (.dae)' : `.${extension}`;
  throw new Error(
    `${kind} cannot be read as a mesh; save it as binary STL or OBJ, for instance with Blender, and name that file in the model`,
  );
}

function countStl(bytes: Uint8Array): number {
  if (bytes.byteLength >= 84) {
    const count = viewOf(bytes).getUint32(80, true);
    // A text begins with "solid", but so do the headers of many binary files: the size decides.
    if (bytes.byteLength === 84 + 50 * count) return count;
    if (!startsWith(bytes, 'solid'))
      throw new Error(`its header says ${count} triangles, which need ${84 + 50 * count} bytes; it has ${bytes.byteLength}`);
  }
  if (!startsWith(bytes, 'solid')) throw new Error('it is no STL file');
  throw new Error('it is an STL file in text form, which MuJoCo does not read; save it as binary STL or OBJ, for instance with Blender');
}

function countObj(bytes: Uint8Array): number {
  let triangles = 0;
  let corners = -1;
  let isStart = true;
  let wasSpace = false;
  for (let k = 0; k < bytes.byteLength; k += 1) {
    const code = bytes[k] as number;
    if (code === 10) {
      if (corners > 2) triangles += corners - 2;
      corners = -1;
      isStart = true;
      continue;
    }
    const isSpace = code === 32 || code === 9 || code === 13;
    if (isStart && code === 102 && (bytes[k + 1] === 32 || bytes[k + 1] === 9)) corners = 0;
    else if (corners >= 0 && wasSpace && !isSpace) corners += 1;
    if (!isSpace) isStart = false;
    wasSpace = isSpace;
  }
  return triangles + Math.max(0, corners - 2);
}

/** MuJoCo's own format: four counts (vertices, normals, texture coordinates, faces), then the arrays. */
function countMsh(bytes: Uint8Array): number {
  if (bytes.byteLength < 16) throw new Error('it is no MSH file: it is too short');
  const faces = viewOf(bytes).getInt32(12, true);
  if (faces < 0) throw new Error('it is no MSH file: its number of faces is negative');
  return faces;
}

/** Kinds of pictures that people have and MuJoCo has no decoder for. */
const otherPictures = ['jpg', 'jpeg', 'webp', 'gif', 'bmp', 'tga', 'tif', 'tiff', 'exr', 'hdr'];

/**
 * Width and height in pixels of a PNG picture; null for a file of another kind.
 * @throws Error where it calls itself PNG and is none, or is of a kind that MuJoCo does not read
 */
export function pictureSize(path: string, bytes: Uint8Array): { width: number; height: number } | null {
  const isPng = bytes.byteLength >= 24 && bytes[0] === 0x89 && startsWith(bytes.subarray(1), 'PNG\r\n\x1a\n');
  if (isPng) return { width: viewOf(bytes).getUint32(16), height: viewOf(bytes).getUint32(20) };
  const extension = extensionOf(path);
  if (extension === 'png') throw new Error('it is no PNG picture');
  if (otherPictures.includes(extension))
    throw new Error(`.${extension} cannot be read as a picture; save it as PNG and name that file in the model`);
  return null;
}

/** Rows and columns of MuJoCo's binary height field. */
export function heightFieldSize(bytes: Uint8Array): { width: number; height: number } {
  if (bytes.byteLength < 8) throw new Error('it is no height field: it is too short');
  const [height, width] = [viewOf(bytes).getInt32(0, true), viewOf(bytes).getInt32(4, true)];
  if (height < 1 || width < 1 || bytes.byteLength !== 8 + 4 * height * width)
    throw new Error(`it is no height field of ${height} rows and ${width} columns`);
  return { width, height };
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function startsWith(bytes: Uint8Array, text: string): boolean {
  for (let k = 0; k < text.length; k += 1) if (bytes[k] !== text.charCodeAt(k)) return false;
  return true;
}
