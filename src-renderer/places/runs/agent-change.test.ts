// Another agent in the form: what stays, what is laid aside, and that it comes back.
import { describe, expect, it } from 'vitest';
import { resolveAgents } from '../../../src-main/agents/declarations.ts';
import { taskDeclarations } from '../../../src-main/tasks/declarations.ts';
import { changeAgent } from './agent-change.ts';
import { checkForm, type NewRunForm } from './new-run-form.ts';

const agents = resolveAgents(taskDeclarations);
function agent(id: string): NewRunForm['agent'] {
  const found = agents.find((one) => one.id === id);
  if (found === undefined) throw new Error(`${id} is declared`);
  return found;
}
const [task] = taskDeclarations;
if (task === undefined) throw new Error('there is a task');
const form = (of: string, typed: NewRunForm['typed']): NewRunForm => ({
  task,
  agent: agent(of),
  typed,
  shelved: {},
  taskTyped: {},
  seeds: '1',
  device: 'cpu',
  threads: '',
  name: '',
});

describe('changeAgent', () => {
  it('keeps what the other agent takes and names the rest with its reason', () => {
    const { form: next, notice } = changeAgent(form('sac', { discount: '0.9', 'entropy-target': '-3', prior: 'constant' }), agent('td3'));
    expect(next).toMatchObject({
      agent: { id: 'td3' },
      typed: { discount: '0.9' },
      shelved: { 'entropy-target': '-3', prior: 'constant' },
    });
    expect(notice).toMatch(
      /^Laid aside for TD3: entropy-target = -3 \(TD3’s policy is deterministic.*; prior = constant \(.*\)\. Choose SAC again to have them back\.$/,
    );
    expect(checkForm(next).errors).toEqual({});
  });

  it('lays a value aside that the other agent does not allow', () => {
    const { form: next, notice } = changeAgent(form('virel', { 'temperature-rule': 'residual', 'residual-scale': '0.01' }), agent('sac'));
    expect(next.typed).toEqual({});
    expect(notice).toContain('temperature-rule = residual (temperature-rule must be one of learned, fixed, schedule)');
    expect(notice).toContain('residual-scale = 0.01 (SAC’s temperature is learned or given');
  });

  it('brings it back with an agent that takes it, in silence', () => {
    const away = changeAgent(form('sac', { 'entropy-target': '-3', discount: '0.9' }), agent('td3'));
    const further = changeAgent(away.form, agent('ddpg'));
    expect(further.notice).toBeNull();
    const back = changeAgent(further.form, agent('sac'));
    expect(back.form).toMatchObject({ typed: { 'entropy-target': '-3', discount: '0.9' }, shelved: {} });
    expect(back.notice).toBeNull();
  });

  it('prefers what was typed last', () => {
    const away = changeAgent(form('sac', { prior: 'constant' }), agent('td3'));
    expect(changeAgent({ ...away.form, typed: { prior: 'learned' } }, agent('sac')).form.typed).toEqual({ prior: 'learned' });
  });
});
