// How are the journeys run? With the Chromium of this machine, against a pool that each worker starts for itself.

import { defineConfig } from "@playwright/test";

/** Debian's Chromium, or the one that the variable names. */
const chromium = process.env.EDGECODER_TEST_CHROMIUM ?? "/usr/bin/chromium";
const artifacts = process.env.EDGECODER_TEST_ARTIFACTS ?? "../../target/browser";

/** Nothing of the browser may speak to anybody but the pool; root has no sandbox of its own to use. */
const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-quic", "--disable-sync", "--no-first-run"];
const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];

export default defineConfig({
  testDir: ".",
  outputDir: `${artifacts}/failures`,
  forbidOnly: true,
  retries: 0,
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: "list",
  metadata: { artifacts },
  use: { launchOptions: { executablePath: chromium, args: [...quiet, ...asRoot] }, trace: "retain-on-failure", timezoneId: "UTC", locale: "en-GB" },
});
