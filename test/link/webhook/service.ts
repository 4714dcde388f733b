import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createService, type Service } from '../signed/service.ts';

export interface WebhookService extends Service {
  readonly url: string;
  /** What else each question carried. */
  readonly headers: readonly IncomingMessage['headers'][];
  close(): Promise<void>;
}

/** The service behind HTTP; with a certificate behind HTTPS. */
export async function startWebhookService(
  secret: string,
  wall: () => number,
  tls: { readonly cert: string; readonly key: string } | null = null,
): Promise<WebhookService> {
  const service = createService(secret, wall);
  const headers: IncomingMessage['headers'][] = [];

  function onQuestion(request: IncomingMessage, response: ServerResponse): void {
    const parts: Buffer[] = [];
    headers.push(request.headers);
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { 'lantern-time': time, 'lantern-signature': signature } = request.headers;
      const said = service.answer(String(time), String(signature), Buffer.concat(parts).toString());
      if (said === null) return;
      if (said === 'hang-up') {
        response.destroy();
        return;
      }
      const ok = said.body.includes('"ok":true');
      if (said.time !== null) response.setHeader('lantern-time', said.time);
      if (said.signature !== null) response.setHeader('lantern-signature', said.signature);
      if (said.how === 'whole') {
        response.writeHead(ok ? 200 : 409).end(said.body);
        return;
      }
      response.setHeader('content-length', Buffer.byteLength(said.body));
      response.writeHead(200).write(said.body.slice(0, 10), () => response.destroy());
    });
  }

  const server = tls === null ? createServer(onQuestion) : createSecureServer(tls, onQuestion);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...service,
    url: `${tls === null ? 'http' : 'https'}://127.0.0.1:${port}/hubs/h`,
    headers,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
