// What does a page do while the service behind it is away, and when it is back?

import { type Page, expect, test as base } from "@playwright/test";
import { House } from "./house";
import { signsUp } from "./people";

/** A house that may be ended and started again: nobody else's. */
const test = base.extend<{ house: House }>({
  house: async ({}, use) => {
    const house = new House();
    try {
      await house.start();
      await use(house);
    } finally {
      house.stop();
    }
  },
});

const standing = (page: Page, words: string) => page.getByRole("status").filter({ hasText: words });

test("a page that watches says of when it is, and shows by itself what happened meanwhile", async ({ page, house }, { config }) => {
  await signsUp(page, house, "ann@example.org", "Ann");
  // Nobody takes the task before the house is started again, which lets its own machine in.
  house.types("agent", "reject", "worker-1", "--reason", "It rests.");
  await page.goto(`${house.url}/tasks/new`);
  await page.getByLabel("Language").selectOption("JavaScript");
  await page.getByLabel("Your code").fill("console.log(6 * 7);");
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(standing(page, "Waiting for a machine")).toBeVisible();
  await page.evaluate(() => document.documentElement.setAttribute("data-was-never-loaded-again", ""));
  const notLive = page.getByRole("status").filter({ hasText: /^Not live: what you see is of \d\d:\d\d\.$/ });
  await expect(notLive).toBeHidden();

  await house.halt();
  await expect(notLive).toBeVisible();
  await page.screenshot({ path: `${config.metadata.artifacts}/portal-not-live.png` });
  await expect(standing(page, "Waiting for a machine")).toBeVisible();

  await house.start();
  await expect(standing(page, "Finished")).toBeVisible();
  await expect(page.locator("pre").getByText("42", { exact: true })).toBeVisible();
  await expect(notLive).toBeHidden();
  await expect(page.locator("html[data-was-never-loaded-again]")).toHaveCount(1);
});

test("what was typed waits for the service, also through a reload, and is sent once", async ({ page, house }) => {
  await signsUp(page, house, "bob@example.org", "Bob");
  await page.goto(`${house.url}/tasks/new`);
  const [code, away] = [page.getByLabel("Your code"), page.getByRole("alert").filter({ hasText: "The server does not answer." })];
  await page.getByLabel("Language").selectOption("JavaScript");
  await code.fill("console.log('<kept>');");

  await house.halt();
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(away).toBeVisible();
  await expect(code).toHaveValue("console.log('<kept>');");
  await expect(page).toHaveURL(`${house.url}/tasks/new`);

  await house.start();
  await page.reload();
  await expect(code).toHaveValue("console.log('<kept>');");
  await expect(page.getByLabel("Language")).toHaveValue("javascript");
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByRole("heading", { name: "What happened" })).toBeVisible();
  await page.goto(`${house.url}/tasks/new`);
  await expect(code).toHaveValue("");
  await page.goto(`${house.url}/tasks`);
  await expect(page.getByRole("main").getByRole("listitem").filter({ hasText: "main.js" })).toHaveCount(1);
});
