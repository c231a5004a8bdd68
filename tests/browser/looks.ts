// Can everybody use what is on the screen? In every theme, on a telephone and a desk, with a reader, by the keyboard alone.

import AxeBuilder from "@axe-core/playwright";
import { type Locator, type Page, expect } from "@playwright/test";

export const SCREENS = { telephone: { width: 390, height: 844 }, desk: { width: 1440, height: 900 } };
export const THEMES = ["Midnight", "Emerald", "Light Pro"];
/** What keeps people from using a page; lesser findings are for taste. */
const GRAVE = ["serious", "critical"];
/** No page has so many things to stop at. */
const MAX_TABS = 80;

/** What the browser complains of, from now on: a script that fails, a rule of ours that the page breaks. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => { if (message.type() === "error") complaints.push(message.text()); });
  return complaints;
}

/** What axe finds in the colours; everything else is the same in each theme. */
const OF_COLOURS = ["color-contrast", "link-in-text-block"];

/** Says of all that is wrong with the page, or with its colours alone, and goes on. */
export async function isUsable(page: Page, what: "everything" | "colours" = "everything") {
  const axe = new AxeBuilder({ page });
  const { violations } = await (what === "colours" ? axe.withRules(OF_COLOURS) : axe).analyze();
  const grave = violations.filter(({ impact }) => GRAVE.includes(impact ?? ""));
  expect.soft(grave.map(({ id, nodes }) => `${page.url()} ${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect.soft(content, `${page.url()}: nothing is wider than the screen`).toBeLessThanOrEqual(window!);
}

/** Has the pages in these colours from now on. */
export async function choosesColours(page: Page, theme: string) {
  await page.getByLabel("Colours").selectOption(theme);
  await page.getByRole("button", { name: "Use" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", theme.toLowerCase().replace(" ", "-"));
}

/** Tabs on until it has the focus, and one can see that it has. */
export async function reaches(page: Page, target: Locator) {
  const isFocused = () => target.evaluate((element) => element === document.activeElement);
  for (let presses = 0; presses < MAX_TABS && !(await isFocused()); presses += 1) await page.keyboard.press("Tab");
  await expect(target).toBeFocused();
  expect(await target.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe("solid");
}
