import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ProblemCode } from '../contracts/vocabulary.ts';
import { problemType } from '../contracts/vocabulary.ts';

interface Refusal {
  status: number;
  phrase: string;
  code: ProblemCode;
  title: string;
  detail: string;
}

const MALFORMED: Refusal = {
  status: 400,
  phrase: 'Bad Request',
  code: 'solicitud-invalida',
  title: 'Solicitud no válida',
  detail: 'La solicitud no es HTTP bien formado',
};

/** By the code of Node's error. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    phrase: 'Request Header Fields Too Large',
    code: 'cabeceras-demasiado-grandes',
    title: 'Cabeceras demasiado grandes',
    detail: 'La dirección o las cabeceras son demasiado largas',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    phrase: 'Request Timeout',
    code: 'solicitud-invalida',
    title: 'Tiempo agotado',
    detail: 'La solicitud no llegó a tiempo',
  },
};

/** What Node cannot read never reaches the app: it is refused here, with a problem document like everything else. */
export function refuseUnreadable(server: Server): void {
  const underWay = new WeakMap<Duplex, ServerResponse>();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    underWay.set(request.socket, response);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const response = underWay.get(socket);
    const isAnswering = response !== undefined && response.headersSent && !response.writableFinished;
    // What is written into an answer would be taken for a part of it.
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswering) socket.destroy();
    else socket.end(refusalOf(REFUSALS[error.code ?? ''] ?? MALFORMED));
  });
}

function refusalOf({ status, phrase, code, title, detail }: Refusal): string {
  const request_id = randomUUID();
  const body = JSON.stringify({
    type: problemType(code),
    title,
    status,
    detail,
    // Nobody knows what was asked for.
    instance: '/',
    request_id,
    error: detail,
    mensaje: detail,
  });
  return [
    `HTTP/1.1 ${status} ${phrase}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${request_id}`,
    'X-Content-Type-Options: nosniff',
    'Cache-Control: no-store',
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
