// How does somebody come to have an account of the portal?

import type { Browser, Page } from "@playwright/test";
import { expect, type House } from "./house";

export const PASSWORD = "correct horse battery";

/** The portal by the name that browsers have passkeys for. */
export const byName = (address: string) => address.replace("127.0.0.1", "localhost");

/** Signs up with a mailed link, at the address where the browser is to be logged in. */
export async function signsUp(page: Page, house: House, email: string, name: string, at = house.url) {
  await page.goto(at);
  await page.getByRole("main").getByRole("link", { name: "Sign up" }).click();
  await page.getByLabel("Mail address").fill(email);
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign up" }).click();
  await expect(page.getByRole("heading", { name: "Look at your mail" })).toBeVisible();
  await page.goto((await house.link(email)).replace(house.url, at));
  await page.getByRole("button", { name: "Confirm and log in" }).click();
  await expect(page.getByRole("heading", { name: `Hello ${name}` })).toBeVisible();
}

/** Somebody who steers the pool, in a browser of their own: the role comes from the command line, as the operators' guide says. */
export async function operator(browser: Browser, house: House, email: string, name: string, at = house.url): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await signsUp(page, house, email, name, at);
  await page.getByRole("navigation").getByRole("link", { name, exact: true }).click();
  const account = await page.getByText(/^p-[0-9a-f]{32}$/).innerText();
  house.types("person", "role", account, "operator");
  await page.goto(`${at}/operations`);
  await expect(page.getByRole("heading", { name: "Operations", level: 1 })).toBeVisible();
  return page;
}
