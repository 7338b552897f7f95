import { describe, expect, it } from 'vitest';
import { diskProblem, javaProblem, javaVersionOf, minFreeBytes } from './requirements.js';

describe('javaVersionOf', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment', { version: '17.0.15', major: 17 }],
    ['java version "1.8.0_392"', { version: '1.8.0_392', major: 8 }],
    ['openjdk version "25" 2025-09-16', { version: '25', major: 25 }],
    ['openjdk version "24-ea" 2025-03-18', { version: '24-ea', major: 24 }],
    ['Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "21.0.2"', { version: '21.0.2', major: 21 }],
    ['nothing of the kind', undefined],
  ])('reads %j', (output, expected) => {
    expect(javaVersionOf(output)).toEqual(expected);
  });
});

describe('javaProblem', () => {
  it.each([
    ['no Java', undefined, /was not found.*apt install.*KAFKA_BROKERS/],
    ['an old Java', 'openjdk version "11.0.2"', /Java 11\.0\.2 is too old.*17 or newer/],
    ['a silent Java', 'hello', /did not say its version/],
  ])('says what to do about %s', (_name, output, expected) => {
    expect(javaProblem(output)).toMatch(expected);
  });

  it('is content with 17', () => {
    expect(javaProblem('openjdk version "17.0.1"')).toBeUndefined();
  });
});

describe('diskProblem', () => {
  it('names the folder, what is free and what is needed', () => {
    expect(diskProblem('/home/x', 512 * 1024 ** 2)).toBe(
      'Only 0.5 GiB are free where /home/x is, and the local stack needs 2 GiB: free some space, or set PLUMBLINE_HOME to a folder on another disk.',
    );
    expect(diskProblem('/home/x', minFreeBytes)).toBeUndefined();
  });
});
