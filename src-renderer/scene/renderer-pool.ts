// WebGL renderers for viewers. Making one takes a fifth of a second on software GL, so the last one given back
// is kept for the next viewer: going from place to place, or from run to run, then costs nothing.
import { ACESFilmicToneMapping, PCFShadowMap, WebGLRenderer } from 'three';

let spare: WebGLRenderer | null = null;

/** @throws Error where the browser gives no WebGL 2 */
export function takeRenderer(): WebGLRenderer {
  const kept = spare;
  spare = null;
  if (kept !== null && !kept.getContext().isContextLost()) return kept;
  kept?.dispose();

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

/** Gives a renderer back; its canvas leaves the page. */
export function giveRendererBack(renderer: WebGLRenderer): void {
  renderer.domElement.remove();
  if (spare === null && !renderer.getContext().isContextLost()) {
    // What was drawn last must not be seen before the next picture.
    renderer.clear();
    spare = renderer;
    return;
  }
  renderer.dispose();
  renderer.forceContextLoss();
}
