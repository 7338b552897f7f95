import { Inject, Injectable } from '@nestjs/common';
import { INSTANCE, PAGE_LINK } from '#libs/contracts';
import { requireSecretKey, signToken, verifyLink, verifyToken, type Config } from '#libs/platform';
import type { Request, Response } from 'express';

import { KeyRing } from '../auth/key-ring.js';
import type { Principal } from '../http/endpoint.js';
import { CLOCK, CONFIG, type Clock } from '../tokens.js';

const COOKIE = 'plumbline_session';
const SESSION_MS = 12 * 3_600_000;
const PURPOSE = 'session';

/** Who looks at a page: a person with a session, the bearer of a signed link to exactly this page, or nobody who may. */
export type Visitor =
  { kind: 'session'; principal: Principal } | { kind: 'link' } | { kind: 'expired_link' } | { kind: 'none' };

/** Sessions: a signed cookie that names a key; the key is looked up at every request, so revoking it ends its sessions. */
@Injectable()
export class Sessions {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly keys: KeyRing,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** login: true when the key is alive; sets the cookie. */
  async login(key: string, response: Response): Promise<boolean> {
    const principal = await this.keys.find(key);
    if (principal === undefined) return false;
    const subject = JSON.stringify([principal.project, principal.id]);
    const expiresAtMs = this.clock() + SESSION_MS;
    const token = signToken(requireSecretKey(this.config), { purpose: PURPOSE, subject, expiresAtMs });
    response.cookie(COOKIE, token, {
      httpOnly: true,
      sameSite: 'strict',
      secure: this.config.publicUrl.startsWith('https:'),
      maxAge: SESSION_MS,
      path: '/',
    });
    return true;
  }

  logout(response: Response): void {
    response.clearCookie(COOKIE, { path: '/' });
  }

  /** visitor: a signed link opens its own page only, whoever else is signed in. */
  async visitor(request: Request): Promise<Visitor> {
    const principal = await this.fromCookie(request);
    if (principal !== undefined) return { kind: 'session', principal };
    if (!request.url.includes('sig=')) return { kind: 'none' };
    const verdict = verifyLink(
      requireSecretKey(this.config),
      { purpose: PAGE_LINK, nowMs: this.clock() },
      request.url,
    );
    if (verdict.ok) return { kind: 'link' };
    return { kind: verdict.reason === 'expired' ? 'expired_link' : 'none' };
  }

  private async fromCookie(request: Request): Promise<Principal | undefined> {
    const token = cookieOf(request.headers.cookie, COOKIE);
    if (token === undefined) return undefined;
    const verdict = verifyToken(
      requireSecretKey(this.config),
      { purpose: PURPOSE, nowMs: this.clock() },
      token,
    );
    if (!verdict.ok) return undefined;
    const [project, id] = JSON.parse(verdict.subject) as [string, string];
    return this.keys.alive(project, id);
  }
}

/** mayRead: a key of the whole instance, or of this project. */
export const mayRead = (visitor: Visitor, project: string): boolean =>
  visitor.kind === 'link' ||
  (visitor.kind === 'session' && [INSTANCE, project].includes(visitor.principal.project));

function cookieOf(header: string | undefined, name: string): string | undefined {
  const found = header
    ?.split(';')
    .map((part) => part.trim().split('='))
    .find(([key]) => key === name);
  return found?.[1];
}
