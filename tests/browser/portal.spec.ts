// Does a newcomer get from the first page to a finished task, and can everybody use the pages on the way?

import { example } from "./executable";
import { expect, test } from "./house";
import { complaintsOf, reaches } from "./looks";
import { PASSWORD, signsUp } from "./people";

/** The first Python task of a house waits until Python is prepared. */
const PREPARED = { timeout: 110_000 };

test("a newcomer signs up, logs in again, has a program tested and reads what it cost", async ({ page, house }) => {
  const complaints = complaintsOf(page);
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

test("the keyboard alone leads from the first page to a task that is accepted, and out again", async ({ page, house }) => {
  const [main, press] = [page.getByRole("main"), (key: string) => page.keyboard.press(key)];
  const types = async (label: string, text: string) => {
    await reaches(page, main.getByLabel(label, { exact: true }));
    await page.keyboard.type(text);
  };
  const presses = async (name: string, within = main) => {
    await reaches(page, within.getByRole("button", { name }));
    await press("Enter");
  };
  await page.goto(house.url);
  await press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await press("Enter");
  await press("Tab");
  await expect(main.getByRole("link", { name: "Sign up" })).toBeFocused();
  await press("Enter");
  await types("Mail address", "kay@example.org");
  await types("Your name", "Kay");
  await types("Password", PASSWORD);
  await press("Enter");
  await expect(page.getByRole("heading", { name: "Look at your mail" })).toBeVisible();
  await page.goto(await house.link("kay@example.org"));
  await presses("Confirm and log in");
  await expect(page.getByRole("heading", { name: "Hello Kay" })).toBeVisible();

  await reaches(page, main.getByRole("link", { name: "New task" }).first());
  await press("Enter");
  await types("Language", "J");
  await types("Your code", "console.log(6 * 7);");
  await presses("Submit");
  await expect(page.getByRole("status").filter({ hasText: "Finished" })).toBeVisible();
  await expect(page.locator("pre").getByText("42", { exact: true })).toBeVisible();
  await presses("Accept it");
  await expect(page.getByText("You accepted it").first()).toBeVisible();
  await presses("Log out", page.getByRole("navigation"));
  await expect(page.getByRole("navigation").getByRole("link", { name: "Log in" })).toBeVisible();
});
