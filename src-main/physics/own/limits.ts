// How much a model from outside may be. Generous beside real robots (Menagerie's largest has some 1.5 million
// triangles and 120 MB), small beside what would exhaust this machine or MuJoCo's 2 GiB of memory.

export const modelLimits = {
  files: 2000,
  /** Includes within includes, and models within models. */
  depth: 32,
  totalBytes: 512 * 2 ** 20,
  xmlBytes: 16 * 2 ** 20,
  xmlElements: 200_000,
  xmlDepth: 200,
  /** Of all meshes together. */
  triangles: 3_000_000,
  /** Pixels along a texture's side, and of all textures together. */
  textureSide: 8192,
  texturePixels: 2 * 8192 ** 2,
  /** Rows or columns of a height field. */
  heightFieldSide: 4096,
} as const;
