// Copies a model's textures out as pictures that a renderer takes, and which materials show them. A window holds a bounded
// amount of them: larger pictures are made smaller by averaging.
import type { SceneTexture } from './scene-model.ts';
import type { Simulator } from './simulator.ts';

/** Pixels along a picture's side, and of all textures together (64 MB of them), as they are drawn. */
export const drawnTextures = { side: 2048, pixels: 2 ** 24 } as const;

/** The texture of each material that gives it its colour, or null. */
export function texturesOfMaterials({ model, mujoco, names }: Simulator): (number | null)[] {
  const ids = model.mat_texid as Int32Array;
  const roles = mujoco.mjtTextureRole;
  return names.material.map((_name, i) => {
    const id = (role: { value: number }): number => ids[roles.mjNTEXROLE.value * i + role.value] as number;
    return [id(roles.mjTEXROLE_RGB), id(roles.mjTEXROLE_RGBA)].find((one) => one >= 0) ?? null;
  });
}

/**
 * Materials whose textures are measured in lengths rather than in the object's size (`texuniform`). The binding cannot hand
 * out arrays of truth values, MuJoCo's abstract scene has the same as a number for each geom.
 */
export function uniformMaterials({ model, data, mujoco }: Simulator): Set<number> {
  const option = new mujoco.MjvOption();
  const camera = new mujoco.MjvCamera();
  const perturbation = new mujoco.MjvPerturb();
  const { mjCAT_STATIC, mjCAT_DYNAMIC } = mujoco.mjtCatBit;
  const scene = new mujoco.MjvScene(model, model.ngeom + 100);
  const found = new Set<number>();
  try {
    (option.geomgroup as Uint8Array).fill(1);
    for (const groups of [option.sitegroup, option.tendongroup]) (groups as Uint8Array).fill(0);
    mujoco.mjv_updateScene(model, data, option, perturbation, camera, mjCAT_STATIC.value | mjCAT_DYNAMIC.value, scene);
    const geoms = scene.geoms;
    for (let i = 0; i < scene.ngeom; i += 1) {
      const geom = geoms.get(i);
      if (geom === undefined) continue;
      if (geom.matid >= 0 && geom.texuniform !== 0) found.add(geom.matid);
      geom.delete();
    }
    geoms.delete();
  } finally {
    for (const one of [option, camera, perturbation, scene]) one.delete();
  }
  return found;
}

/** All textures in MuJoCo's order; those that no geom's material shows have no pixels. */
export function readTextures(simulator: Simulator): SceneTexture[] {
  const { model, mujoco, names } = simulator;
  const data = model.tex_data as Uint8Array;
  const number = (array: unknown, i: number): number => (array as ArrayLike<number>)[i] as number;
  const materials = texturesOfMaterials(simulator);
  const shown = new Set(Array.from(model.geom_matid as Int32Array, (material) => materials[material] ?? null));
  const sizes = names.texture.map((_name, i) => {
    const isCube = number(model.tex_type, i) !== mujoco.mjtTexture.mjTEXTURE_2D.value;
    const pictures = isCube ? 6 : 1;
    return { isCube, pictures, width: number(model.tex_width, i), height: number(model.tex_height, i) / pictures, isShown: shown.has(i) };
  });
  const scales = drawnScales(sizes.map(({ pictures, width, height, isShown }) => (isShown ? { pictures, width, height } : null)));
  return sizes.map(({ isCube, pictures, width, height, isShown }, i) => {
    const start = number(model.tex_adr, i);
    const channels = number(model.tex_nchannel, i);
    const to = { width: Math.max(1, Math.floor(width / (scales[i] ?? 1))), height: Math.max(1, Math.floor(height / (scales[i] ?? 1))) };
    const pixels = new Uint8Array(isShown ? 4 * pictures * to.width * to.height : 0);
    for (let k = 0; isShown && k < pictures; k += 1) {
      const length = channels * width * height;
      const source = data.subarray(start + k * length, start + (k + 1) * length);
      shrink({ pixels: source, channels, width, height }, to, pixels.subarray(4 * k * to.width * to.height));
    }
    const isFromFile = number(model.tex_pathadr, i) >= 0;
    return { name: names.texture[i] ?? '', kind: isCube ? 'cube' : 'flat', ...to, isFromFile, pixels };
  });
}

/** By how much each picture is made smaller: powers of two, the largest ones first, until all of them fit. */
export function drawnScales(pictures: readonly ({ pictures: number; width: number; height: number } | null)[]): number[] {
  const scales = pictures.map((one) => {
    let scale = 1;
    while (one !== null && Math.max(one.width, one.height) / scale > drawnTextures.side) scale *= 2;
    return scale;
  });
  const drawn = pictures.map((one, i) => (one === null ? 0 : (one.pictures * one.width * one.height) / (scales[i] as number) ** 2));
  while (drawn.reduce((sum, count) => sum + count, 0) > drawnTextures.pixels) {
    const largest = drawn.indexOf(Math.max(...drawn));
    scales[largest] = 2 * (scales[largest] as number);
    drawn[largest] = (drawn[largest] as number) / 4;
  }
  return scales;
}

interface Pixels {
  pixels: Uint8Array;
  /** Grey with one or two of them, colour with three or four; opacity is left out, as MuJoCo draws it. */
  channels: number;
  width: number;
  height: number;
}

/** Writes the mean colour of the pixels that each smaller one stands for. */
function shrink({ pixels, channels, width, height }: Pixels, to: { width: number; height: number }, target: Uint8Array): void {
  const [, green, blue] = channels < 3 ? [0, 0, 0] : [0, 1, 2];
  for (let row = 0; row < to.height; row += 1) {
    const [top, bottom] = [Math.floor((row * height) / to.height), Math.floor(((row + 1) * height) / to.height)];
    for (let column = 0; column < to.width; column += 1) {
      const [left, right] = [Math.floor((column * width) / to.width), Math.floor(((column + 1) * width) / to.width)];
      let [r, g, b] = [0, 0, 0];
      for (let y = top; y < bottom; y += 1) {
        for (let x = left, at = channels * (y * width + left); x < right; x += 1, at += channels) {
          r += pixels[at] as number;
          g += pixels[at + (green as number)] as number;
          b += pixels[at + (blue as number)] as number;
        }
      }
      const count = (bottom - top) * (right - left);
      const out = 4 * (row * to.width + column);
      target[out] = Math.round(r / count);
      target[out + 1] = Math.round(g / count);
      target[out + 2] = Math.round(b / count);
      target[out + 3] = 255;
    }
  }
}
