// A geom's material: its colour times its texture, lit as MuJoCo's properties say.
import { Color, CubeTexture, MeshStandardMaterial, SRGBColorSpace } from 'three';
import type { SceneGeom, SceneModel } from '../../src-main/physics/geometry.ts';
import type { Pictures } from './pictures.ts';

export function buildMaterial(geom: SceneGeom, model: SceneModel, pictures: Pictures): MeshStandardMaterial {
  const declared = geom.material === null ? undefined : model.materials[geom.material];
  const [r, g, b, opacity] = geom.rgba;
  const shininess = declared?.shininess ?? 0.5;
  const color = new Color().setRGB(r, g, b, SRGBColorSpace);
  const material = new MeshStandardMaterial({
    color,
    // MuJoCo's shininess is on [0, 1]; where a model gives roughness, that is meant.
    roughness: declared && declared.roughness >= 0 ? declared.roughness : 0.72 - 0.4 * shininess,
    metalness: declared && declared.metallic >= 0 ? declared.metallic : 0.02,
    transparent: opacity < 1,
    opacity,
    depthWrite: opacity >= 1,
  });
  const isEmitting = declared !== undefined && declared.emission > 0;
  if (isEmitting) material.emissive.copy(color).multiplyScalar(declared.emission);
  const picture = pictures.of(declared?.texture ?? null);
  if (picture instanceof CubeTexture) wrapInCube(material, picture);
  else {
    material.map = picture;
    if (isEmitting) material.emissiveMap = picture;
  }
  return material;
}

/** three.js lays flat pictures on, and cubes only as what is reflected: so the colour is looked up in its shader. */
function wrapInCube(material: MeshStandardMaterial, cube: CubeTexture): void {
  material.onBeforeCompile = (shader) => {
    shader.uniforms['cubePicture'] = { value: cube };
    shader.vertexShader = shader.vertexShader
      .replace('#include <common>', '#include <common>\nattribute vec3 cubeDirection;\nvarying vec3 vCubeDirection;')
      .replace('#include <begin_vertex>', '#include <begin_vertex>\nvCubeDirection = cubeDirection;');
    shader.fragmentShader = shader.fragmentShader
      .replace('#include <common>', '#include <common>\nuniform samplerCube cubePicture;\nvarying vec3 vCubeDirection;')
      .replace(
        '#include <map_fragment>',
        'vec3 cubeColour = textureCube(cubePicture, vCubeDirection).rgb;\ndiffuseColor.rgb *= cubeColour;',
      )
      .replace('#include <emissivemap_fragment>', 'totalEmissiveRadiance *= cubeColour;');
  };
}
