// Who else says who somebody is? A provider program that is not ours (oidc-provider), on loopback, with two people.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";

/** Both say the same address; the provider vouches for Ada alone. */
const PEOPLE: Record<string, object> = {
  ada: { email: "ada@code.example", email_verified: true, name: "Ada" },
  mallory: { email: "ada@code.example", email_verified: false, name: "Mallory" },
};

export const CLIENT = { id: "edgecoder", secret: "a secret of the test" };
/** Another application that people of the provider use. */
export const OTHER_CLIENT = { id: "another", secret: "another secret of the test" };

const basic = ({ id, secret }: typeof CLIENT) => `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}`;

export class RunningProvider {
  private readonly server: Server = createServer();
  /** Whether whoever asks for a token is taken for the other application: so its token comes to us. */
  swapsClients = false;

  async start() {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    const client = ({ id, secret }: typeof CLIENT) => ({
      client_id: id, client_secret: secret, response_types: ["code"], grant_types: ["authorization_code"],
      // Of a native application on this machine any port is taken.
      application_type: "native", redirect_uris: ["http://127.0.0.1/sign-in/openid/callback"],
    });
    const provider = new Provider(this.issuer, {
      clients: [client(CLIENT), client(OTHER_CLIENT)],
      claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
      // The address stands in the ID token, as Google writes it.
      conformIdTokenClaims: false,
      pkce: { required: () => true },
      cookies: { keys: ["only for this test"] },
      findAccount: (_: unknown, id: string) => PEOPLE[id] && { accountId: id, claims: async () => ({ sub: id, ...PEOPLE[id] }) },
    });
    const answer = provider.callback();
    this.server.on("request", (request, response) => {
      if (this.swapsClients && request.url === "/token") request.headers.authorization = basic(OTHER_CLIENT);
      return answer(request, response);
    });
  }

  get issuer() {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
