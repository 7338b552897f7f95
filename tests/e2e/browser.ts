import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';

const CANDIDATES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

/** A Chromium of the machine; undefined where there is none. */
export const browserPath = CANDIDATES.find((path) => existsSync(path));

/** Says why tests are skipped, once, where a browser is missing. */
if (browserPath === undefined)
  process.stderr.write(
    'No Chromium on this machine: the page tests are skipped. Install the package chromium to run them.\n',
  );

export async function openBrowser(): Promise<BrowserContext> {
  return chromium.launchPersistentContext(await mkdtemp(join(tmpdir(), 'plumbline-browser-')), {
    executablePath: browserPath ?? '',
    headless: true,
    viewport: { width: 1280, height: 900 },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
