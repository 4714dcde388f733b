import { type FastifyReply, fastify } from 'fastify';

/** Whether the hub guards. `missing` names what is not there yet or no more, in words without meaning to a stranger. */
export type Health =
  | { readonly status: 'ready' }
  | { readonly status: 'starting' | 'failing' | 'stopping'; readonly missing: readonly string[] };

export interface HealthOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  health(): Health;
}

export interface HealthPage {
  readonly port: number;
  close(): Promise<void>;
}

export type HealthOpened =
  | { readonly ok: true; readonly page: HealthPage }
  | { readonly ok: false; readonly why: string };

/**
 * Serves `GET /healthz` and nothing else: 200 `{"status":"ready"}`, or 503 with what is missing. It loads a web server,
 * so import this module once the panel is live. A port that cannot be had is a result, not an error.
 */
export async function openHealth(options: HealthOptions): Promise<HealthOpened> {
  const app = fastify({
    logger: false,
    bodyLimit: 1024,
    connectionTimeout: 10_000,
    requestTimeout: 5_000,
    keepAliveTimeout: 5_000,
    maxRequestsPerSocket: 100,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 64 },
    http: { maxHeaderSize: 8 * 1024 },
    frameworkErrors: (_error, _request, reply: FastifyReply) => reply.code(400).send({ error: 'bad_request' }),
  });
  app.server.maxConnections = 64;
  app.get('/healthz', (_request, reply) => {
    const health = options.health();
    return reply
      .code(health.status === 'ready' ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(health);
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'not_found' }));
  app.setErrorHandler<{ statusCode?: number }>((error, _request, reply) =>
    reply.code(error.statusCode ?? 500).send({ error: error.statusCode === undefined ? 'failed' : 'bad_request' }),
  );
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    await app.close();
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const why = code === 'EADDRINUSE' ? 'another program has it' : code;
    return { ok: false, why: `the web page cannot listen on ${options.host}:${options.port} (${why})` };
  }
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return { ok: true, page: { port, close: () => app.close() } };
}
