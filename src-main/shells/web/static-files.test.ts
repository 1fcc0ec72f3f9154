// What an address may name.
import { describe, expect, it } from 'vitest';
import { parseTarget } from './static-files.ts';

describe('parseTarget', () => {
  it.each<[string, string]>([
    ['/', '/index.html'],
    ['/index.html', '/index.html'],
    ['/assets/index-B1c2D3e4.js', '/assets/index-B1c2D3e4.js'],
    ['/assets/a.js?v=1#x', '/assets/a.js'],
    ['/models/half%2Dcheetah.xml', '/models/half-cheetah.xml'],
    ['/a%20b.txt', '/a b.txt'],
    ['/docs/', '/docs/index.html'],
  ])('%s is %s', (target, file) => expect(parseTarget(target)).toBe(file));

  it.each([
    undefined,
    '',
    'index.html',
    'http://evil.example/',
    '*',
    '/..',
    '/../etc/passwd',
    '/a/../../etc/passwd',
    '/..%2f..%2fetc/passwd',
    '/%2e%2e/etc/passwd',
    '/%2e%2e%2fetc',
    '/..%5cetc',
    '/a\\..\\b',
    '/%252e%252e/etc',
    '//proc/self/environ',
    '/a//b',
    '/%2fetc/passwd',
    '/%00',
    '/index.html%00.js',
    '/a%0ab',
    '/%',
    '/%zz',
    '/%ff',
    '/.git/config',
    '/a/.env',
    '/./index.html',
    '/C:/windows',
    '/index.html::$DATA',
    '/\u007f',
  ])('%j names no file', (target) => expect(parseTarget(target)).toBeNull());
});
