import { Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';

import { endpointOf, type EndpointSpec } from './endpoint.js';

const toPattern = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`);

const handlersOf = (prototype: object): object[] =>
  Object.getOwnPropertyNames(prototype)
    .filter((name) => name !== 'constructor')
    .map((name) => Object.getOwnPropertyDescriptor(prototype, name)?.value as unknown)
    .filter((value): value is object => typeof value === 'function');

/** RouteTable: all endpoints of the running app, read from the controllers that Nest knows. */
@Injectable()
export class RouteTable {
  private specs: { spec: EndpointSpec; pattern: RegExp }[] | undefined;

  constructor(private readonly modules: ModulesContainer) {}

  all(): EndpointSpec[] {
    return this.table().map(({ spec }) => spec);
  }

  /** methodsAt: what a path is served with; empty when nothing is there. */
  methodsAt(path: string): string[] {
    return this.table()
      .filter(({ pattern }) => pattern.test(path))
      .map(({ spec }) => spec.method);
  }

  private table() {
    this.specs ??= [...this.modules.values()]
      .flatMap((module) => [...module.controllers.values()])
      .flatMap(({ metatype }) =>
        typeof metatype === 'function' ? handlersOf(metatype.prototype as object) : [],
      )
      .map(endpointOf)
      .filter((spec) => spec !== undefined)
      .map((spec) => ({ spec, pattern: toPattern(spec.path) }));
    return this.specs;
  }
}
