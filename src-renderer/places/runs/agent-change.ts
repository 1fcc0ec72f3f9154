// Another agent in the New run form: what was typed and is valid there stays, the rest is laid aside with its reason.
import type { ResolvedAgent } from '../../../src-main/contract/declarations.ts';
import { ParameterError, parseParameter } from '../../../src-main/contract/parameters.ts';
import type { NewRunForm } from './new-run-form.ts';

export interface AgentChange {
  form: NewRunForm;
  /** What was laid aside, in words; null where nothing was. */
  notice: string | null;
}

export function changeAgent(form: NewRunForm, agent: ResolvedAgent): AgentChange {
  const given = { ...form.shelved, ...form.typed };
  const typed: Record<string, string> = {};
  const shelved: Record<string, string> = {};
  const dropped: string[] = [];
  for (const [name, text] of Object.entries(given)) {
    const reason = whyNotTaken(agent, name, text);
    if (reason === null) {
      typed[name] = text;
      continue;
    }
    shelved[name] = text;
    // What was laid aside before is no news.
    if (name in form.typed) dropped.push(`${name} = ${text} (${reason})`);
  }
  const notice =
    dropped.length === 0
      ? null
      : `Laid aside for ${agent.title}: ${dropped.join('; ')}. Choose ${form.agent.title} again to have ${dropped.length === 1 ? 'it' : 'them'} back.`;
  return { form: { ...form, agent, typed, shelved }, notice };
}

/** null where the agent takes the text for this hyper-parameter. */
function whyNotTaken(agent: ResolvedAgent, name: string, text: string): string | null {
  const declaration = agent.parameters.find((one) => one.name === name);
  if (declaration === undefined) return agent.unused.find((one) => one.name === name)?.reason ?? 'it has no such hyper-parameter';
  try {
    parseParameter(declaration, text);
    return null;
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error;
    return error.message.split(';')[0] ?? error.message;
  }
}
