// A lane of its own thread. It sleeps until it is woken, loads a program that was sent to it, or helps with a run of one.
import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Board, jobs, OpenProgram, type SentProgram } from './lane.ts';
import { openLibrary } from './library.ts';
import { setFlushing } from './subnormals.ts';

export interface LaneData {
  lane: number;
  lanes: number;
  board: SharedArrayBuffer;
  /** Gives SentPrograms. */
  port: MessagePort;
}

const { lane, lanes, board: memory, port } = workerData as LaneData;
const board = new Board(lanes, memory);
const library = openLibrary();
const programs = new Map<number, OpenProgram>();

function load(): void {
  board.attempt(() => {
    const sent = receiveMessageOnPort(port) as { message: SentProgram } | undefined;
    if (sent === undefined) throw new Error('a program that was sent to a thread did not arrive');
    programs.set(sent.message.number, new OpenProgram(library, sent.message.program));
    return 0;
  });
  board.addLoaded(lane);
}

function help(program: OpenProgram): void {
  const run = program.current;
  // Read after the run's number, so that it is that run's. A thread that computes otherwise than the others does nothing.
  if (!setFlushing(board.isFlushing)) return;
  while (!program.work(run, lane, board, Infinity));
}

for (let turn = 0; ;) {
  board.sleep(lane, turn);
  turn = board.turn(lane);
  const job = board.job(lane);
  if (job === jobs.end) break;
  if (job === jobs.load) load();
  else help(programs.get(job) as OpenProgram);
}
port.close();
