// Where does the page come from? A coordinator of the built product, with a data directory of its own.

import { test as base } from "@playwright/test";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { executable, nobody, repository } from "./executable";

/** A running coordinator, and what is typed beside it. */
export class Pool {
  readonly folder = mkdtempSync(join(tmpdir(), "edgecoder-browser-"));
  private process?: ChildProcess;
  private token?: string;

  /** Starts it and waits until it says that it is ready. */
  async start() {
    this.process = spawn(executable, ["run", "--mode", "coordinator"], { env: this.environment(), stdio: ["ignore", "pipe", "ignore"] });
    for await (const line of createInterface({ input: this.process.stdout! })) {
      if (line.includes("is ready: ") || line.includes("audit verify")) return;
    }
    throw new Error("the coordinator ended instead of becoming ready");
  }

  stop() {
    this.process?.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The address of the coordinator. */
  get url(): string {
    return JSON.parse(readFileSync(join(this.folder, "endpoints.json"), "utf8")).coordinator;
  }

  /** Types a command, as a person at this machine does; what it answered. */
  types(...words: string[]) {
    const told = execFileSync(executable, ["--json", ...words], { env: this.environment(), cwd: repository, encoding: "utf8" });
    return JSON.parse(told);
  }

  /** Opens a wallet that pays for tasks. */
  openWallet(name: string) {
    this.token = this.types("account", "create", name).token;
    this.types("account", "faucet", name, "1000");
  }

  /** Submits a program by the command line; the name of the task. */
  submits(name: string): string {
    return this.types("task", "submit", "--id", name, "--code", "examples/primes.py", "--tests", "examples/test_primes.py").taskId;
  }

  private environment(): NodeJS.ProcessEnv {
    // Nobody plans prompts here.
    const settings = { PATH: "/usr/bin:/bin", EDGECODER_DATA_DIR: this.folder, INFERENCE_URL: nobody, OLLAMA_HOST: nobody };
    const ports = { COORDINATOR_PORT: "0", CONTROL_PLANE_PORT: "0", INFERENCE_PORT: "0", PORTAL_PORT: "0" };
    return { ...settings, ...ports, ...(this.token ? { EDGECODER_TOKEN: this.token } : {}) };
  }
}

/** A pool with one wallet and one task, for all journeys of a worker. */
export const test = base.extend<object, { pool: Pool }>({
  pool: [
    async ({}, use) => {
      const pool = new Pool();
      try {
        await pool.start();
        pool.openWallet("ada");
        pool.submits("first-task");
        await use(pool);
      } finally {
        pool.stop();
      }
    },
    { scope: "worker" },
  ],
});

export { expect } from "@playwright/test";
