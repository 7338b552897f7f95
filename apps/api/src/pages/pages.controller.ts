import { Body, Controller, Get, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { INSTANCE } from '#libs/contracts';
import { mergeTallies } from '#libs/monitoring';
import { PublicRoute, STORE } from '#libs/service';
import { type Store } from '#libs/store';
import type { Request, Response } from 'express';

import { Startup } from '../startup.js';
import { CLOCK, type Clock } from '../tokens.js';
import { loadAlertPage } from './alert-page.data.js';
import { alertPage } from './alert-page.js';
import { homePage } from './home-page.js';
import { loginPage, messagePage } from './login-page.js';
import { loadModelPage, newestVersion } from './model-page.data.js';
import { modelPage } from './model-page.js';
import { mayRead, Sessions, type Visitor } from './sessions.js';
import { standingsOf, verdictOfAll } from './standings.js';
import { STYLESHEET } from './stylesheet.js';

const POLICY =
  "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const OPEN_ALERTS_MAX = 1_000;

/**
 * PagesController: what people look at. The routes are public to the key guard because each asks Sessions itself: a browser has a
 * cookie or a signed link, not a bearer key. Nothing here writes.
 */
@PublicRoute()
@Controller()
export class PagesController {
  constructor(
    @Inject(STORE) private readonly store: Store,
    private readonly sessions: Sessions,
    private readonly startup: Startup,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('assets/plumbline.css')
  stylesheet(@Res() response: Response): void {
    response.setHeader('Cache-Control', 'public, max-age=3600');
    response.type('text/css; charset=utf-8').send(STYLESHEET);
  }

  @Get('login')
  login(@Query('next') next: unknown, @Res() response: Response): void {
    send(response, 200, loginPage({ next: localPath(next) }));
  }

  @Post('login')
  async signIn(@Body() body: unknown, @Res() response: Response): Promise<void> {
    this.startup.assertReady();
    const { key, next } = (body ?? {}) as { key?: unknown; next?: unknown };
    const ok = typeof key === 'string' && (await this.sessions.login(key.trim(), response));
    if (ok) response.redirect(303, localPath(next));
    else
      send(
        response,
        401,
        loginPage({ error: 'This key is unknown, revoked or expired.', next: localPath(next) }),
      );
  }

  @Post('logout')
  logout(@Res() response: Response): void {
    this.sessions.logout(response);
    response.redirect(303, '/login');
  }

  @Get()
  async home(@Req() request: Request, @Res() response: Response): Promise<void> {
    const visitor = await this.visitor(request);
    if (visitor.kind !== 'session') {
      refuse(request, response, visitor);
      return;
    }
    const { project } = visitor.principal;
    const projects = project === INSTANCE ? await this.store.documents.projects() : [project];
    send(
      response,
      200,
      homePage({ models: (await Promise.all(projects.map((name) => this.modelsOf(name)))).flat() }),
    );
  }

  @Get('models/:project/:model')
  async model(
    @Param() params: { project: string; model: string },
    @Query('version') version: unknown,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.show(request, response, params.project, async (signedIn) => {
      const chosen = typeof version === 'string' ? version : undefined;
      const page = await loadModelPage(this.store, {
        ...params,
        version: chosen,
        signedIn,
        nowMs: this.clock(),
      });
      return page === null ? null : modelPage(page);
    });
  }

  @Get('alerts/:project/:alert')
  async alert(
    @Param() params: { project: string; alert: string },
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.show(request, response, params.project, async (signedIn) => {
      const page = await loadAlertPage(this.store, {
        project: params.project,
        alertId: params.alert,
        signedIn,
      });
      return page === null ? null : alertPage(page);
    });
  }

  private async show(
    request: Request,
    response: Response,
    project: string,
    render: (signedIn: boolean) => Promise<string | null>,
  ): Promise<void> {
    const visitor = await this.visitor(request);
    if (!mayRead(visitor, project)) {
      refuse(request, response, visitor);
      return;
    }
    const signedIn = visitor.kind === 'session';
    const html = await render(signedIn);
    if (html !== null) send(response, 200, html);
    else
      send(
        response,
        404,
        messagePage({ title: 'Not here', text: 'There is nothing under this address (any more).', signedIn }),
      );
  }

  private visitor(request: Request): Promise<Visitor> {
    this.startup.assertReady();
    return this.sessions.visitor(request);
  }

  private async modelsOf(project: string) {
    const [models, versions, standings, open] = await Promise.all([
      this.store.documents.list(project, 'model'),
      this.store.documents.list(project, 'version'),
      standingsOf(this.store, { project, nowMs: this.clock() }),
      this.store.alerts.list(project, { status: 'open', limit: OPEN_ALERTS_MAX }),
    ]);
    return models.map(({ id, body }) => {
      const version = newestVersion(versions.filter((one) => one.body.model === id))?.body.version;
      const own = (standings.get(id) ?? []).filter((one) => one.enabled && one.version === version);
      return {
        ...{ project, model: id, description: body.description },
        openAlerts: open.filter(({ model }) => model === id).length,
        verdict: verdictOfAll(own),
        statuses: mergeTallies(own.map(({ statuses }) => statuses)),
        monitors: own.length,
      };
    });
  }
}

/** Only a path of this site: a login page must not send people elsewhere. */
const localPath = (next: unknown): string =>
  typeof next === 'string' && /^\/(?![/\\])[\x21-\x7e]{0,2000}$/.test(next) ? next : '/';

function send(response: Response, status: number, html: string): void {
  response.setHeader('Content-Security-Policy', POLICY);
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.status(status).type('text/html; charset=utf-8').send(html);
}

/** A stranger is asked to sign in; a key of another project and an old link are told so. */
function refuse(request: Request, response: Response, visitor: Visitor): void {
  if (visitor.kind === 'none') {
    response.redirect(303, `/login?next=${encodeURIComponent(request.path)}`);
    return;
  }
  const text =
    visitor.kind === 'expired_link'
      ? 'This link has expired. Sign in with an API key to see the page.'
      : 'The key that you signed in with belongs to another project.';
  send(response, 403, messagePage({ title: 'Not allowed', text, signedIn: visitor.kind === 'session' }));
}
