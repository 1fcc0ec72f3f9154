import { beforeAll, describe, expect, it } from 'vitest';
import { describeModel } from './geometry.ts';
import { loadMuJoCo, type MuJoCo } from './mujoco.ts';
import { png } from './node/testing.ts';
import type { SceneModel } from './scene-model.ts';
import { Simulator } from './simulator.ts';
import { drawnScales, drawnTextures } from './textures.ts';

let mujoco: MuJoCo;
beforeAll(async () => {
  mujoco = await loadMuJoCo();
});

function sceneOf(assets: string, geoms: string, files: Record<string, Uint8Array> = {}): SceneModel {
  const simulator = new Simulator(mujoco, `<mujoco><asset>${assets}</asset><worldbody>${geoms}</worldbody></mujoco>`, files);
  try {
    return describeModel(simulator);
  } finally {
    simulator.dispose();
  }
}

const box = (material: string, rest = ''): string => `<geom type="box" size="1 1 1" material="${material}" ${rest}/>`;

/** Colour of a texture's pixel. */
function pixel({ textures: [texture] }: SceneModel, column: number, row: number): number[] {
  const at = 4 * (row * (texture?.width ?? 0) + column);
  return [...(texture?.pixels.subarray(at, at + 4) ?? [])];
}

describe('textures of a model', () => {
  it('are the pictures of its files, from the upper row on', () => {
    const picture = png(4, 2, (column, row) => [column * 10, row * 100, 7]);
    const scene = sceneOf('<texture name="skin" type="2d" file="skin.png"/><material name="m" texture="skin" texrepeat="2 3"/>', box('m'), {
      'skin.png': picture,
    });
    expect(scene.textures).toMatchObject([{ name: 'skin', kind: 'flat', width: 4, height: 2, isFromFile: true }]);
    expect(pixel(scene, 0, 0)).toEqual([0, 0, 7, 255]);
    expect(pixel(scene, 3, 0)).toEqual([30, 0, 7, 255]);
    expect(pixel(scene, 1, 1)).toEqual([10, 100, 7, 255]);
    expect(scene.materials).toMatchObject([{ texture: 0, textureRepeat: [2, 3], isTextureUniform: false }]);
    expect(structuredClone(scene)).toEqual(scene);
  });

  it('may be cubes of six pictures, and MuJoCo’s own patterns', () => {
    const {
      textures: [cube],
    } = sceneOf(
      '<texture name="c" type="cube" builtin="flat" width="8" height="8" rgb1="1 0 0" rgb2="0 0 1"/><material name="m" texture="c"/>',
      box('m'),
    );
    expect(cube).toMatchObject({ kind: 'cube', width: 8, height: 8, isFromFile: false });
    expect(cube?.pixels).toHaveLength(6 * 8 * 8 * 4);
  });

  it('are grey with one channel', () => {
    const scene = sceneOf('<texture name="g" type="2d" nchannel="1" file="g.png"/><material name="m" texture="g"/>', box('m'), {
      'g.png': png(2, 2, () => [90, 90, 90]),
    });
    expect(pixel(scene, 1, 1)).toEqual([90, 90, 90, 255]);
  });

  it('are left out where nothing shows them', () => {
    const scene = sceneOf(
      '<texture name="sky" type="skybox" builtin="flat" width="8" height="8"/><texture name="t" type="2d" builtin="flat" width="8" height="8"/><material name="m" texture="t"/><material name="plain"/>',
      box('plain'),
    );
    expect(scene.textures.map(({ pixels }) => pixels.length)).toEqual([0, 0]);
    expect(scene.materials.map(({ texture }) => texture)).toEqual([1, null]);
  });

  it('may be measured in lengths, whichever group their geoms are in', () => {
    const assets = ['a', 'b', 'c'].map(
      (name) =>
        `<texture name="${name}" type="2d" builtin="flat" width="2" height="2"/><material name="${name}" texture="${name}" texuniform="${name !== 'b'}"/>`,
    );
    const scene = sceneOf(assets.join(''), `${box('a')}${box('b')}${box('c', 'group="4"')}`);
    expect(scene.materials.map(({ isTextureUniform }) => isTextureUniform)).toEqual([true, false, true]);
  });

  it('are made smaller where they are very large, by their mean colour', () => {
    const stripes = png(2 * drawnTextures.side, 4, (column) => (column % 2 === 0 ? [0, 100, 255] : [100, 100, 0]));
    const scene = sceneOf('<texture name="s" type="2d" file="s.png"/><material name="m" texture="s"/>', box('m'), { 's.png': stripes });
    expect(scene.textures).toMatchObject([{ width: drawnTextures.side, height: 2 }]);
    expect(pixel(scene, 1000, 1)).toEqual([50, 100, 128, 255]);
  });

  it('give a geom its material’s colour, or its own where it says one', () => {
    const { geoms } = sceneOf('<material name="m" rgba="1 0 0 1"/>', `${box('m')}${box('m', 'rgba="0 1 0 .5"')}`);
    expect(geoms.map(({ rgba }) => rgba)).toEqual([
      [1, 0, 0, 1],
      [0, 1, 0, 0.5],
    ]);
  });
});

describe('the scales of pictures', () => {
  const square = (side: number, pictures = 1) => ({ pictures, width: side, height: side });
  it.each<[string, Parameters<typeof drawnScales>[0], number[]]>([
    ['small ones stay', [square(256), square(2048)], [1, 1]],
    ['a side that is too long', [{ pictures: 1, width: 8192, height: 4 }], [4]],
    ['what is not drawn does not count', [null, square(2048)], [1, 1]],
    ['many large ones', Array.from({ length: 6 }, () => square(2048)), [2, 2, 2, 1, 1, 1]],
    ['a large cube', [square(2048, 6)], [2]],
  ])('%s', (_what, pictures, scales) => {
    expect(drawnScales(pictures)).toEqual(scales);
    const drawn = pictures.reduce(
      (sum, one, i) => sum + (one === null ? 0 : (one.pictures * one.width * one.height) / (scales[i] ?? 1) ** 2),
      0,
    );
    expect(drawn).toBeLessThanOrEqual(drawnTextures.pixels);
  });
});
