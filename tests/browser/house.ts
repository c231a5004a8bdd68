// Where do the pages of the portal come from? Everything in one process, as a newcomer starts it, with its own directory.

import { test as base } from "@playwright/test";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const repository = resolve(import.meta.dirname, "../..");
const executable = process.env.EDGECODER_BIN ?? join(repository, "target/release/edgecoder");
/** No model server of this machine is asked. */
const nobody = "http://127.0.0.1:1";
/** A mail that is not shown in so long is not shown. */
const patience = 30_000;

/** A running house, and what it shows on its console. */
export class House {
  readonly folder = mkdtempSync(join(tmpdir(), "edgecoder-portal-"));
  private process?: ChildProcess;
  private readonly shown: string[] = [];
  private heard: () => void = () => {};

  /** Starts it, with more settings, and waits until it says that it is ready. */
  async start(more: Record<string, string> = {}) {
    const ports = { COORDINATOR_PORT: "0", CONTROL_PLANE_PORT: "0", INFERENCE_PORT: "0", PORTAL_PORT: "0" };
    const settings = { PATH: "/usr/bin:/bin", EDGECODER_DATA_DIR: this.folder, OLLAMA_HOST: nobody, ...ports, ...more };
    this.process = spawn(executable, ["run"], { env: settings, stdio: ["ignore", "pipe", "ignore"] });
    const ready = new Promise<void>((resolve, reject) => {
      this.process!.once("exit", () => reject(new Error("the house ended instead of becoming ready")));
      createInterface({ input: this.process!.stdout! }).on("line", (line) => {
        this.shown.push(line);
        this.heard();
        if (line.includes("audit verify")) resolve();
      });
    });
    await ready;
  }

  stop() {
    this.process?.removeAllListeners("exit");
    this.process?.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The address of the portal. */
  get url(): string {
    return JSON.parse(readFileSync(join(this.folder, "endpoints.json"), "utf8")).portal;
  }

  /** The link of the newest mail to this address, as whoever runs the house reads it. */
  async link(to: string): Promise<string> {
    const find = () => {
      const from = this.shown.findLastIndex((line) => line.includes(`A mail to ${to}:`));
      return from < 0 ? undefined : this.shown.slice(from).find((line) => line.startsWith(this.url));
    };
    const late = Date.now() + patience;
    for (let link = find(); ; link = find()) {
      if (link) return link;
      if (Date.now() > late) throw new Error(`no mail to ${to} was shown`);
      await Promise.race([new Promise<void>((resolve) => (this.heard = resolve)), new Promise((resolve) => setTimeout(resolve, 1_000))]);
    }
  }
}

/** A house for all journeys of a worker. */
export const test = base.extend<object, { house: House }>({
  house: [
    async ({}, use) => {
      const house = new House();
      try {
        await house.start();
        await use(house);
      } finally {
        house.stop();
      }
    },
    { scope: "worker" },
  ],
});

export { expect } from "@playwright/test";
