// Typed arrays in and out of blobs. Little-endian, which every platform that Elbow runs on is.

export function toBlob(array: Float64Array | Float32Array | Int32Array | Uint8Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

/** An array with a buffer of its own: it can be sent to another thread or window without dragging a pool along. */
export function toFloat64(blob: Uint8Array): Float64Array {
  return new Float64Array(ownBytes(blob));
}

export function toFloat32(blob: Uint8Array): Float32Array {
  return new Float32Array(ownBytes(blob));
}

export function toInt32(blob: Uint8Array): Int32Array {
  return new Int32Array(ownBytes(blob));
}

export function toUint8(blob: Uint8Array): Uint8Array {
  return new Uint8Array(ownBytes(blob));
}

function ownBytes(blob: Uint8Array): ArrayBuffer {
  const bytes = new ArrayBuffer(blob.byteLength);
  new Uint8Array(bytes).set(blob);
  return bytes;
}
