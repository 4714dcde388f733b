import { describe, expect, it } from 'vitest';
import {
  filterCovers,
  isFilter,
  isHubTopic,
  isTopic,
  topicMatches,
  withoutCovered,
} from '../../../src/link/mqtt/topics.ts';

describe('which topics a filter takes', () => {
  for (const [filter, topic, takes] of [
    ['a/b', 'a/b', true],
    ['a/b', 'a/b/c', false],
    ['a/b', 'a', false],
    ['a/b', 'A/b', false],
    ['a/+', 'a/b', true],
    ['a/+', 'a/', true],
    ['a/+', 'a', false],
    ['a/+', 'a/b/c', false],
    ['+/b', 'a/b', true],
    ['+', 'a', true],
    ['+', '/a', false],
    ['+/+', '/a', true],
    ['a/+/c', 'a/b/c', true],
    ['a/+/c', 'a/b/d', false],
    ['a/#', 'a', true],
    ['a/#', 'a/b', true],
    ['a/#', 'a/b/c/d', true],
    ['a/#', 'ab', false],
    ['#', 'a', true],
    ['#', '/a/b', true],
    ['#', '$SYS/a', false],
    ['+/a', '$SYS/a', false],
    ['$SYS/#', '$SYS/a', true],
    ['/a', 'a', false],
  ] as const) {
    it(`${filter} ${takes ? 'takes' : 'leaves'} ${topic}`, () => expect(topicMatches(filter, topic)).toBe(takes));
  }
});

describe('which filters an allowed filter covers', () => {
  for (const [allowed, wanted, covers] of [
    ['a/b', 'a/b', true],
    ['a/+', 'a/b', true],
    ['a/+', 'a/+', true],
    ['a/b', 'a/+', false],
    ['a/#', 'a', true],
    ['a/#', 'a/#', true],
    ['a/#', 'a/+/c', true],
    ['a/#', '#', false],
    ['a/+', 'a/#', false],
    ['a/+/#', 'a/#', false],
    ['#', '#', true],
    ['#', '+/a', true],
    ['#', '$SYS/#', false],
    ['+/+', 'a', false],
    ['+', 'a/b', false],
    ['a/+/set', 'a/x/set', true],
    ['a/+/set', 'a/x/get', false],
    ['a/+/set', 'a/+/+', false],
  ] as const) {
    it(`${allowed} ${covers ? 'covers' : 'does not cover'} ${wanted}`, () =>
      expect(filterCovers(allowed, wanted)).toBe(covers));
  }
});

describe('topics and filters that are none', () => {
  for (const [text, topic, filter] of [
    ['a/b', true, true],
    ['', false, false],
    ['a/+', false, true],
    ['a/#', false, true],
    ['a\u0000b', false, false],
    ['a\uFFFDb', false, false],
    ['küche/tür', true, true],
  ] as const) {
    it(`${JSON.stringify(text)}: topic ${topic}, filter ${filter}`, () => {
      expect([isTopic(text), isFilter(text)]).toEqual([topic, filter]);
    });
  }
});

describe('topics of a hub', () => {
  for (const [topic, own] of [
    ['lantern', true],
    ['lantern/s/panel/state', true],
    ['lantern/other/x', true],
    ['lanterns/x', false],
    ['zigbee2mqtt/lantern', false],
  ] as const) {
    it(`${topic}: ${own}`, () => expect(isHubTopic(topic)).toBe(own));
  }
});

it('asks for nothing twice', () => {
  expect(withoutCovered(['z/door', 'z/#', 'z/door', 't/+/SENSOR', 't/a/SENSOR', 'x'])).toEqual([
    'z/#',
    't/+/SENSOR',
    'x',
  ]);
});
