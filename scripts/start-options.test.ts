// The options of `npm start`, and that a wrong one ends with the usage and code 2 before anything is built.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseStartOptions, StartUsageError } from './start-options.ts';

describe('parseStartOptions', () => {
  it.each([
    [[], { shell: 'either', port: null, open: true, dataDir: null }],
    [['--web', '--port', '8080', '--no-open'], { shell: 'web', port: 8080, open: false, dataDir: null }],
    [['--port=0'], { shell: 'either', port: 0, open: true, dataDir: null }],
    [['--electron', '--data-dir', '/d'], { shell: 'electron', port: null, open: true, dataDir: '/d' }],
  ])('%j', (given, expected) => {
    expect(parseStartOptions(given)).toEqual(expected);
  });

  it.each([[['--help']], [['-h', '--web']]])('%j asks for help', (given) => {
    expect(parseStartOptions(given)).toBeNull();
  });

  it.each([
    [['--wbe'], /Unknown option '--wbe'/],
    [['--no-sandbox'], /Unknown option '--no-sandbox'/],
    [['web'], /Unexpected argument 'web'/],
    [['--web', '--electron'], /exclude each other/],
    [['--electron', '--port', '1'], /--port belongs to the browser shell/],
    [['--port'], /'--port <value>' argument missing/],
    [['--port', ''], /--port must be a whole number from 0 .* to 65,535/],
    [['--port', '65536'], /"65536" was given/],
    [['--port', '1e3'], /"1e3" was given/],
    [['--port', '80 80'], /"80 80" was given/],
    [['--port=-1'], /"-1" was given/],
    [['--web=yes'], /'--web' does not take an argument/],
    [['--data-dir', ' '], /--data-dir needs a folder/],
  ])('refuses %j', (given, message) => {
    expect(() => parseStartOptions(given)).toThrow(StartUsageError);
    expect(() => parseStartOptions(given)).toThrow(message);
  });
});

describe('start.ts', () => {
  const start = (...given: string[]) =>
    spawnSync(process.execPath, [path.join(import.meta.dirname, 'start.ts'), ...given], { encoding: 'utf8' });
  it('ends with the usage and code 2', () => {
    const { status, stdout, stderr } = start('--prot', '8080');
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^Unknown option '--prot'\n\nUsage: npm start -- \[options\]/);
  });
  it('gives help', () => {
    expect(start('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--data-dir <dir>') as string });
  });
});
