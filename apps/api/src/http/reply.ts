import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { map, type Observable } from 'rxjs';

import { endpointOf } from './endpoint.js';

/** Reply: a successful answer. `revision` becomes the ETag that a writer sends back in If-Match. */
export type Reply<T = unknown> = {
  status: 200 | 201 | 202 | 204;
  body?: T;
  revision?: number;
  location?: string;
};

/** ok: 200 with a body. */
export const ok = <T>(body: T): Reply<T> => ({ status: 200, body });

const JSON_TYPE = 'application/json; charset=utf-8';

/** ReplyInterceptor: writes what an endpoint's handler returned: status, ETag, Location; other handlers are left alone. */
@Injectable()
export class ReplyInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const spec = endpointOf(context.getHandler());
    if (spec === undefined) return next.handle();
    const response = context.switchToHttp().getResponse<Response>();
    return next.handle().pipe(
      map((value: Reply) => {
        response.status(value.status);
        if (value.revision !== undefined) response.setHeader('ETag', `"${value.revision}"`);
        if (value.location !== undefined) response.setHeader('Location', value.location);
        if (value.body === undefined) return undefined;
        response.setHeader('Content-Type', spec.replies[value.status]?.contentType ?? JSON_TYPE);
        return value.body;
      }),
    );
  }
}
