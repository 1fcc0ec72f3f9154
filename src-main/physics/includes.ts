// Puts included parts into the models that ship with Elbow, so that what is loaded, hashed and sent to a window is one text.

/**
 * The text with each `<include file="…"/>` replaced by what that file's `<mujoco>` holds. A text without any stays as it is.
 * @param read gives a part's text by the name that the model calls it
 * @throws Error when a part is not one `<mujoco>` element; what `read` throws
 */
export async function expandIncludes(xml: string, read: (file: string) => Promise<string>): Promise<string> {
  // Every second piece is a part's name.
  const pieces = xml.split(/<include file="([^"]+)"\/>/);
  const texts = await Promise.all(pieces.map(async (piece, i) => (i % 2 === 0 ? piece : contentOf(piece, await read(piece)))));
  return texts.join('');
}

function contentOf(file: string, xml: string): string {
  const content = /<mujoco>(.*)<\/mujoco>/s.exec(xml)?.[1];
  if (content === undefined) throw new Error(`the model's part ${file} holds no <mujoco> element`);
  return content.trim();
}
