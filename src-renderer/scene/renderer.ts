// A WebGL renderer with a canvas that fills its element. The sky is the element's own background.
import { ACESFilmicToneMapping, PCFShadowMap, WebGLRenderer } from 'three';

/** Does the processor draw? Then every frame takes time from training. */
export function isSoftware(renderer: WebGLRenderer): boolean {
  const gl = renderer.getContext();
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const name: unknown = gl.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER);
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(String(name));
}

/** @throws Error where the browser gives no WebGL 2 */
export function createRenderer(): WebGLRenderer {
  const canvas = document.createElement('canvas');
  canvas.tabIndex = -1;
  canvas.setAttribute('aria-hidden', 'true');
  canvas.style.cssText = 'position:absolute;inset:0;width:100%;height:100%;display:block;touch-action:none';
  const renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true, powerPreference: 'high-performance' });
  renderer.toneMapping = ACESFilmicToneMapping;
  renderer.toneMappingExposure = 0.95;
  renderer.shadowMap.enabled = true;
  renderer.shadowMap.type = PCFShadowMap;
  return renderer;
}
