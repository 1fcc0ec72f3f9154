// The main process's end of the bridge: calls from the page to the workstation, events back to it.
import { bridgeChannels, type BridgeAnswer } from '../../contract/bridge.ts';
import {
  requestSchemas,
  WorkstationError,
  type RequestName,
  type RequestOf,
  type Workstation,
  type WorkstationEvent,
} from '../../contract/requests.ts';
import { isTrustedSender, type SenderFrame } from './security.ts';

/** What is used of Electron's ipcMain. */
export interface InvokeHandlers {
  handle(channel: string, listener: (event: { readonly senderFrame: SenderFrame | null }, ...values: unknown[]) => Promise<BridgeAnswer>): void;
  removeHandler(channel: string): void;
}

/** What is used of Electron's WebContents. */
export interface EventTarget {
  send(channel: string, event: WorkstationEvent): void;
  isDestroyed(): boolean;
}

/** Answers the page's calls. Whoever else asks, and whatever is no request, is refused in words. */
export function serveBridge(
  handlers: InvokeHandlers,
  workstation: Workstation,
  targets: () => readonly EventTarget[],
): { close(): void } {
  handlers.handle(bridgeChannels.call, async (event, name, request) => {
    if (!isTrustedSender(event.senderFrame)) return refuse('invalid-request', 'only the window of Elbow itself may ask');
    return answer(workstation, name, request);
  });
  const unsubscribe = workstation.subscribe((event) => {
    for (const target of targets()) if (!target.isDestroyed()) target.send(bridgeChannels.event, event);
  });
  return {
    close() {
      unsubscribe();
      handlers.removeHandler(bridgeChannels.call);
    },
  };
}

async function answer(workstation: Workstation, name: unknown, request: unknown): Promise<BridgeAnswer> {
  if (!isRequestName(name)) {
    return refuse('invalid-request', `"${String(name).slice(0, 60)}" is not a request that Elbow knows`);
  }
  const parsed = requestSchemas[name].safeParse(request);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = issue === undefined || issue.path.length === 0 ? null : issue.path.join('.');
    return refuse('invalid-request', `${name}: ${field === null ? '' : `${field}: `}${issue?.message ?? 'malformed'}`, field);
  }
  try {
    return { ok: true, value: await workstation.call(name, parsed.data as RequestOf<typeof name>) };
  } catch (error) {
    if (error instanceof WorkstationError) return refuse(error.code, error.message, error.field);
    return refuse('failed', error instanceof Error ? error.message : String(error));
  }
}

function isRequestName(name: unknown): name is RequestName {
  return typeof name === 'string' && Object.hasOwn(requestSchemas, name);
}

function refuse(code: 'invalid-request' | 'not-found' | 'conflict' | 'unavailable' | 'failed', message: string, field: string | null = null): BridgeAnswer {
  return { ok: false, error: { code, message, field } };
}
