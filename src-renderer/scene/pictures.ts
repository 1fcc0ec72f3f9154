// A model's textures on the graphics device: each is made when the first material asks for it, and shared.
import { CubeTexture, DataTexture, LinearFilter, LinearMipmapLinearFilter, RepeatWrapping, SRGBColorSpace, type Texture } from 'three';
import type { SceneTexture } from '../../src-main/physics/geometry.ts';

export class Pictures {
  private readonly textures: readonly SceneTexture[];
  private readonly made = new Map<number, Texture>();

  constructor(textures: readonly SceneTexture[]) {
    this.textures = textures;
  }

  /** @param id of the model's texture; null, and one without pixels, give null */
  of(id: number | null): DataTexture | CubeTexture | null {
    const texture = id === null ? undefined : this.textures[id];
    if (id === null || texture === undefined || texture.pixels.length === 0) return null;
    const known = this.made.get(id) ?? make(texture);
    this.made.set(id, known);
    return known as DataTexture | CubeTexture;
  }

  dispose(): void {
    for (const texture of this.made.values()) texture.dispose();
    this.made.clear();
  }
}

function make({ kind, width, height, pixels }: SceneTexture): DataTexture | CubeTexture {
  const face = (k: number): DataTexture =>
    new DataTexture(pixels.subarray(4 * k * width * height, 4 * (k + 1) * width * height), width, height);
  const texture = kind === 'flat' ? face(0) : new CubeTexture([0, 1, 2, 3, 4, 5].map(face));
  texture.colorSpace = SRGBColorSpace;
  texture.magFilter = LinearFilter;
  texture.minFilter = LinearMipmapLinearFilter;
  texture.generateMipmaps = true;
  if (kind === 'flat') {
    texture.wrapS = texture.wrapT = RepeatWrapping;
    // Floors and walls are seen at a slant.
    texture.anisotropy = 4;
  }
  texture.needsUpdate = true;
  return texture;
}
