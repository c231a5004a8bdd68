// What does somebody do on a computer of their own? In a terminal they type what a page told them.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executable, nobody } from "./executable";

/** A computer with a home of its own, on which EdgeCoder is installed. */
export class Machine {
  private readonly home = mkdtempSync(join(tmpdir(), "edgecoder-machine-"));
  private readonly running: ChildProcess[] = [];

  /** With a model server beside it, or none. */
  constructor(private readonly modelServer = nobody) {
    mkdirSync(join(this.home, "bin"));
    symlinkSync(executable, join(this.home, "bin/edgecoder"));
  }

  /** Types a command that goes on until the end. */
  types(command: string) {
    const env = { PATH: `${this.home}/bin:/usr/bin:/bin`, HOME: this.home, OLLAMA_HOST: this.modelServer };
    // In a group of its own: what the shell starts ends with it.
    this.running.push(spawn("/bin/sh", ["-c", command], { cwd: this.home, env, stdio: "ignore", detached: true }));
  }

  /** Switches it off. */
  async [Symbol.asyncDispose]() {
    for (const shell of this.running.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
      const ended = once(shell, "exit");
      process.kill(-shell.pid!, "SIGKILL");
      await ended;
    }
    rmSync(this.home, { recursive: true, force: true, maxRetries: 10 });
  }
}
