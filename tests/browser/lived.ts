// What does the portal look like when somebody has used it? A house with something on each of its pages.

import type { Browser, Cookie, Page } from "@playwright/test";
import { nobody, repository } from "./executable";
import { House, expect, test as base } from "./house";
import { ModelServer } from "./models";
import { addsPasskey, authenticator } from "./passkeys";
import { byName, operator, PASSWORD } from "./people";

const NAME = "Dora with quite a long name of her own";
const EMAIL = "dora@example.org";
/** Another provider, that nobody goes to here: its buttons are to be seen. */
const PROVIDER = {
  PORTAL_OPENID_ISSUER: nobody, PORTAL_OPENID_CLIENT_ID: "edgecoder", PORTAL_OPENID_CLIENT_SECRET: "a secret of the test",
  PORTAL_OPENID_TITLE: "Code Example",
};
/** As long as a name may be, and nowhere to break it. */
const MACHINE = "m".repeat(64);
/** Of words that everybody knows. */
const DESCRIPTOR = "wpkh([73c5da0a/84h/0h/0h]xpub6CatWdiZiodmUeTDp8LT5or8nmbKNcuyvz7WyksVFkKB4RHwCD3XyuvPEbvqAQY3rAPshWcMLoP2fMFMKHPJ4ZeZXYVUhLv1VMrjPC7PW6V/0/*)#afwvtk2s";

/** A house that was lived in, and where its pages are. */
export class Lived {
  private constructor(
    readonly house: House,
    /** Logs in whoever has used it: an operator, too. */
    readonly cookies: Cookie[],
    /** By the path in the portal's own description: pages for people who are logged in. */
    readonly inside: Record<string, string[]>,
    /** The same for everybody else. */
    readonly outside: Record<string, string[]>,
  ) {}

  static async in(house: House, browser: Browser): Promise<Lived> {
    const page = await operator(browser, house, EMAIL, NAME, byName(house.url));
    await givesPasskeyAndWallet(page);
    const conversation = await talks(page);
    const tasks = [await judges(page), await fails(page)];
    const machines = await lends(page, house);
    const address = await asksForAddress(page, house);
    const cookies = await page.context().cookies();
    await page.context().close();
    const inside = {
      "/dashboard": ["/dashboard"], "/account": ["/account"], "/account/address/confirm": [address], "/wallet": ["/wallet"], "/download": ["/download"],
      "/tasks": ["/tasks", "/tasks?q=unheard"], "/tasks/new": ["/tasks/new"], "/tasks/{id}": tasks,
      "/chat": ["/chat"], "/chat/{id}": [conversation],
      "/nodes": ["/nodes"], "/nodes/{id}": machines.map((id) => `/nodes/${id}`),
      "/operations": ["/operations"], "/operations/people": ["/operations/people"], "/operations/blacklist": ["/operations/blacklist"],
      "/operations/machines": ["/operations/machines", "/operations/machines?pending=true"],
      "/operations/machines/{id}": [...machines, "worker-1"].map((id) => `/operations/machines/${id}`),
    };
    return new Lived(house, cookies, inside, await outside(house, browser));
  }
}

async function givesPasskeyAndWallet(page: Page) {
  await authenticator(page);
  await page.goto(new URL("/account", page.url()).href);
  await addsPasskey(page, "Telephone");
  await expect(page.getByText("The passkey was added.")).toBeVisible();
  await page.goto(new URL("/wallet", page.url()).href);
  await page.getByLabel("Public descriptor").fill(DESCRIPTOR);
  await page.getByRole("button", { name: "Show its addresses" }).click();
  await expect(page.getByText("73c5da0a", { exact: true })).toBeVisible();
}

/** A message that a model answered with a program. */
async function talks(page: Page): Promise<string> {
  await page.goto(new URL("/chat", page.url()).href);
  await page.getByLabel("What do you want?").fill("All primes up to a limit:\n\n- with tests\n- as `primesUpTo`\n\n```js\nprimesUpTo(7); // 2, 3, 5, 7\n```");
  await page.getByLabel("Language").selectOption("JavaScript");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Finished" })).toBeVisible({ timeout: 60_000 });
  return new URL(page.url()).pathname;
}

