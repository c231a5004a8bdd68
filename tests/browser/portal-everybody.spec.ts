// Can everybody use the portal? Every page of it, in every theme, on a telephone and a desk.

import { SCREENS, THEMES, choosesColours, isUsable } from "./looks";
import { expect, test } from "./lived";
import { byName } from "./people";

/** A page takes a second or two to be looked at, and there are some thirty. */
const ALL_PAGES_MS = 300_000;

test("the list of pages has every page of the portal", async ({ lived }) => {
  type Operation = { responses: Record<string, { content?: Record<string, object> }> };
  const { paths } = await (await fetch(`${lived.house.url}/openapi.json`)).json();
  const isPage = (get?: Operation) => Object.values(get?.responses ?? {}).some(({ content }) => content?.["text/html"]);
  const described = Object.entries<{ get?: Operation }>(paths).filter(([, { get }]) => isPage(get)).map(([path]) => path);
  const looked = [...Object.keys(lived.inside), ...Object.keys(lived.outside)];
  expect(looked.filter((path) => path !== "/nothing").sort()).toEqual(described.sort());
});

for (const [screen, viewport] of Object.entries(SCREENS)) {
  for (const theme of THEMES) {
    test.describe(`${screen}, ${theme}`, () => {
      test.use({ viewport });

      test("nothing keeps anybody from using a page", async ({ page, lived }, { config }) => {
        test.setTimeout(ALL_PAGES_MS);
        const house = byName(lived.house.url);
        // In further themes it is about the colours: one page of each kind has them all.
        const isFirst = theme === THEMES[0];
        const looksAt = async (name: string) => {
          await isUsable(page, isFirst ? "everything" : "colours");
          const file = `portal-${name}-${screen}-${theme}`.toLowerCase().replace(" ", "-");
          await page.screenshot({ path: `${config.metadata.artifacts}/${file}.png`, fullPage: true });
        };
        const looksAtAll = async ( pages: Record<string, string[]>) => {
          await page.goto(house);
          await choosesColours(page, theme);
          for (const [path, addresses] of Object.entries(pages)) {
            for (const [nth, address] of (isFirst ? addresses : addresses.slice(0, 1)).entries()) {
              await page.goto(house + address);
              await looksAt(named(path, nth));
            }
          }
        };
        await looksAtAll(lived.outside);
        await page.context().addCookies(lived.cookies);
        await looksAtAll(lived.inside);
        await page.goto(`${house}${lived.inside["/nodes/{id}"]![0]}`);
        await page.getByRole("button", { name: "New token" }).click();
        await expect(page.getByText("It is shown now and never again.")).toBeVisible();
        await looksAt("node-token");
      });
    });
  }
}

/** What a picture of a page is called. */
function named(path: string, nth: number): string {
  const name = path.replaceAll(/[{}]/g, "").split("/").filter(Boolean).join("-") || "welcome";
  return nth === 0 ? name : `${name}-${nth + 1}`;
}
