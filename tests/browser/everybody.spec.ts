// Can everybody use the page? By keyboard alone, on a telephone and a desk, in light and in the dark, with a reader.

import { isUsable, reaches, SCREENS } from "./looks";
import { expect, test } from "./pool";

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
