// The keys of the Replay place; the palette and the key sheet list them.
import type { Command } from '../../commands.ts';
import type { Player } from '../../scene/player.ts';
import type { Viewer } from '../../scene/viewer.ts';

export function replayCommands(player: () => Player | null, viewer: () => Viewer | null): Command[] {
  const when = (): boolean => player() !== null;
  const group = 'Replay';
  const last = (): number => player()?.state.lastRow ?? 0;
  return [
    { id: 'replay.play', title: 'Play or pause', group, keys: 'Space', when, run: () => player()?.toggle() },
    { id: 'replay.next', title: 'One step on', group, keys: 'ArrowRight', when, run: () => player()?.step(1) },
    { id: 'replay.previous', title: 'One step back', group, keys: 'ArrowLeft', when, run: () => player()?.step(-1) },
    { id: 'replay.next10', title: 'Ten steps on', group, keys: 'Shift+ArrowRight', when, run: () => player()?.step(10) },
    { id: 'replay.previous10', title: 'Ten steps back', group, keys: 'Shift+ArrowLeft', when, run: () => player()?.step(-10) },
    { id: 'replay.start', title: 'To the start', group, keys: 'Home', when, run: () => player()?.seek(0) },
    { id: 'replay.end', title: 'To the end', group, keys: 'End', when, run: () => player()?.seek(last()) },
    { id: 'view.slower', title: 'Slower', group: 'View', keys: ',', when, run: () => player()?.changeSpeed(-1) },
    { id: 'view.faster', title: 'Faster', group: 'View', keys: '.', when, run: () => player()?.changeSpeed(1) },
    { id: 'replay.loop', title: 'Loop', group, keys: 'l', when, run: () => player()?.setLooping(!player()?.state.isLooping) },
    { id: 'view.camera', title: 'Next camera', group: 'View', keys: 'c', run: () => viewer()?.cycleCamera() },
  ];
}
