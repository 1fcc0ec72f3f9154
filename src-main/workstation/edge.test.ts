// Requests of every wrong shape, and every kind of error in a person's words.
import { describe, expect, it } from 'vitest';
import { ParameterError } from '../contract/parameters.ts';
import { WorkstationError, type ContractError } from '../contract/requests.ts';
import { StoreError, type StoreErrorCode } from '../store/errors.ts';
import { parseRequest, toContractError } from './edge.ts';

function refusal(name: unknown, request: unknown): ContractError {
  try {
    parseRequest(name, request);
  } catch (error) {
    if (error instanceof WorkstationError) return { code: error.code, message: error.message, field: error.field };
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('parseRequest', () => {
  it('gives back what is valid, trimmed', () => {
    expect(parseRequest('runs.rename', { run: 'x', name: ' a ' })).toEqual({ name: 'runs.rename', request: { run: 'x', name: 'a' } });
    expect(parseRequest('runs.list', {})).toEqual({ name: 'runs.list', request: {} });
  });

  const query = { run: 'x', metrics: ['entropy'], fromStep: null, toStep: null, maxPoints: 10, includeSuperseded: false };
  const create = { task: 'reacher', agent: 'sac', hyperparameters: {}, seeds: '1', device: 'cpu', threads: null, name: null };
  it.each<[string, unknown, string | null, string]>([
    ['runs.get', undefined, null, 'the request: an object is needed, and nothing was given. Nothing was changed.'],
    ['runs.get', [], null, 'the request: must be an object. Nothing was changed.'],
    ['runs.get', {}, 'run', 'run: a text is needed, and nothing was given. Nothing was changed.'],
    ['runs.get', { run: 7 }, 'run', 'run: must be a text. Nothing was changed.'],
    ['runs.get', { run: '' }, 'run', 'run: needs at least 1 character. Nothing was changed.'],
    ['runs.get', { run: 'x'.repeat(65) }, 'run', 'run: has room for 64 characters at most. Nothing was changed.'],
    ['runs.get', JSON.parse('{"run":"x","__proto__":{}}'), null, 'the request: "__proto__" is not known here. Nothing was changed.'],
    ['runs.delete', { runs: [] }, 'runs', 'runs: needs at least 1 entry. Nothing was changed.'],
    ['runs.delete', { runs: ['x', null] }, 'runs.1', 'runs.1: must be a text. Nothing was changed.'],
    ['runs.log', { run: 'x', maxBytes: 1.5 }, 'maxBytes', 'maxBytes: must be a whole number. Nothing was changed.'],
    ['runs.log', { run: 'x', maxBytes: 2e6 }, 'maxBytes', 'maxBytes: must be at most 1,000,000. Nothing was changed.'],
    ['runs.evaluations', { run: 'x', fromStep: null, toStep: null, most: 0 }, 'most', 'most: must be at least 1. Nothing was changed.'],
    [
      'runs.evaluations',
      { run: 'x', fromStep: null, toStep: null, most: 10_001 },
      'most',
      'most: must be at most 10,000. Nothing was changed.',
    ],
    [
      'runs.evaluations',
      { run: 'x', fromStep: -1, toStep: null, most: 1 },
      'fromStep',
      'fromStep: must be at least 0. Nothing was changed.',
    ],
    [
      'runs.evaluations',
      { run: 'x', fromStep: null, toStep: 0.5, most: 1 },
      'toStep',
      'toStep: must be a whole number. Nothing was changed.',
    ],
    ['runs.continue', { run: 'x', steps: 0, device: null, threads: null }, 'steps', 'steps: must be at least 1. Nothing was changed.'],
    ['metrics.query', { ...query, maxPoints: 1 }, 'maxPoints', 'maxPoints: must be at least 2. Nothing was changed.'],
    ['metrics.query', { ...query, fromStep: NaN }, 'fromStep', 'fromStep: must be a number. Nothing was changed.'],
    ['metrics.query', { ...query, toStep: Infinity }, 'toStep', 'toStep: must be a number. Nothing was changed.'],
    ['snapshots.get', { run: 'x', at: 'newest' }, 'at', 'at: is not a value of the kind that is needed. Nothing was changed.'],
    ['runs.create', { ...create, threads: 'two' }, 'threads', 'threads: is not a value of the kind that is needed. Nothing was changed.'],
    [
      'runs.create',
      { ...create, hyperparameters: { 'batch-size': {} } },
      'hyperparameters.batch-size',
      'hyperparameters.batch-size: is not a value of the kind that is needed. Nothing was changed.',
    ],
    ['runs.control', { run: 'x', action: 'fly' }, 'action', 'action: must be one of pause, resume, checkpoint, stop. Nothing was changed.'],
  ])('%s refuses %j', (name, request, field, message) => {
    expect(refusal(name, request)).toEqual({ code: 'invalid-request', field, message });
  });

  it.each([null, 7, {}, '', 'runs', 'toString', '__proto__', 'constructor'])('knows no request %j', (name) => {
    expect(refusal(name, {}).code).toBe('invalid-request');
  });
});

describe('toContractError', () => {
  it.each<[StoreErrorCode, ContractError['code']]>([
    ['newer-version', 'unavailable'],
    ['read-only', 'unavailable'],
    ['disk-full', 'unavailable'],
    ['corrupt', 'failed'],
    ['locked', 'unavailable'],
    ['not-found', 'not-found'],
    ['ambiguous', 'conflict'],
    ['conflict', 'conflict'],
    ['invalid', 'invalid-request'],
  ])('makes %s of the store %s', (code, expected) => {
    expect(toContractError(new StoreError(code, 'it is so'))).toEqual({ code: expected, message: 'It is so.', field: null });
  });
  it('keeps the field of a parameter', () => {
    expect(toContractError(new ParameterError('hyperparameters.batch-size', 'batch-size must be …'))).toMatchObject({
      code: 'invalid-request',
      field: 'hyperparameters.batch-size',
    });
  });
  it.each([
    [new Error('spawn failed'), 'Spawn failed.'],
    ['words', 'Words.'],
    [null, 'Null.'],
  ])('says what it can of %s', (error, message) => {
    expect(toContractError(error)).toEqual({ code: 'failed', message, field: null });
  });
});
