// Hindsight relabelling, with episodes that can be followed by hand: in episode e, step t leads to the place 10 e + t + 1.
import { describe, expect, it } from 'vitest';
import { createStream } from '../random/stream.ts';
import { endings, EpisodeStarts, type Hindsight } from './hindsight.ts';
import { ReplayBuffer, type Transition } from './replay-buffer.ts';

/** What was asked for in every episode: a place that none of them reaches. */
const asked = 99;

function transition(episode: number, t: number): Transition {
  const place = 10 * episode + t;
  return {
    observation: [place, asked],
    action: [0.5],
    reward: -7,
    nextObservation: [place + 1, asked],
    terminated: false,
    goal: { achieved: [place + 1], episodeStep: t },
  };
}

/** 0 within half a unit of the goal, else minus the distance: tells both goals apart. */
const reward = (achieved: ArrayLike<number>, desired: ArrayLike<number>): number => {
  const distance = Math.abs((achieved[0] as number) - (desired[0] as number));
  return distance < 0.5 ? 0 : -distance;
};

function bufferOf(
  lengths: readonly number[],
  {
    capacity = 100,
    relabelled = 4,
    terminates = null,
  }: { capacity?: number; relabelled?: number; terminates?: Hindsight['terminates'] } = {},
): ReplayBuffer {
  const buffer = new ReplayBuffer({ observationSize: 2, actionSize: 1, capacity }, { goalSize: 1, relabelled, reward, terminates });
  lengths.forEach((length, episode) => {
    for (let t = 0; t < length; t += 1) buffer.add(transition(episode, t));
  });
  return buffer;
}

/** Each sampled row as [place, the goal that it is judged by, reward]; the next observation's goal must be the same. */
function sampled(buffer: ReplayBuffer, rows: number, seed = 1): [number, number, number][] {
  const batch = buffer.createBatch(rows);
  buffer.sample(batch, createStream(seed, 'replay'));
  return Array.from({ length: rows }, (_, row) => {
    expect(batch['next-observation'][2 * row + 1]).toBe(batch.observation[2 * row + 1]);
    expect(batch['next-observation'][2 * row]).toBe((batch.observation[2 * row] as number) + 1);
    expect([batch.action[row], batch.terminated[row]]).toEqual([0.5, 0]);
    return [batch.observation[2 * row] as number, batch.observation[2 * row + 1] as number, batch.reward[row] as number];
  });
}

