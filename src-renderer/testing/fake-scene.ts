// The scene's worker for tests of what steers it: it draws nothing, remembers what it was told, and says what the test has it say.
import type { LabSessionHandle, LiveSessionHandle, ReplaySessionHandle, SceneClient, SessionEvents } from '../scene/scene-client.ts';

export interface FakeSession {
  kind: 'live' | 'replay' | 'lab';
  options: unknown;
  events: SessionEvents;
  /** Names and arguments, in order. */
  told: unknown[][];
  isClosed: boolean;
}

export class FakeScene implements Pick<SceneClient, 'openLive' | 'openReplay' | 'openLab' | 'warmUp'> {
  readonly sessions: FakeSession[] = [];
  readonly warmed: string[] = [];

  get last(): FakeSession {
    const session = this.sessions.at(-1);
    if (session === undefined) throw new Error('no session was opened');
    return session;
  }

  warmUp(modelFile: string): void {
    this.warmed.push(modelFile);
  }

  openLive(options: unknown, events: SessionEvents): LiveSessionHandle {
    const { tell, close } = this.open('live', options, events);
    return { close, offerPolicy: tell('offerPolicy'), setPace: tell('setPace'), step: tell('step') };
  }

  openReplay(options: unknown, events: SessionEvents): ReplaySessionHandle {
    const { tell, close } = this.open('replay', options, events);
    return { close, wantRow: tell('wantRow') };
  }

  openLab(options: unknown, events: SessionEvents): LabSessionHandle {
    const { tell, close } = this.open('lab', options, events);
    return { close, setTask: tell('setTask'), setPose: tell('setPose'), setRandom: tell('setRandom'), seen: tell('seen') };
  }

  private open(kind: FakeSession['kind'], options: unknown, events: SessionEvents) {
    const session: FakeSession = { kind, options, events, told: [], isClosed: false };
    this.sessions.push(session);
    return {
      close: () => void (session.isClosed = true),
      tell:
        (name: string) =>
        (...told: unknown[]) =>
          void session.told.push([name, ...told]),
    };
  }
}
