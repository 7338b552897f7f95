import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Logger } from '#libs/platform';
import { StoreError } from '#libs/store';
import type { Request, Response } from 'express';

import { LOGGER } from '../tokens.js';
import { Problem, problemDocument, PROBLEMS, type ProblemStatus } from './problem.js';
import { RouteTable } from './route-table.js';

const RETRY_AFTER_S = '2';
const STATUS_OF_MIME: Readonly<Record<string, string>> = {
  'entity.too.large': 'The body is larger than is read here.',
  'parameters.too.many': 'The body has too many parameters.',
};

type HttpError = { status?: unknown; type?: unknown };

const isProblemStatus = (status: unknown): status is ProblemStatus =>
  typeof status === 'number' && status in PROBLEMS;

/** Errors of the body parser carry a status and a type; their messages may quote the body and are not passed on. */
const parserProblem = ({ status, type }: HttpError): Problem | undefined => {
  if (typeof type !== 'string' || !isProblemStatus(status) || status >= 500) return undefined;
  const detail = STATUS_OF_MIME[type] ?? `The body cannot be read (${type.replaceAll('.', ' ')}).`;
  return new Problem(status, detail);
};

const unavailable = (cause: unknown): Problem =>
  new Problem(503, 'The database cannot be reached right now; try again in a moment.', {
    headers: { 'Retry-After': RETRY_AFTER_S },
    cause,
  });

const fromHttp = (error: HttpException, request: Request, routes: RouteTable): Problem => {
  const status = error.getStatus();
  if (status === 404) {
    const allowed = routes.methodsAt(request.path);
    if (allowed.length > 0 && !allowed.includes(request.method)) {
      const list = allowed.join(', ');
      return new Problem(405, `${request.method} is not served here; use ${list}.`, {
        headers: { Allow: list },
      });
    }
    return new Problem(404, `There is nothing at ${request.path.slice(0, 200)}.`);
  }
  if (status === 400) return new Problem(400, 'The body is not valid JSON, or the address is not valid.');
  if (isProblemStatus(status) && status < 500) return new Problem(status, PROBLEMS[status][1]);
  return new Problem(500, 'Something broke on our side; the log knows more under this id.', { cause: error });
};

/** toProblem: any thrown thing as a problem; what is not understood becomes a 500 that tells nothing of the inside. */
export const toProblem = (error: unknown, request: Request, routes: RouteTable): Problem => {
  if (error instanceof Problem) return error;
  if (error instanceof StoreError && error.retryable) return unavailable(error);
  const parsed = typeof error === 'object' && error !== null ? parserProblem(error) : undefined;
  if (parsed !== undefined) return parsed;
  if (error instanceof HttpException) return fromHttp(error, request, routes);
  return new Problem(500, 'Something broke on our side; the log knows more under this id.', { cause: error });
};

/** ProblemFilter: the one place that writes failures, as `application/problem+json`, and logs those that are ours with the id that it tells. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly routes: RouteTable,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request & { id: string }>();
    const response = http.getResponse<Response>();
    const problem = toProblem(error, request, this.routes);
    if (problem.status >= 500) {
      this.logger.error(
        { err: problem.details.cause ?? error, requestId: request.id, url: request.path },
        problem.detail,
      );
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    for (const [name, value] of Object.entries(problem.details.headers ?? {}))
      response.setHeader(name, value);
    response
      .status(problem.status)
      .type('application/problem+json')
      .send(JSON.stringify(problemDocument(problem, request.id)));
  }
}
