import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { Controller, Get, Param, Res } from '@nestjs/common';
import { checkSchemas, groundTruthEventSchema, predictionEventSchema } from '#libs/contracts';
import { PublicRoute } from '#libs/service';
import type { Response } from 'express';
import { z } from 'zod';

import { Endpoint, endpoint } from './endpoint.js';
import { openApi } from './openapi.js';
import { Problem } from './problem.js';
import { ok, type Reply } from './reply.js';
import { RouteTable } from './route-table.js';

const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Plumbline API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="page"><noscript>The same text for machines: <a href="/openapi.json">/openapi.json</a></noscript></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;
const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#page', deepLinking: true, validatorUrl: null, docExpansion: 'list', defaultModelsExpandDepth: 0 });\n`;

const require = createRequire(import.meta.url);
const assetsFolder = (): string => dirname(require.resolve('swagger-ui-dist/package.json'));

const jsonSchema = z.record(z.string(), z.unknown()).meta({ title: 'JsonSchema' });
const schemaEndpoint = (name: string, summary: string) =>
  endpoint({
    method: 'GET',
    path: `/v1/schemas/${name}.json`,
    tag: 'schemas',
    summary,
    role: 'viewer',
    replies: {
      200: { description: 'JSON Schema 2020-12', schema: jsonSchema, contentType: 'application/schema+json' },
    },
  });

const openApiEndpoint = endpoint({
  method: 'GET',
  path: '/openapi.json',
  tag: 'about',
  summary: 'This document',
  role: 'public',
  replies: { 200: { description: 'OpenAPI 3.1', schema: z.record(z.string(), z.unknown()) } },
});

/** DocsController: what the service says of itself: the OpenAPI document, a page to read it, and the schemas of events. */
@Controller()
export class DocsController {
  constructor(private readonly routes: RouteTable) {}

  @Endpoint(openApiEndpoint)
  document(): Reply {
    return ok(openApi(this.routes.all()));
  }

  @Endpoint(schemaEndpoint('prediction-event', 'What a prediction event looks like'))
  predictionEvent(): Reply {
    return ok(predictionEventSchema);
  }

  @Endpoint(schemaEndpoint('ground-truth-event', 'What a ground truth event looks like'))
  groundTruthEvent(): Reply {
    return ok(groundTruthEventSchema);
  }

  @Endpoint(schemaEndpoint('check-config', 'What plumbline check reads as its configuration'))
  checkConfig(): Reply {
    return ok(checkSchemas()['check-config']);
  }

  @Endpoint(schemaEndpoint('check-report', 'What plumbline check writes as its report'))
  checkReport(): Reply {
    return ok(checkSchemas()['check-report']);
  }

  @PublicRoute()
  @Get('docs')
  page(@Res() response: Response): void {
    response.setHeader('Content-Security-Policy', PAGE_POLICY);
    response.type('text/html; charset=utf-8').send(PAGE);
  }

  @PublicRoute()
  @Get('docs/:file')
  async asset(@Param('file') file: string, @Res() response: Response): Promise<void> {
    if (file === 'start.js') {
      response.type('text/javascript; charset=utf-8').send(START);
      return;
    }
    const type = Object.hasOwn(ASSETS, file) ? ASSETS[file] : undefined;
    if (type === undefined) throw new Problem(404, `There is nothing at /docs/${file.slice(0, 80)}.`);
    response.setHeader('Cache-Control', 'public, max-age=86400');
    response.type(type).send(await readFile(join(assetsFolder(), file)));
  }
}
