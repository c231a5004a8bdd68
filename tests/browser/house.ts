// Where do the pages of the portal come from? Everything in one process, as a newcomer starts it, with its own directory.

import { test as base } from "@playwright/test";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { executable, nobody } from "./executable";

/** A mail that is not shown in so long is not shown. */
const patience = 30_000;

/** Where the services of a house are. */
type Endpoints = { coordinator?: string; inference?: string; controlPlane?: string; portal?: string };

/** A running house, and what it shows on its console. */
export class House {
  readonly folder = mkdtempSync(join(tmpdir(), "edgecoder-portal-"));
  private process?: ChildProcess;
  private at: Endpoints = {};
  private readonly shown: string[] = [];
  private heard: () => void = () => {};

  /** Starts it, with more settings, and waits until it says that it is ready. Started again, it is where it was before. */
  async start(more: Record<string, string> = {}) {
    this.process = spawn(executable, ["run"], { env: this.settings(more), stdio: ["ignore", "pipe", "ignore"] });
    const ready = new Promise<void>((resolve, reject) => {
      this.process!.once("exit", () => reject(new Error("the house ended instead of becoming ready")));
      createInterface({ input: this.process!.stdout! }).on("line", (line) => {
        this.shown.push(line);
        this.heard();
        if (line.includes("audit verify")) resolve();
      });
    });
    await ready;
    this.at = JSON.parse(readFileSync(join(this.folder, "endpoints.json"), "utf8"));
  }

  /** Ends it in order, as whoever runs it does. What it keeps is there for the next start. */
  async halt() {
    this.process!.removeAllListeners("exit");
    const ended = once(this.process!, "exit");
    this.process!.kill("SIGTERM");
    await ended;
  }

  /** Ends it for good. */
  stop() {
    this.process?.removeAllListeners("exit");
    this.process?.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The address of the portal. */
  get url(): string {
    return this.at.portal!;
  }

  /** The address where entries of the log are proven. */
  get auditUrl(): string {
    return `${this.at.coordinator}/audit`;
  }

  /** Types a command, as whoever runs the house does; what it answered. */
  types(...words: string[]) {
    return JSON.parse(execFileSync(executable, ["--json", ...words], { env: this.settings(), encoding: "utf8" }));
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

  private settings(more: Record<string, string> = {}): Record<string, string> {
    const port = (url?: string) => (url ? new URL(url).port : "0");
    const { coordinator, controlPlane, inference, portal } = this.at;
    return {
      PATH: "/usr/bin:/bin", EDGECODER_DATA_DIR: this.folder, OLLAMA_HOST: nobody,
      COORDINATOR_PORT: port(coordinator), CONTROL_PLANE_PORT: port(controlPlane), INFERENCE_PORT: port(inference), PORTAL_PORT: port(portal),
      ...more,
    };
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
