import { randomUUID } from 'node:crypto';

import type { NextFunction, Request, Response } from 'express';

const HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  'Content-Security-Policy':
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'Cache-Control': 'no-store',
};
const HSTS = 'max-age=31536000; includeSubDomains';

/**
 * requestContext: gives every request an id of ours (told in X-Request-Id, in problems and in the log) and every answer the
 * headers that keep a browser from doing what an API never needs. Pages set a wider Content-Security-Policy of their own.
 */
export const requestContext =
  (publicUrl: string) =>
  (request: Request & { id?: unknown }, response: Response, next: NextFunction): void => {
    const id = randomUUID();
    request.id = id;
    response.setHeader('X-Request-Id', id);
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (publicUrl.startsWith('https:')) response.setHeader('Strict-Transport-Security', HSTS);
    next();
  };
