import type { FastifyInstance } from "fastify";

/** A route, its parameters filled in. */
export interface Route {
  readonly method: string;
  readonly path: string;
}

/**
 * Every route there is.
 * @param serial what stands for a token; users and contracts are `ichirodt` and `C1`
 */
export function routesOf(app: FastifyInstance, serial: string): Route[] {
  const parents: string[] = [];
  return app
    .printRoutes({ commonPrefix: false })
    .split("\n")
    .flatMap((line) => {
      const [, indent, part, methods] = /^([│ ]*)[├└]── (\S+) \((.+)\)$/.exec(line) ?? [];
      if (part === undefined) return [];
      const depth = indent!.length / 4;
      parents[depth] = (parents[depth - 1] ?? "") + part;
      const path = parents[depth]
        .replace("//", "/")
        .replace(":serial", serial)
        .replace("contracts/:id", "contracts/C1")
        .replace("tokens/:id", `tokens/${serial}`)
        .replace(":id", "ichirodt");
      return methods!.split(", ").map((method) => ({ method, path }));
    });
}

interface Schema {
  readonly properties?: object;
}

/** What a route of the API is described to take. */
export interface Operation {
  readonly requestBody?: {
    readonly content: { readonly "application/json": { readonly schema: Schema } };
  };
}

/** Every route of the API's description, as `METHOD /path`. */
export function operationsOf(app: FastifyInstance): [route: string, operation: Operation][] {
  const { paths = {} } = app.swagger() as { paths?: Record<string, Record<string, Operation>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );
}

/** The fields of a route's body that its schema names, out of those given. */
export function bodyFor(
  app: FastifyInstance,
  { method, path }: Route,
  fields: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const [, operation] =
    operationsOf(app).find(([route]) =>
      new RegExp(`^${route.replace(/\{\w+\}/g, "[^/]+")}$`).test(`${method} ${path}`),
    ) ?? [];
  const { properties = {} } = operation?.requestBody?.content["application/json"].schema ?? {};
  return Object.fromEntries(
    Object.entries(fields).filter(([name]) => Object.hasOwn(properties, name)),
  );
}
