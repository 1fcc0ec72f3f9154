// Writes sac.onnx and td3.onnx beside this file; README.md says what for.
import { writeFileSync } from 'node:fs';
import { makeReferencePolicy } from './parameters.ts';

for (const id of ['sac', 'td3'] as const) {
  const { engine, exported } = await makeReferencePolicy(id);
  writeFileSync(new URL(`${id}.onnx`, import.meta.url), exported);
  await engine.dispose();
}
