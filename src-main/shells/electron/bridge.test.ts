// The bridge between page and workstation, over the few methods of ipcMain that it uses.
import { describe, expect, it } from 'vitest';
import { bridgeChannels, type BridgeAnswer } from '../../contract/bridge.ts';
import type { WorkstationEvent } from '../../contract/requests.ts';
import { type InvokeHandlers, serveBridge } from './bridge.ts';
import type { SenderFrame } from './security.ts';

const page: SenderFrame = { url: 'app://elbow/index.html', parent: null };

function serve() {
  type Handler = Parameters<InvokeHandlers['handle']>[1];
  const handlers = new Map<string, Handler>();
  const asked: unknown[] = [];
  const listeners = new Set<(event: WorkstationEvent) => void>();
  const sent: unknown[] = [];
  const target = {
    isGone: false,
    send: (channel: string, event: WorkstationEvent) => sent.push([channel, event]),
    isDestroyed: () => target.isGone,
  };
  const bridge = serveBridge(
    { handle: (channel, handler) => void handlers.set(channel, handler), removeHandler: (channel) => void handlers.delete(channel) },
    {
      async answer(name, request): Promise<BridgeAnswer> {
        asked.push([name, request]);
        return { ok: true, value: 'answered' };
      },
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    () => [target],
  );
  const call = (frame: SenderFrame | null, ...values: unknown[]) => handlers.get(bridgeChannels.call)?.({ senderFrame: frame }, ...values);
  const emit = (event: WorkstationEvent) => listeners.forEach((listener) => listener(event));
  return { bridge, handlers, asked, listeners, sent, target, call, emit };
}

describe('serveBridge', () => {
  it("passes our page's calls to the workstation", async () => {
    const { call, asked } = serve();
    expect(await call(page, 'runs.list', {})).toEqual({ ok: true, value: 'answered' });
    expect(asked).toEqual([['runs.list', {}]]);
  });

  it.each([
    ['a frame inside our page', { url: 'app://elbow/index.html', parent: page }],
    ['another origin', { url: 'https://example.org/', parent: null }],
    ['a frame that is gone', null],
  ])('refuses %s before the workstation hears of it', async (_, frame) => {
    const { call, asked } = serve();
    expect(await call(frame, 'runs.delete', { runs: ['a'] })).toMatchObject({ ok: false, error: { code: 'invalid-request' } });
    expect(asked).toEqual([]);
  });

  it('sends events to windows that are still there', () => {
    const { emit, sent, target } = serve();
    const event: WorkstationEvent = { kind: 'queue-changed', revision: 1, entries: [] };
    emit(event);
    target.isGone = true;
    emit(event);
    expect(sent).toEqual([[bridgeChannels.event, event]]);
  });

  it('ends with nothing left behind', () => {
    const { bridge, handlers, listeners } = serve();
    bridge.close();
    expect(handlers.size).toBe(0);
    expect(listeners.size).toBe(0);
  });
});
