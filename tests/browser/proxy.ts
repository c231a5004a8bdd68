// What does the page say when somebody between it and the coordinator changes what the coordinator said?

import { type IncomingMessage, createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** The answer to a path, changed or as it was. */
export type Change = (path: string, body: Buffer) => Buffer;

/** Passes everything on, through `change`. */
export class Proxy {
  private constructor(readonly url: string, private readonly close: () => void) {}

  static async before(origin: string, change: Change): Promise<Proxy> {
    const server = createServer(async (request: IncomingMessage, response) => {
      const path = request.url ?? "/";
      const answer = await fetch(new URL(path, origin), { headers: { "accept-encoding": "identity" } });
      const body = change(path, Buffer.from(await answer.arrayBuffer()));
      const kept = ["content-type", "content-security-policy", "x-content-type-options"];
      for (const name of kept) if (answer.headers.has(name)) response.setHeader(name, answer.headers.get(name)!);
      response.writeHead(answer.status).end(body);
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const { port } = server.address() as AddressInfo;
    return new Proxy(`http://127.0.0.1:${port}`, () => server.closeAllConnections());
  }

  [Symbol.dispose]() {
    this.close();
  }
}

/** The same bytes with one bit of one of them changed. */
export function flipped(body: Buffer, at: number): Buffer {
  const changed = Buffer.from(body);
  changed[at] = changed[at]! ^ 1;
  return changed;
}