describe('hindsight', () => {
  it('draws the goal from those achieved from the transition to its episode’s end, each equally often', () => {
    const rows = sampled(bufferOf([3, 4, 2]), 7_500).slice(0, 6_000);
    const counts = new Map<string, number>();
    for (const [place, goal, given] of rows) {
      counts.set(`${place} ${goal}`, (counts.get(`${place} ${goal}`) ?? 0) + 1);
      expect(given).toBe(goal === place + 1 ? 0 : place + 1 - goal);
    }
    // Episode 0 achieves 1, 2, 3; episode 1 11 to 14; episode 2, still under way, 21 and 22.
    const expected: Record<string, number> = {
      '0 1': 1 / 3,
      '0 2': 1 / 3,
      '0 3': 1 / 3,
      '1 2': 1 / 2,
      '1 3': 1 / 2,
      '2 3': 1,
      '10 11': 1 / 4,
      '10 12': 1 / 4,
      '10 13': 1 / 4,
      '10 14': 1 / 4,
      '11 12': 1 / 3,
      '11 13': 1 / 3,
      '11 14': 1 / 3,
      '12 13': 1 / 2,
      '12 14': 1 / 2,
      '13 14': 1,
      '20 21': 1 / 2,
      '20 22': 1 / 2,
      '21 22': 1,
    };
    expect([...counts.keys()].sort()).toEqual(Object.keys(expected).sort());
    for (const [pair, share] of Object.entries(expected)) {
      const wanted = (6_000 / 9) * share;
      // Five standard deviations of a count.
      expect(Math.abs((counts.get(pair) ?? 0) - wanted)).toBeLessThan(5 * Math.sqrt(wanted));
    }
  });

  it.each([
    { relabelled: 4, rows: 256, first: 204 },
    { relabelled: 4, rows: 10, first: 8 },
    { relabelled: 1, rows: 10, first: 5 },
    { relabelled: 0, rows: 10, first: 0 },
    { relabelled: 100, rows: 101, first: 100 },
  ])('relabels $first of $rows rows at $relabelled to 1 and leaves the others as they were', ({ relabelled, rows, first }) => {
    const batch = sampled(bufferOf([5, 5], { relabelled }), rows);
    batch.forEach(([, goal, given], row) => {
      expect(goal === asked).toBe(row >= first);
      expect(given === -7).toBe(row >= first);
    });
  });

  it('leaves the stored rows alone', () => {
    const buffer = bufferOf([4, 4]);
    const before = buffer.copyRows(0, 8);
    sampled(buffer, 500);
    expect(buffer.copyRows(0, 8)).toEqual(before);
    expect([...before.subarray(0, 8)]).toEqual([0, asked, 0.5, -7, 1, asked, 0, 1]);
    expect(before[8]).toBe(0);
  });

  it('keeps to what the ring still holds, in the middle of an episode too', () => {
    // Rows 0 to 9 in episodes of 5, capacity 7: places 3, 4 of episode 0 and all of episode 1 are left.
    for (const [place, goal] of sampled(bufferOf([5, 5], { capacity: 7 }), 2_000).slice(0, 1_600)) {
      expect(place === 3 ? [4, 5] : place === 4 ? [5] : [11, 12, 13, 14, 15].filter((one) => one > place)).toContain(goal);
    }
  });

  it.each([
    [[3, 4, 2], 100],
    [[5, 5, 3], 7],
    [[5, 5, 5], 10],
  ])('samples the same after being restored from its rows (episodes %j, capacity %i)', (lengths, capacity) => {
    const original = bufferOf(lengths, { capacity });
    const restored = bufferOf([2], { capacity });
    restored.restart(original.firstRow);
    restored.appendRows(original.copyRows(original.firstRow, original.rowsAdded));
    for (const buffer of [original, restored]) buffer.add(transition(8, 0));
    expect(sampled(restored, 500)).toEqual(sampled(original, 500));
    expect(sampled(original, 500, 2)).not.toEqual(sampled(original, 500));
  });

  it.each([0, 1])('is as before after a row was taken back (step %i of its episode)', (t) => {
    for (const capacity of [100, 6]) {
      const [buffer, untouched] = [bufferOf([4, 3], { capacity }), bufferOf([4, 3], { capacity })];
      buffer.add(transition(5, t));
      buffer.takeBack();
      expect(sampled(buffer, 500)).toEqual(sampled(untouched, 500));
    }
  });

  it('forgets the starts of episodes that are gone', () => {
    const starts = new EpisodeStarts();
    for (let row = 0; row < 30_000; row += 3) starts.add(row, Math.max(0, row - 9));
    expect([29_990, 29_991, 29_996, 29_997, 29_999].map((row) => starts.endOf(row, 30_000))).toEqual([
      29_991, 29_994, 29_997, 30_000, 30_000,
    ]);
  });

  it('refuses transitions without a goal, or with one of other dimensions', () => {
    const buffer = bufferOf([2]);
    const without: Transition = { observation: [0, asked], action: [0.5], reward: -7, nextObservation: [1, asked], terminated: false };
    expect(() => buffer.add(without)).toThrow('needs 1 goal dimensions; none were given');
    expect(() => buffer.add({ ...without, goal: { achieved: [1, 2], episodeStep: 0 } })).toThrow('2 were given');
    const plain = new ReplayBuffer({ observationSize: 2, actionSize: 1, capacity: 4 });
    expect(() => plain.add(transition(0, 0))).toThrow('needs no goal dimensions; 1 were given');
    expect(buffer.rowsAdded).toBe(2);
  });
});

