// A process that adds one and the same model and removes it again, so many times, and ends with it added. Prints what a store
// refused it besides "not there". Arguments: data directory, times, the name that it adds it under.
import type { NewModel } from '../models-api.ts';
import { openStore, StoreError } from '../store.ts';

const [directory = '', times = '1', id = 'arm'] = process.argv.slice(2);
const bytes = new TextEncoder().encode('<mujoco/>');
const model: NewModel = {
  id,
  main: 'arm.xml',
  report: {} as NewModel['report'],
  declaration: null,
  files: Array.from({ length: 5 }, (_, k) => ({ path: k === 0 ? 'arm.xml' : `part-${k}.stl`, bytes })),
};
const store = openStore(directory);
const { models } = store;
for (let k = 0; k < Number(times); k += 1) {
  try {
    models.add(model, []);
    // The row is there, so its files are.
    models.files(id);
    models.remove(id);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') continue;
    process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
  }
}
models.add(model, []);
store.close();
