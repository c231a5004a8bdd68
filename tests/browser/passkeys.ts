// Who says yes to a passkey? An authenticator that Chromium plays, over its debugging protocol.

import type { Page } from "@playwright/test";

/** A telephone that always says yes: it stores passkeys and sees its owner. */
export async function authenticator(page: Page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } as const;
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", { options });
  const count = async () => (await devtools.send("WebAuthn.getCredentials", { authenticatorId })).credentials.length;
  return { count };
}

/** Adds one to the account of whoever is logged in, on their page. */
export async function addsPasskey(page: Page, name: string) {
  await page.getByLabel("Name of the passkey").fill(name);
  await page.getByRole("button", { name: "Add a passkey" }).click();
}

/** Logs out, and in again with nothing else. */
export async function comesBackByPasskey(page: Page) {
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByRole("navigation").getByRole("link", { name: "Log in" }).click();
  await page.getByRole("button", { name: "Log in with a passkey" }).click();
}
