import { Injectable } from '@nestjs/common';

import { Problem } from './http/problem.js';

/** Startup: whether the database is migrated and a first key exists; until then the service answers 503 and says what it waits for. */
@Injectable()
export class Startup {
  private waitingFor: string | undefined = 'its database';

  get ready(): boolean {
    return this.waitingFor === undefined;
  }

  waits(what: string): void {
    this.waitingFor = what;
  }

  done(): void {
    this.waitingFor = undefined;
  }

  assertReady(): void {
    if (this.waitingFor !== undefined)
      throw new Problem(503, `The service is starting and waits for ${this.waitingFor}.`, {
        headers: { 'Retry-After': '2' },
      });
  }
}
