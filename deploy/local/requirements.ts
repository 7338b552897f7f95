import { execFile } from 'node:child_process';
import { mkdir, statfs } from 'node:fs/promises';
import { promisify } from 'node:util';
import { StackProblem } from './problem.js';

const run = promisify(execFile);

/** Kafka's jars, its class archive and a first day of data fit into this. */
export const minFreeBytes = 2 * 1024 ** 3;
export const minJavaMajor = 17;

const orElse =
  'install a JDK 17 or newer (Debian: apt install openjdk-17-jre-headless maven), or point KAFKA_BROKERS at a Kafka that runs';

/** Full version out of `java -version`, such as 17.0.15; before Java 9 the major number stood second (1.8.0_392). */
export function javaVersionOf(output: string): { version: string; major: number } | undefined {
  const version = /version "([^"]+)"/.exec(output)?.[1];
  if (version === undefined) return undefined;
  const [first = '', second = ''] = version.split(/[._-]/);
  return { version, major: Number(first === '1' ? second : first) };
}

/** What is wrong with this Java, in one sentence; nothing when it will do. */
export function javaProblem(output: string | undefined): string | undefined {
  if (output === undefined) return `Java was not found on the PATH, and Kafka needs it: ${orElse}.`;
  const java = javaVersionOf(output);
  if (!java) return `"java -version" did not say its version: ${orElse}.`;
  if (java.major >= minJavaMajor) return undefined;
  return `Java ${java.version} is too old for Kafka, which needs ${minJavaMajor} or newer: ${orElse}.`;
}

/** Everything a tool printed to both outputs; nothing when it cannot be run. */
async function outputOf(file: string, args: string[]): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(file, args, { timeout: 20_000 });
    return stdout + stderr;
  } catch {
    return undefined;
  }
}

/** The version of the Java on the PATH. Throws StackProblem when it is missing or too old. */
export async function requireJava(): Promise<string> {
  const output = await outputOf('java', ['-version']);
  const problem = javaProblem(output);
  if (problem !== undefined) throw new StackProblem(problem);
  return javaVersionOf(output ?? '')?.version ?? '';
}

export async function hasJava(): Promise<boolean> {
  return javaProblem(await outputOf('java', ['-version'])) === undefined;
}

/** Throws StackProblem when Maven, which fetches `what`, is missing. */
export async function requireMaven(what: string): Promise<void> {
  if ((await outputOf('mvn', ['--version'])) === undefined) {
    throw new StackProblem(
      `Maven (mvn) was not found on the PATH, and it is needed once to fetch ${what}: install it (Debian: apt install maven), or configure addresses of running services.`,
    );
  }
}

export function diskProblem(folder: string, freeBytes: number): string | undefined {
  if (freeBytes >= minFreeBytes) return undefined;
  const free = (freeBytes / 1024 ** 3).toFixed(1);
  return `Only ${free} GiB are free where ${folder} is, and the local stack needs ${minFreeBytes / 1024 ** 3} GiB: free some space, or set PLUMBLINE_HOME to a folder on another disk.`;
}

/** Throws StackProblem when the disk of the folder is nearly full or the folder cannot be made. */
export async function requireDisk(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new StackProblem(
      `The folder ${folder} cannot be made (${String(cause)}): set PLUMBLINE_HOME to one that can be written.`,
    );
  }
  const { bavail, bsize } = await statfs(folder);
  const problem = diskProblem(folder, bavail * bsize);
  if (problem !== undefined) throw new StackProblem(problem);
}
