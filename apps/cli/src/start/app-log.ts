import { createWriteStream, mkdirSync, openSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { say } from '../settings.js';

const maxLineChars = 2_000;
const ownerOnly = 0o600;
const shownLevels: Readonly<Record<string, string>> = {
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
  warn: 'WARN',
  error: 'ERROR',
  fatal: 'FATAL',
};

/** Keys have no place in logs: `pl_` and what follows is cut out of a line. */
export function withoutKeys(line: string): string {
  return line.replace(/\bpl_[\w-]{16,}/g, 'pl_(hidden)');
}

type Entry = {
  readonly level?: unknown;
  readonly msg?: unknown;
  readonly err?: { readonly message?: unknown };
};

function parseEntry(line: string): Entry | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null ? entry : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A log line of an app as a person reads it. Nothing for lines below a warning, which only the file keeps; text that is no log entry,
 * such as the stack of a crash, is shown where it came through the error output.
 */
export function terminalLine(app: string, line: string, isErrorOutput: boolean): string | undefined {
  const text = line.slice(0, maxLineChars);
  const entry = parseEntry(line);
  if (!entry) return isErrorOutput && text.trim() !== '' ? `[${app}] ${text}` : undefined;
  const { level, msg, err } = entry;
  const name = shownLevels[String(level)];
  if (name === undefined) return undefined;
  const reason = typeof err?.message === 'string' && err.message !== msg ? `: ${err.message}` : '';
  return `[${app}] ${name} ${typeof msg === 'string' ? msg : text}${reason}`.slice(0, maxLineChars);
}

/** The file of one app's log, moved to `*.1` when large, so that a service that runs for months stays bounded. */
export class AppLog {
  private stream: WriteStream | undefined;
  private bytes = 0;

  constructor(
    readonly path: string,
    private readonly maxBytes = 50 * 1024 * 1024,
  ) {}

  open(): void {
    mkdirSync(dirname(this.path), { recursive: true });
    this.bytes = statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
    this.stream = this.append();
  }

  write(line: string): void {
    this.stream?.write(`${line}\n`);
    this.bytes += Buffer.byteLength(line) + 1;
    if (this.bytes > this.maxBytes) this.rotate();
  }

  async close(): Promise<void> {
    const { stream } = this;
    this.stream = undefined;
    if (stream && !stream.destroyed) await new Promise<void>((resolve) => stream.end(resolve));
  }

  /** A full disk must not stop the service whose words are written here. */
  private append(): WriteStream {
    const stream = createWriteStream(this.path, { fd: openSync(this.path, 'a', ownerOnly) });
    stream.once('error', (cause) => say(`The log ${this.path} cannot be written: ${cause.message}`));
    return stream;
  }

  /** The old stream drains into the renamed file. */
  private rotate(): void {
    this.stream?.end();
    renameSync(this.path, `${this.path}.1`);
    this.bytes = 0;
    this.stream = this.append();
  }
}
