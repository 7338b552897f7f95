import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import { loadConfig } from '#libs/platform';
import { apiClient, type ApiClient } from '../demo/api-client.js';
import { CommandProblem } from '../command-problem.js';

export type ApiFlags = { project: string; url?: string; keyFile?: string; json?: boolean };

/** withApiOptions: what every command needs that talks to the API. */
export const withApiOptions = (command: Command): Command =>
  command
    .option('--project <name>', 'which project', 'default')
    .option('--url <address>', 'where the API listens; by default as configured')
    .option('--key-file <path>', 'file with an API key; by default the admin key of this installation')
    .option('--json', 'the whole answer instead of a table');

/** fetch says no more than that it failed. */
const unreachable =
  (address: string) =>
  (error: unknown): never => {
    if (error instanceof TypeError)
      throw new CommandProblem(`No API answers at ${address}: start it, or say where it is with --url.`);
    throw error;
  };

/** openApi: the API with a key, and the path of the project. */
export async function openApi({
  project,
  url,
  keyFile,
}: ApiFlags): Promise<{ api: ApiClient; base: string }> {
  const config = loadConfig();
  const path = keyFile ?? join(config.home, 'admin.key');
  const key = await readFile(path, 'utf8').catch(() => {
    throw new CommandProblem(
      `There is no API key at ${path}: give one with --key-file, or run this where the API was first started.`,
    );
  });
  const address = url ?? config.publicUrl;
  const { get, post, put, upload } = apiClient(address, key.trim());
  return {
    api: {
      get: <T>(place: string) => get<T>(place).catch(unreachable(address)),
      post: <T>(place: string, body: unknown) => post<T>(place, body).catch(unreachable(address)),
      put: (place: string, body: unknown) => put(place, body).catch(unreachable(address)),
      upload: <T>(place: string, type: string, body: Readable) =>
        upload<T>(place, type, body).catch(unreachable(address)),
    },
    base: `/v1/projects/${encodeURIComponent(project)}`,
  };
}
