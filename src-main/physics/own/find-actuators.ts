// Where a model's actuators stand in its files, in MuJoCo's order.
import type { ModelPlace } from './model-file-error.ts';
import type { CollectedModel } from './model-files.ts';

/** Of an MJCF model: what stands in <actuator>, also in an included file's; the defaults' are none. */
export function findActuators(elements: CollectedModel['elements']): ModelPlace[] {
  const ofFile = Map.groupBy(elements, ({ file }) => file);
  return elements.flatMap(({ file, element }) => {
    const parent = ofFile.get(file)?.[element.parent]?.element;
    const isActuator = parent?.name === 'actuator' && parent.parent === 0 && element.name !== 'include';
    return isActuator ? [{ file, line: element.line, element: element.name }] : [];
  });
}
