// Does somebody sign in with nothing but a passkey? With an authenticator that Chromium plays, over its debugging protocol.

import { expect, test } from "./house";
import { complaintsOf } from "./looks";
import { addsPasskey, authenticator, comesBackByPasskey } from "./passkeys";
import { byName, PASSWORD, signsUp } from "./people";

test("a person adds a passkey, logs in with it alone, and removes it", async ({ page, house }) => {
  const complaints = complaintsOf(page);
  const portal = byName(house.url);
  const telephone = await authenticator(page);
  await signsUp(page, house, "passkey@example.org", "Pia", portal);
  await page.goto(`${portal}/account`);
  await addsPasskey(page, "Telephone");
  await expect(page.getByText("The passkey was added.")).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "Telephone" })).toBeVisible();
  expect(await telephone.count()).toBe(1);

  await comesBackByPasskey(page);
  await expect(page.getByRole("heading", { name: "Hello Pia" })).toBeVisible();

  await page.goto(`${portal}/account`);
  await page.getByRole("button", { name: "Remove: Telephone" }).click();
  await expect(page.getByText("The passkey was removed.")).toBeVisible();
  expect(complaints).toEqual([]);

  await comesBackByPasskey(page);
  await expect(page.getByRole("alert").filter({ hasText: "belongs to nobody here" })).toBeVisible();
});

test("the address of numbers says where passkeys work, and leads there", async ({ page, house }) => {
  await page.goto(`${house.url}/log-in`);
  await expect(page.getByRole("button", { name: "Log in with a passkey" })).toHaveCount(0);
  await page.getByRole("link", { name: byName(house.url) }).click();
  await expect(page).toHaveURL(`${byName(house.url)}/log-in`);
  await expect(page.getByRole("button", { name: "Log in with a passkey" })).toBeVisible();
});

test.describe("without a script", () => {
  test.use({ javaScriptEnabled: false });

  test("no button is there that could do nothing, and the password works", async ({ page, house }) => {
    const portal = byName(house.url);
    await signsUp(page, house, "scriptless@example.org", "Sue", portal);
    await page.goto(`${portal}/account`);
    await expect(page.getByRole("button", { name: "Add a passkey" })).toHaveCount(0);
    await page.getByRole("button", { name: "Log out" }).click();
    await page.goto(`${portal}/log-in`);
    await expect(page.getByRole("button", { name: "Log in with a passkey" })).toHaveCount(0);
    await page.getByLabel("Mail address").fill("scriptless@example.org");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("main").getByRole("button", { name: "Log in" }).click();
    await expect(page.getByRole("heading", { name: "Hello Sue" })).toBeVisible();
  });
});
