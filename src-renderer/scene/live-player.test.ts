// Tests of the live player: what it tells the session, and what it will not do.
import { expect, it } from 'vitest';
import { LivePlayer } from './live-player.ts';

function connected(): { player: LivePlayer; told: unknown[] } {
  const told: unknown[] = [];
  const player = new LivePlayer(1000);
  player.connect({ setPace: (speed, isPaused) => told.push([speed, isPaused]), step: (steps) => told.push(steps) });
  return { player, told };
}

it('tells a session its pace when it connects and at every change', () => {
  const { player, told } = connected();
  player.changeSpeed(1);
  player.pause();
  player.toggle();
  expect(told).toEqual([
    [1, false],
    [2, false],
    [2, true],
    [2, false],
  ]);
});

it('steps forward while paused, never back', () => {
  const { player, told } = connected();
  player.step(10);
  player.step(-1);
  player.step(1);
  expect(told).toEqual([[1, false], [1, true], 10, 1]);
  expect(player.state.isPlaying).toBe(false);
});

it('lasts as long as the run’s own episodes', () => {
  const { player } = connected();
  player.setTimeLimit(40);
  expect(player.state).toMatchObject({ lastRow: 40, position: 0 });
});

it('does not seek', () => {
  const { player } = connected();
  player.arrived(5, 0.98);
  player.seek();
  expect(player.state).toMatchObject({ position: 5, achievedSpeed: 0.98, lastRow: 1000, canSeek: false });
});
