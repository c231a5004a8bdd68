// Does a newcomer get from the first page to a finished task, and can everybody use the pages on the way?

import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "./house";
import { PASSWORD, signsUp } from "./people";

const SCREENS = { telephone: { width: 390, height: 844 }, desk: { width: 1440, height: 900 } };
const THEMES = ["Midnight", "Emerald", "Light Pro"];
/** What keeps people from using a page; lesser findings are for taste. */
const GRAVE = ["serious", "critical"];
/** The first Python task of a house waits until Python is prepared. */
const PREPARED = { timeout: 110_000 };

const example = (name: string) => readFileSync(resolve(import.meta.dirname, "../../examples", name), "utf8");

async function isUsable(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter(({ impact }) => GRAVE.includes(impact ?? ""));
  expect(grave.map(({ id, nodes }) => `${page.url()} ${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(content, `${page.url()}: nothing is wider than the screen`).toBeLessThanOrEqual(window!);
}

test("a newcomer signs up, logs in again, has a program tested and reads what it cost", async ({ page, house }) => {
  const complaints: string[] = [];
  page.on("console", (message) => { if (message.type() === "error") complaints.push(message.text()); });
  await signsUp(page, house, "ann@example.org", "Ann");
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByRole("navigation").getByRole("link", { name: "Log in" }).click();
  await page.getByLabel("Mail address").fill("ann@example.org");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("main").getByRole("button", { name: "Log in" }).click();
  await page.getByRole("main").getByRole("link", { name: "New task" }).first().click();
  await page.getByLabel("Name of your module").fill("primes");
  await page.getByLabel("Your code").fill(example("primes.py"));
  await page.getByLabel("Its tests").fill(example("test_primes.py"));
  await page.getByRole("button", { name: "Submit" }).click();
  // The page was opened while nothing had come of it: it hears of the end by itself.
  await expect(page.getByRole("status").filter({ hasText: "Finished" })).toBeVisible(PREPARED);
  await expect(page.getByText(/Tests: \d+ passed, 0 failed/)).toBeVisible();
  await expect(page.getByText("It is finished, and the rest of the credit came back")).toBeVisible();
  await page.getByRole("button", { name: "Accept it" }).click();
  await expect(page.getByText("You accepted it").first()).toBeVisible();
  await page.getByRole("navigation").getByRole("link", { name: "Wallet" }).click();
  await expect(page.getByText("Paid to a machine")).toBeVisible();
  const entry = page.getByRole("listitem").filter({ hasText: "Paid to a machine" }).getByRole("link", { name: /Entry \d+/ });
  await entry.click();
  await page.getByRole("button", { name: "Verify in my browser" }).click();
  await expect(page.getByText("Proven: ")).toBeVisible();
  expect(complaints).toEqual([]);
});

test("what was typed is still there after a mistake and after a reload", async ({ page, house }) => {
  await signsUp(page, house, "bob@example.org", "Bob");
  await page.goto(`${house.url}/tasks/new`);
  await page.getByLabel("Your code").fill("print('<kept>')");
  await page.getByLabel("Name of your module").fill("wrong name");
  await page.reload();
  await expect(page.getByLabel("Your code")).toHaveValue("print('<kept>')");
});

test.describe("without a script", () => {
  test.use({ javaScriptEnabled: false });

  test("everything can be done, and looked at again", async ({ page, house }) => {
    await signsUp(page, house, "carol@example.org", "Carol");
    await page.getByLabel("Colours").selectOption("Emerald");
    await page.getByRole("button", { name: "Use" }).click();
    await expect(page.locator("html")).toHaveAttribute("data-theme", "emerald");
    await page.goto(`${house.url}/tasks/new`);
    await page.getByLabel("Your code").fill("print(6 * 7)");
    await page.getByRole("button", { name: "Submit" }).click();
    await expect(async () => {
      await page.reload();
      await expect(page.getByRole("status").filter({ hasText: "Finished" })).toBeVisible({ timeout: 1_000 });
    }).toPass(PREPARED);
    await expect(page.locator("pre").getByText("42", { exact: true })).toBeVisible();
    await page.getByLabel("What is wrong with it?").fill("too short");
    await page.getByRole("button", { name: "Reject it" }).click();
    await expect(page.getByText("too short")).toBeVisible();
    await page.goto(`${house.url}/tasks`);
    await page.getByRole("searchbox", { name: "Words" }).fill("unheard");
    await page.getByRole("button", { name: "Search" }).click();
    await expect(page.getByText("Nothing matches.")).toBeVisible();
  });
});

for (const [screen, viewport] of Object.entries(SCREENS)) {
  for (const theme of THEMES) {
    test.describe(`${screen}, ${theme}`, () => {
      test.use({ viewport });

      test("nothing keeps anybody from using a page", async ({ page, house }, { config }) => {
        const who = `${screen}-${theme}`.replace(" ", "-").toLowerCase();
        await signsUp(page, house, `${who}@example.org`, "Dora with quite a long name of her own");
        await page.getByLabel("Colours").selectOption(theme);
        await page.getByRole("button", { name: "Use" }).click();
        await expect(page.locator("html")).toHaveAttribute("data-theme", theme.toLowerCase().replace(" ", "-"));
        await page.goto(`${house.url}/tasks/new`);
        await page.getByLabel("Your code").fill("print(6 * 7)");
        await page.getByRole("button", { name: "Submit" }).click();
        await expect(page.getByRole("heading", { name: "What happened" })).toBeVisible();
        const task = new URL(page.url()).pathname;
        await page.goto(`${house.url}/nodes`);
        await page.getByLabel("Its name").fill(who);
        await page.getByRole("button", { name: "Enrol it" }).click();
        await expect(page.getByRole("heading", { name: "Its registration token" })).toBeVisible();
        await isUsable(page);
        const node = `/nodes/${who}`;
        await page.goto(house.url + node);
        await page.getByLabel("Power", { exact: true }).selectOption("On mains power only");
        await page.getByLabel("From this hour").fill("22");
        await page.getByLabel("Until this hour").fill("6");
        await page.getByRole("button", { name: "Save" }).click();
        await expect(page.getByText("On mains power only, by its own clock 22:00–6:00")).toBeVisible();
        const pages = ["/", "/dashboard", "/tasks", "/tasks/new", task, "/chat", "/nodes", node, "/docs", "/docs/wallet", "/download"];
        for (const path of [...pages, "/wallet", "/account", "/nothing"]) {
          await page.goto(house.url + path);
          await isUsable(page);
          const name = path === task ? "task" : path === node ? "node" : path.slice(1).replace("/", "-") || "welcome";
          await page.screenshot({ path: `${config.metadata.artifacts}/portal-${name}-${who}.png`, fullPage: true });
        }
        await page.context().clearCookies({ name: "ec_session" });
        for (const path of ["/sign-up", "/log-in", "/reset"]) {
          await page.goto(house.url + path);
          await isUsable(page);
          await page.screenshot({ path: `${config.metadata.artifacts}/portal-${path.slice(1)}-${who}.png`, fullPage: true });
        }
      });
    });
  }
}

test("the keyboard alone reaches the form behind the first page", async ({ page, house }) => {
  await page.goto(house.url);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("main").getByRole("link", { name: "Sign up" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Sign up" })).toBeVisible();
});
