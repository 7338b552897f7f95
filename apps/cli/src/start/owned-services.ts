import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  down,
  readIfThere,
  serviceNames,
  status,
  up,
  writeWhole,
  type ServiceName,
  type StackAddresses,
  type StackSettings,
} from '../../../../deploy/local/index.js';
import { say } from '../settings.js';

const ownedFile = (home: string): string => join(home, 'start.services.json');

/** Service names out of the file's text; anything else in it counts for nothing. */
export function parseOwned(text: string | undefined): ServiceName[] {
  try {
    const listed: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(listed) ? serviceNames.filter((name) => listed.includes(name)) : [];
  } catch {
    return [];
  }
}

/** From now on the services outlive `plumbline start`, since somebody asked for them by hand. */
export async function disownServices(home: string): Promise<void> {
  await rm(ownedFile(home), { force: true });
}

/**
 * The services that `plumbline start` brings up and therefore stops again; ones that ran already (`plumbline stack up`) stay. The list is
 * on disk before anything starts, so that a start after a crash takes over what the crashed one had started.
 */
export class OwnedServices {
  private owned: ServiceName[] = [];

  constructor(private readonly settings: StackSettings) {}

  async up(): Promise<StackAddresses> {
    const { home } = this.settings;
    const before = await status(this.settings);
    const stopped = before.filter(({ state }) => state === 'stopped').map(({ name }) => name);
    const earlier = parseOwned(await readIfThere(ownedFile(home)));
    this.owned = serviceNames.filter((name) => stopped.includes(name) || earlier.includes(name));
    await writeWhole(ownedFile(home), JSON.stringify(this.owned));
    return (await up(this.settings)).addresses;
  }

  /** Starts again what died meanwhile. */
  async mend(): Promise<void> {
    const dead = (await status(this.settings))
      .filter(({ state }) => state === 'stopped')
      .map(({ name }) => name);
    if (dead.length === 0) return;
    say(`${dead.join(' and ')} ended unexpectedly; starting again on the same data.`);
    await up(this.settings, dead);
  }

  async down(): Promise<void> {
    if (this.owned.length > 0) await down(this.settings, this.owned);
    await disownServices(this.settings.home);
  }
}
