import type { IncomingMessage } from 'node:http';

import type { DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';

import { httpSerializers, type Logger } from '#libs/platform';

export { Logger as NestLogger } from 'nestjs-pino';

const PROBES = /^\/(?:health|metrics)(?:[/?]|$)/;

/** A caller's mistake is the caller's to see, in the answer; only our own failures are worth an operator's eye. */
const levelOf = (_: unknown, response: { statusCode: number }, error?: Error): 'error' | 'info' =>
  error !== undefined || response.statusCode >= 500 ? 'error' : 'info';

/** loggingModule: Nest's and every request's log through the app's own logger; probes and scrapes are not logged. Use with `app.useLogger(app.get(NestLogger))`. */
export const loggingModule = (logger: Logger): DynamicModule =>
  LoggerModule.forRoot({
    pinoHttp: {
      logger,
      quietReqLogger: true,
      serializers: httpSerializers,
      customLogLevel: levelOf,
      autoLogging: { ignore: (request: IncomingMessage) => PROBES.test(request.url ?? '') },
    },
  });
