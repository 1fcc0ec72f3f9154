// What a part of the page looks like, in numbers: to tell a drawn 3D view from a blank one, and a moving one
// from one that stands still. The page decodes the screenshot; its policy allows data: images.
import type { Locator } from 'playwright-core';

export interface Picture {
  /** Red, green, blue of every pixel, at a quarter of the size. */
  pixels: number[];
  /** Different colours in it. A blank view has one, a sky alone a few dozen. */
  colours: number;
}

export async function pictureOf(part: Locator): Promise<Picture> {
  const address = `data:image/png;base64,${(await part.screenshot()).toString('base64')}`;
  return part.page().evaluate(async (source) => {
    const image = new Image();
    image.src = source;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.ceil(image.width / 4);
    canvas.height = Math.ceil(image.height / 4);
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('no 2D canvas');
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const pixels: number[] = [];
    const colours = new Set<number>();
    for (let i = 0; i < data.length; i += 4) {
      const [r = 0, g = 0, b = 0] = data.subarray(i, i + 3);
      pixels.push(r, g, b);
      colours.add((r << 16) | (g << 8) | b);
    }
    return { pixels, colours: colours.size };
  }, address);
}

/** The share of pixels that differ visibly (more than 12 of 255 in a channel). */
export function changedShare(a: Picture, b: Picture): number {
  if (a.pixels.length !== b.pixels.length) return 1;
  let changed = 0;
  for (let i = 0; i < a.pixels.length; i += 3) {
    const differs = [0, 1, 2].some((k) => Math.abs((a.pixels[i + k] ?? 0) - (b.pixels[i + k] ?? 0)) > 12);
    if (differs) changed += 1;
  }
  return changed / (a.pixels.length / 3);
}

/** The warm colours of the robots: how many pixels are of the robot rather than of sky, floor and text. */
export function robotShare({ pixels }: Picture): number {
  let found = 0;
  for (let i = 0; i < pixels.length; i += 3) {
    const [r = 0, , b = 0] = pixels.slice(i, i + 3);
    if (r > b + 40) found += 1;
  }
  return found / (pixels.length / 3);
}
