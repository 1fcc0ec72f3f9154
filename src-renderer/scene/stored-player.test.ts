// Tests of the player of a recorded episode, with a clock of our own.
import { describe, expect, it } from 'vitest';
import { formatSpeed, nextSpeed, RateMeter } from './player.ts';
import { StoredPlayer } from './stored-player.ts';

/** Frames at 60 Hz for some seconds; returns the time after them. */
function run(player: StoredPlayer, seconds: number, from = 0, hertz = 60): number {
  const frames = Math.round(seconds * hertz);
  for (let k = 0; k <= frames; k += 1) player.advance(from + (k * 1000) / hertz);
  return from + (frames * 1000) / hertz;
}

describe('playing', () => {
  it('shows rows in real time', () => {
    const player = new StoredPlayer(1000, 0.05);
    player.play();
    run(player, 2);
    expect(player.state.position).toBeCloseTo(40, 6);
    expect(player.state.achievedSpeed).toBeCloseTo(1, 6);
  });

  it.each([0.25, 0.5, 2, 8])('shows rows at %s times real time', (speed) => {
    const player = new StoredPlayer(1000, 0.05);
    player.setSpeed(speed);
    player.play();
    run(player, 1);
    expect(player.state.position).toBeCloseTo(20 * speed, 6);
    expect(player.state.achievedSpeed).toBeCloseTo(speed, 6);
  });

  it('does not jump over a stall, and says that it was slower', () => {
    const player = new StoredPlayer(1000, 0.05);
    player.play();
    player.advance(0);
    player.advance(1000);
    expect(player.state.position).toBeCloseTo(5, 6);
    expect(player.state.achievedSpeed).toBeCloseTo(0.25, 6);
  });

  it('stops at the end, and plays again from the start', () => {
    const player = new StoredPlayer(10, 0.05);
    player.play();
    run(player, 1);
    expect(player.state).toMatchObject({ isPlaying: false, position: 10, achievedSpeed: null });
    player.play();
    expect(player.state).toMatchObject({ isPlaying: true, position: 0 });
  });

  it('loops when asked to', () => {
    const player = new StoredPlayer(10, 0.05);
    player.setLooping(true);
    player.play();
    run(player, 0.6);
    expect(player.state.isPlaying).toBe(true);
    expect(player.state.position).toBeCloseTo(2, 6);
  });

  it('pauses on a recorded row, and time spent paused is not played', () => {
    const player = new StoredPlayer(100, 0.05);
    player.play();
    const t = run(player, 0.32);
    expect(player.state.position).toBeCloseTo(6.33, 1);
    player.pause();
    expect(player.state.position).toBe(6);
    player.play();
    player.advance(t + 60_000);
    expect(player.state.position).toBe(6);
  });

  it('does nothing with an episode of no steps', () => {
    const player = new StoredPlayer(0, 0.05);
    player.play();
    expect(player.state.isPlaying).toBe(false);
  });
});

describe('moving the playhead', () => {
  it('steps by rows, pausing, within the episode', () => {
    const player = new StoredPlayer(20, 0.05);
    player.play();
    player.step(1);
    expect(player.state).toMatchObject({ isPlaying: false, position: 1 });
    player.step(10);
    expect(player.state.position).toBe(11);
    player.step(10);
    expect(player.state.position).toBe(20);
    player.step(-1);
    expect(player.state.position).toBe(19);
    player.step(-100);
    expect(player.state.position).toBe(0);
  });

  it.each([
    [3.4, 3],
    [-5, 0],
    [1e9, 20],
    [Infinity, 20],
    [-Infinity, 0],
    [NaN, 7],
  ])('seeks to %s at row %s', (row, expected) => {
    const player = new StoredPlayer(20, 0.05);
    player.seek(7);
    player.seek(row);
    expect(player.state.position).toBe(expected);
  });

  it('goes on playing after a seek', () => {
    const player = new StoredPlayer(1000, 0.05);
    player.play();
    run(player, 0.5);
    player.seek(500);
    run(player, 0.5, 500);
    expect(player.state.position).toBeCloseTo(510, 6);
  });
});

describe('speed', () => {
  it('climbs the ladder and stays on it', () => {
    expect([0.25, 0.3, 1, 8].map((s) => nextSpeed(s, 1))).toEqual([0.5, 0.5, 2, 8]);
    expect([0.25, 0.3, 1, 8].map((s) => nextSpeed(s, -1))).toEqual([0.25, 0.25, 0.5, 4]);
  });

  it.each([0, -1, NaN, Infinity])('refuses %s', (speed) => {
    expect(() => new StoredPlayer(10, 0.05).setSpeed(speed)).toThrow(/speed must be a positive number/);
  });

  it('is written as a fraction below one', () => {
    expect([0.25, 0.5, 1, 8].map(formatSpeed)).toEqual(['¼×', '½×', '1×', '8×']);
  });
});

it.each([
  [-1, 0.05],
  [1.5, 0.05],
  [NaN, 0.05],
  [10, 0],
  [10, NaN],
  [10, -1],
])('refuses an episode of %s steps of %s s', (length, seconds) => {
  expect(() => new StoredPlayer(length, seconds)).toThrow(RangeError);
});

it('tells its subscribers, until they leave', () => {
  const player = new StoredPlayer(10, 0.05);
  const positions: number[] = [];
  const leave = player.subscribe((state) => positions.push(state.position));
  player.seek(3);
  player.seek(3);
  leave();
  player.seek(4);
  expect(positions).toEqual([3]);
});

it('a rate meter forgets what is older than its window', () => {
  const meter = new RateMeter(1000);
  expect(meter.factor).toBeNull();
  for (let ms = 0; ms <= 2000; ms += 100) meter.add(ms, ms / 1000);
  for (let ms = 2100; ms <= 4000; ms += 100) meter.add(ms, 2 + (2 * (ms - 2000)) / 1000);
  expect(meter.factor).toBeCloseTo(2, 6);
});
