// The walls between rooms are enforced: lint refuses imports that docs/architecture.md does not allow.
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

const eslint = new ESLint();
async function wallMessages(filePath: string, source: string): Promise<string[]> {
  const [result] = await eslint.lintText(`import '${source}';\n`, { filePath });
  return (result?.messages ?? []).filter(({ ruleId }) => ruleId === 'no-restricted-imports').map(({ message }) => message);
}

describe('imports between rooms', () => {
  it.each([
    ['src-main/engine/x.ts', '../store/store.ts'],
    ['src-main/contract/x.ts', '../random/stream.ts'],
    ['src-main/replay/x.ts', '../store/store.ts'],
    ['src-main/physics/x.ts', '../tasks/task.ts'],
    ['src-main/agents/parts/x.ts', '../../tasks/task.ts'],
    ['src-main/store/x.ts', '../training/loop.ts'],
    ['src-main/workstation/x.ts', '../training/loop.ts'],
    ['src-main/workstation/x.ts', '../agents/sac.ts'],
    ['src-main/shells/cli/x.ts', '../../engine/devices.ts'],
    ['src-renderer/places/runs/x.ts', '../../../src-main/store/store.ts'],
    ['src-renderer/places/runs/x.ts', '../../../src-main/physics/simulator.ts'],
    ['src-renderer/scene/x.ts', '../../src-main/engine/devices.ts'],
  ])('%s may not import %s', async (file, source) => {
    expect(await wallMessages(file, source)).toHaveLength(1);
  });

  it.each([
    ['src-main/tasks/locomotion/x.ts', '../../physics/simulator.ts'],
    ['src-main/training/x.ts', '../store/store.ts'],
    ['src-main/workstation/x.ts', '../training/launch.ts'],
    ['src-main/workstation/x.ts', '../agents/declarations.ts'],
    ['src-main/shells/web/x.ts', '../../workstation/workstation.ts'],
    ['src-renderer/places/runs/x.ts', '../../../src-main/contract/runs.ts'],
    ['src-renderer/scene/x.ts', '../../src-main/tasks/task.ts'],
  ])('%s may import %s', async (file, source) => {
    expect(await wallMessages(file, source)).toEqual([]);
  });
});
