import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { promisify } from 'node:util';

export type PortUser = { readonly pid: number; readonly command: string };

/** Whether we could listen on this loopback port now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Inode of the socket that listens on the port, out of /proc/net/tcp or tcp6. */
export function listeningInode(table: string, port: number): string | undefined {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  for (const line of table.split('\n').slice(1)) {
    const columns = line.trim().split(/\s+/);
    if (columns[1]?.endsWith(`:${wanted}`) && columns[3] === '0A') return columns[9];
  }
  return undefined;
}

async function ownsInode(pid: string, inode: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder).catch(() => []);
  const links = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
  return links.includes(`socket:[${inode}]`);
}

async function userFromProc(port: number): Promise<PortUser | undefined> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  const inode = tables.map((table) => listeningInode(table, port)).find((found) => found !== undefined);
  if (inode === undefined) return undefined;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (!(await ownsInode(pid, inode))) continue;
    const command = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'unknown')).trim();
    return { pid: Number(pid), command };
  }
  return undefined;
}

async function userFromLsof(port: number): Promise<PortUser | undefined> {
  try {
    const { stdout } = await promisify(execFile)('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']);
    const pid = /^p(\d+)$/m.exec(stdout)?.[1];
    return pid === undefined
      ? undefined
      : { pid: Number(pid), command: /^c(.+)$/m.exec(stdout)?.[1] ?? 'unknown' };
  } catch {
    return undefined;
  }
}

/** Who listens on the port; nothing when the system does not tell us (another user's process). */
export function portUser(port: number): Promise<PortUser | undefined> {
  return process.platform === 'linux' ? userFromProc(port) : userFromLsof(port);
}

/** One sentence for a port that somebody else has. `remedy` says what else can be done. */
export function portInUseMessage(
  what: string,
  port: number,
  user: PortUser | undefined,
  remedy: string,
): string {
  const by = user ? `"${user.command}" (pid ${user.pid})` : 'another program';
  return `Port ${port} for ${what} is already used by ${by}: stop it, or ${remedy}.`;
}
