// Does another provider's word let in whom it means, and nobody else? Against a provider program that is not ours.

import type { Page } from "@playwright/test";
import { expect, House, test as base } from "./house";
import { CLIENT, OTHER_CLIENT, RunningProvider } from "./provider";

/** A house at which people may sign in with the provider. */
const test = base.extend<object, { provider: RunningProvider; linked: House }>({
  provider: [
    async ({}, use) => {
      const provider = new RunningProvider();
      await provider.start();
      await use(provider);
      provider.stop();
    },
    { scope: "worker" },
  ],
  linked: [
    async ({ provider }, use) => {
      const house = new House();
      const settings = {
        PORTAL_OPENID_ISSUER: provider.issuer, PORTAL_OPENID_CLIENT_ID: CLIENT.id,
        PORTAL_OPENID_CLIENT_SECRET: CLIENT.secret, PORTAL_OPENID_TITLE: "Code Example",
      };
      try {
        await house.start(settings);
        await use(house);
      } finally {
        house.stop();
      }
    },
    { scope: "worker" },
  ],
});

async function leaves(page: Page, house: House) {
  await page.goto(`${house.url}/log-in`);
  await page.getByRole("button", { name: "Sign in with Code Example" }).click();
}

/** What the provider's own pages ask. */
async function agrees(page: Page, login: string) {
  await page.locator("input[name=login]").fill(login);
  await page.locator("input[name=password]").fill("any");
  await page.getByRole("button", { name: /sign-in/i }).click();
  await page.getByRole("button", { name: /continue/i }).click();
}

/** On the way there, the browser is sent elsewhere. */
async function isSwapped(page: Page, provider: RunningProvider, swap: (asked: URL) => URL) {
  await page.route(`${provider.issuer}/auth?**`, (route) => {
    const location = swap(new URL(route.request().url())).href;
    return route.fulfill({ status: 302, headers: { location } });
  }, { times: 1 });
}

const refusal = (page: Page) => page.getByRole("main").getByRole("alert").filter({ visible: true });

test("somebody whom the provider vouches for comes in, and comes back", async ({ page, linked, provider }) => {
  const answers: string[] = [];
  page.on("request", (request) => { if (request.url().includes("/sign-in/openid/callback")) answers.push(request.url()); });
  await leaves(page, linked);
  await agrees(page, "ada");
  await expect(page.getByRole("heading", { name: "Hello Ada" })).toBeVisible();
  await page.goto(`${linked.url}/account`);
  await expect(page.getByRole("button", { name: "Remove: Code Example" })).toBeVisible();
  await page.getByRole("button", { name: "Remove: Code Example" }).click();
  await expect(page.getByText("This is the only way to sign in")).toBeVisible();

  await page.goto(`${linked.url}/account`);
  await page.getByRole("button", { name: "Log out" }).click();
  await page.goto(answers[0]!);
  await expect(refusal(page)).toContainText("Begin again");

  // The answer of then, to the question of now.
  const code = new URL(answers[0]!).searchParams.get("code")!;
  await isSwapped(page, provider, (asked) => {
    const replayed = new URL(`${linked.url}/sign-in/openid/callback`);
    replayed.search = new URLSearchParams({ code, state: asked.searchParams.get("state")!, iss: provider.issuer }).toString();
    return replayed;
  });
  await leaves(page, linked);
  await expect(refusal(page)).toContainText("invalid_grant");
});

test("whoever writes somebody's address into an account of theirs is let in nowhere", async ({ page, linked }) => {
  await leaves(page, linked);
  await agrees(page, "mallory");
  await expect(refusal(page)).toContainText("does not vouch for your mail address");
  await page.goto(`${linked.url}/dashboard`);
  await expect(page.getByRole("heading", { name: "Log in" })).toBeVisible();
});

test("a token that was made for another sign-in is refused", async ({ page, linked, provider }) => {
  await isSwapped(page, provider, (asked) => {
    asked.searchParams.set("nonce", "of-another-sign-in");
    return asked;
  });
  await leaves(page, linked);
  await agrees(page, "ada");
  await expect(refusal(page)).toContainText("made for another sign-in");
});

test("a token that was made for another application is refused", async ({ page, linked, provider }) => {
  await isSwapped(page, provider, (asked) => {
    asked.searchParams.set("client_id", OTHER_CLIENT.id);
    return asked;
  });
  provider.swapsClients = true;
  try {
    await leaves(page, linked);
    await agrees(page, "ada");
    await expect(refusal(page)).toContainText("made for another application");
  } finally {
    provider.swapsClients = false;
  }
});

test("who declines is told so, and can sign in another way", async ({ page, linked }) => {
  await leaves(page, linked);
  await page.getByRole("link", { name: /cancel/i }).click();
  await expect(refusal(page)).toContainText("access_denied");
  await expect(page.getByLabel("Password")).toBeVisible();
});
