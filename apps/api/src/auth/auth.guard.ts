import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { INSTANCE, keyRoles, type KeyRole } from '#libs/contracts';
import { PUBLIC_ROUTE } from '#libs/service';
import type { Request } from 'express';

import { endpointOf, type Principal } from '../http/endpoint.js';
import { Problem } from '../http/problem.js';
import { CLOCK, type Clock } from '../tokens.js';
import { KeyRing } from './key-ring.js';
import { Startup } from '../startup.js';
import { TokenBuckets } from './token-bucket.js';

const LIMITS = { perSecond: 100, burst: 500 };
const CHALLENGE = { 'WWW-Authenticate': 'Bearer realm="plumbline"' };

const bearer = (header: string | undefined): string | undefined => /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];

/** mayAct: a role includes those before it. */
const mayAct = (held: KeyRole, wanted: KeyRole): boolean =>
  keyRoles.indexOf(held) >= keyRoles.indexOf(wanted);

/** AuthGuard: no route without a key, unless it is marked public: a route that nobody thought about is closed. */
@Injectable()
export class AuthGuard implements CanActivate {
  private readonly buckets = new TokenBuckets(LIMITS);

  constructor(
    private readonly reflector: Reflector,
    private readonly keys: KeyRing,
    private readonly startup: Startup,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const handler = context.getHandler();
    const spec = endpointOf(handler);
    const isPublic = this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_ROUTE, [
      handler,
      context.getClass(),
    ]);
    if (isPublic === true || spec?.role === 'public') return true;
    const request = context.switchToHttp().getRequest<Request & { principal?: Principal }>();
    const principal = await this.principalOf(request.headers.authorization);
    this.checkRate(principal);
    this.checkRole(principal, spec?.role ?? 'admin');
    this.checkProject(principal, request.params['project']);
    request.principal = principal;
    return true;
  }

  private async principalOf(header: string | undefined): Promise<Principal> {
    const key = bearer(header);
    if (key === undefined)
      throw new Problem(401, 'Send an API key: "Authorization: Bearer pl_…".', { headers: CHALLENGE });
    this.startup.assertReady();
    const principal = await this.keys.find(key);
    if (principal === undefined)
      throw new Problem(401, 'This API key is unknown, revoked or expired.', { headers: CHALLENGE });
    return principal;
  }

  private checkRate({ id, project }: Principal): void {
    const waitMs = this.buckets.take(`${project}/${id}`, this.clock());
    if (waitMs > 0)
      throw new Problem(429, `This key calls more than ${LIMITS.perSecond} times a second.`, {
        headers: { 'Retry-After': String(Math.ceil(waitMs / 1_000)) },
      });
  }

  private checkRole({ role }: Principal, wanted: KeyRole): void {
    if (!mayAct(role, wanted))
      throw new Problem(403, `This needs the role '${wanted}'; the key has '${role}'.`);
  }

  private checkProject({ project }: Principal, asked: unknown): void {
    if (asked !== undefined && project !== INSTANCE && project !== asked)
      throw new Problem(403, `This key belongs to project '${project}'.`);
  }
}
