// Stored policies as files for use elsewhere.
import { WorkstationError } from '../../contract/requests.ts';
import { makePolicyFile, planPolicyExport } from '../policy-export.ts';
import type { HandlerContext, HandlersOf } from './handlers.ts';

/** Exports that may go on at once: each is a process for a second or two. */
const mostAtOnce = 2;

export function createPolicyHandlers({ store }: HandlerContext): HandlersOf<'policies'> {
  let going = 0;
  return {
    async 'policies.export'({ run, step }) {
      if (going >= mostAtOnce)
        throw new WorkstationError({
          code: 'conflict',
          message: `${mostAtOnce} exports go on already. Ask again in a moment.`,
          field: null,
        });
      going += 1;
      try {
        const plan = planPolicyExport(store, run, step);
        return { step: plan.step, onnx: await makePolicyFile(plan) };
      } finally {
        going -= 1;
      }
    },
  };
}