describe('the end of an episode in hindsight', () => {
  /** A goal is reached, and the episode over, within a unit and a half of it. */
  const terminates = (achieved: ArrayLike<number>, desired: ArrayLike<number>): boolean =>
    Math.abs((achieved[0] as number) - (desired[0] as number)) < 1.5;
  /** One episode of places 1, 2, 3 …; each step's end as given. */
  const ending = (goal: number, ends: readonly [terminated: boolean, anyway: boolean][], rule: Hindsight['terminates'] = terminates) => {
    const buffer = bufferOf([], { terminates: rule });
    ends.forEach(([terminated, terminatedAnyway], t) =>
      buffer.add({
        ...transition(0, t),
        observation: [t, goal],
        nextObservation: [t + 1, goal],
        terminated,
        goal: { achieved: [t + 1], episodeStep: t, terminatedAnyway },
      }),
    );
    return buffer;
  };
  /** The ends that a batch shows of relabelled rows and of others: "place goal" to 0 or 1, which must always be the same. */
  const endsOf = (buffer: ReplayBuffer): [Record<string, number>, Record<string, number>] => {
    const batch = buffer.createBatch(1000);
    buffer.sample(batch, createStream(1, 'replay'));
    const seen: [Record<string, number>, Record<string, number>] = [{}, {}];
    batch.terminated.forEach((end, row) => {
      const key = `${batch['next-observation'][2 * row]} ${batch['next-observation'][2 * row + 1]}`;
      const of = seen[row < 800 ? 0 : 1];
      expect(of[key] ?? end).toBe(end);
      of[key] = end;
    });
    return seen;
  };
  const none: [boolean, boolean] = [false, false];

  it('is judged by the new goal, also where the own one was never reached', () => {
    const [relabelled, own] = endsOf(ending(asked, [none, none, none]));
    expect(relabelled).toEqual({ '1 1': 1, '1 2': 1, '1 3': 0, '2 2': 1, '2 3': 1, '3 3': 1 });
    expect(own).toEqual({ '1 99': 0, '2 99': 0, '3 99': 0 });
  });

  it('is no end where only the own goal made it one', () => {
    const [relabelled, own] = endsOf(ending(-1, [[true, false], none, none]));
    expect(relabelled).toMatchObject({ '1 1': 1, '1 2': 1, '1 3': 0 });
    expect(own).toEqual({ '1 -1': 1, '2 -1': 0, '3 -1': 0 });
  });

  it('stays one where it came of something else than the goal', () => {
    expect(endsOf(ending(2, [[true, true], none, none]))[0]).toMatchObject({ '1 1': 1, '1 2': 1, '1 3': 1 });
  });

  it('is left as it is where a goal never ends an episode', () => {
    const [relabelled] = endsOf(ending(asked, [[true, true], none, none], null));
    expect(relabelled).toEqual({ '1 1': 1, '1 2': 1, '1 3': 1, '2 2': 0, '2 3': 0, '3 3': 0 });
  });

  it('of a row that does not say why is taken as its own goal’s where that reaches so far, else as something else’s', () => {
    for (const [goal, end] of [
      [2, 0],
      [asked, 1],
    ] as const) {
      const buffer = ending(goal, [[true, true], none, none]);
      const rows = buffer.copyRows(0, 3);
      // As versions before 0.2.0 wrote it.
      expect(rows[6]).toBe(endings.anyway);
      rows[6] = endings.ended;
      buffer.restart(0);
      buffer.appendRows(rows);
      const [relabelled, own] = endsOf(buffer);
      expect(relabelled['1 3']).toBe(end);
      expect(own[`1 ${goal}`]).toBe(1);
    }
  });

  it('takes up no more room than before: rows of either kind have one width', () => {
    expect(ending(asked, [none]).rowWidth).toBe(ending(asked, [none], null).rowWidth);
  });
});
