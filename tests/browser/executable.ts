// Which program is tried, and with which examples?

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const repository = resolve(import.meta.dirname, "../..");
export const executable = process.env.EDGECODER_BIN ?? join(repository, "target/release/edgecoder");
/** No model server of this machine is asked. */
export const nobody = "http://127.0.0.1:1";

/** A file of the folder of examples. */
export const example = (name: string) => readFileSync(join(repository, "examples", name), "utf8");
