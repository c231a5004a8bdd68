// Can everybody use the page? By keyboard alone, on a telephone and a desk, in light and in the dark, with a reader.

import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "./pool";

const SCREENS = { telephone: { width: 390, height: 844 }, desk: { width: 1440, height: 900 } };
/** What keeps people from using a page; lesser findings are for taste. */
const GRAVE = ["serious", "critical"];

for (const colorScheme of ["light", "dark"] as const) {
  for (const [screen, viewport] of Object.entries(SCREENS)) {
    test.describe(`${screen}, ${colorScheme}`, () => {
      test.use({ viewport, colorScheme });

      test("nothing keeps anybody from using the overview", async ({ page, pool }, { config }) => {
        await page.goto(`${pool.url}/audit`);
        await expect(page.getByText("signature holds")).toBeVisible();
        await expect(page.getByRole("region", { name: "Find an entry" }).getByRole("listitem").first()).toBeVisible();
        await page.getByText("Use a key of your own").click();
        await isUsable(page);
        await page.screenshot({ path: `${config.metadata.artifacts}/overview-${screen}-${colorScheme}.png`, fullPage: true });
      });

      test("nothing keeps anybody from using an entry and its proof", async ({ page, pool }, { config }) => {
        await page.goto(`${pool.url}/audit/entry?position=3`);
        await page.getByRole("button", { name: "Verify in my browser" }).click();
        await expect(page.getByText("Proven: ")).toBeVisible();
        await isUsable(page);
        await page.screenshot({ path: `${config.metadata.artifacts}/entry-${screen}-${colorScheme}.png`, fullPage: true });
      });
    });
  }
}

async function isUsable(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter(({ impact }) => GRAVE.includes(impact ?? ""));
  expect(grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(content, "nothing is wider than the screen").toBeLessThanOrEqual(window!);
}

test("a task is found and proven by the keyboard alone", async ({ page, pool }) => {
  await page.goto(`${pool.url}/audit`);
  await expect(page.getByRole("region", { name: "Find an entry" }).getByRole("listitem").first()).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the search" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(page.getByLabel("Words")).toBeFocused();
  await page.keyboard.type("first task submitted");
  await page.keyboard.press("Enter");
  const results = page.getByRole("region", { name: "Find an entry" }).getByRole("listitem");
  await expect(results).toHaveCount(1);
  await reaches(page, results.getByRole("link"));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Verify in my browser" })).toBeEnabled();
  await reaches(page, page.getByRole("button", { name: "Verify in my browser" }));
  await page.keyboard.press("Enter");
  await expect(page.getByText("Proven: ")).toBeVisible();
  await expect(page.getByRole("button", { name: "Verify again" })).toBeFocused();
});

/** Tabs on until it has the focus, and one can see that it has. */
async function reaches(page: Page, target: ReturnType<Page["locator"]>) {
  const isFocused = () => target.evaluate((element) => element === document.activeElement);
  for (let presses = 0; presses < 40 && !(await isFocused()); presses += 1) await page.keyboard.press("Tab");
  await expect(target).toBeFocused();
  expect(await target.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe("solid");
}