async function judges(page: Page): Promise<string> {
  await page.getByRole("link", { name: "The task" }).click();
  await page.getByLabel("What is wrong with it?").fill("It does not say why a limit below two has none.");
  await page.getByRole("button", { name: "Reject it" }).click();
  await expect(page.getByText("You rejected it").first()).toBeVisible();
  return new URL(page.url()).pathname;
}

/** A program that ends badly. */
async function fails(page: Page): Promise<string> {
  await page.goto(new URL("/tasks/new", page.url()).href);
  await page.getByLabel("Language").selectOption("JavaScript");
  await page.getByLabel("Your code").fill(`throw new Error("${"no ".repeat(60)}")`);
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Failed" })).toBeVisible({ timeout: 60_000 });
  return new URL(page.url()).pathname;
}

/** One machine that waits, one that was shut out, and a coordinator. */
async function lends(page: Page, house: House): Promise<string[]> {
  const machines = { [MACHINE]: "Worker", "shut-out": "Worker", "another-pool": "Coordinator" };
  for (const [name, kind] of Object.entries(machines)) {
    await page.goto(new URL("/nodes", page.url()).href);
    await page.getByLabel("Its name").fill(name);
    await page.getByLabel("What it is").selectOption(kind);
    await page.getByRole("button", { name: "Enrol it" }).click();
    await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
  }
  const why = ["--reason-code", "dos_behavior", "--reason", "It asked for work a thousand times a second."];
  house.types("agent", "blacklist", "shut-out", ...why, "--evidence", `${repository}/LICENSE`);
  return Object.keys(machines);
}

/** Another mail address, whose link is not followed. */
async function asksForAddress(page: Page, house: House): Promise<string> {
  const email = "dora@elsewhere.example";
  await page.goto(new URL("/account", page.url()).href);
  const form = page.getByRole("region", { name: "Another mail address" });
  await form.getByLabel("New mail address").fill(email);
  await form.getByLabel("Present password").fill(PASSWORD);
  await form.getByRole("button", { name: "Send the link" }).click();
  return pathOf(house, email);
}

/** Links of mails are asked for here and not followed. */
async function outside(house: House, browser: Browser): Promise<Record<string, string[]>> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${house.url}/sign-up`);
  await page.getByLabel("Mail address").fill("emil@example.org");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign up" }).click();
  const signUp = await pathOf(house, "emil@example.org");
  await page.goto(`${house.url}/reset`);
  await page.getByLabel("Mail address").fill(EMAIL);
  await page.getByRole("button", { name: "Send the link" }).click();
  await expect.poll(() => pathOf(house, EMAIL)).toContain("/reset/password");
  const reset = await pathOf(house, EMAIL);
  await page.goto(`${house.url}/docs`);
  const documents = await page.getByRole("main").getByRole("link").evaluateAll((links) => links.map((link) => link.getAttribute("href")!));
  await page.context().close();
  return {
    "/": ["/"], "/sign-up": ["/sign-up"], "/log-in": ["/log-in"], "/reset": ["/reset"], "/nothing": ["/nothing"],
    "/docs": ["/docs"], "/docs/{name}": documents,
    "/confirm": [signUp, "/confirm?token=over"], "/reset/password": [reset],
    "/sign-in/{provider}/callback": ["/sign-in/openid/callback?state=over"],
  };
}

async function pathOf(house: House, email: string): Promise<string> {
  const { pathname, search } = new URL(await house.link(email));
  return pathname + search;
}

/** One house for all journeys of a worker. */
export const test = base.extend<object, { lived: Lived }>({
  lived: [
    async ({ browser }, use) => {
      const house = new House();
      using models = await ModelServer.start();
      try {
        await house.start({ OLLAMA_HOST: models.url, ...PROVIDER });
        await use(await Lived.in(house, browser));
      } finally {
        house.stop();
      }
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

export { expect };
