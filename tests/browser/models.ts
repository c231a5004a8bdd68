// Who writes the program? A server on this machine that speaks Ollama's protocol, and says what it was told to say.

import { type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { example } from "./executable";

export const MODEL = "qwen2.5-coder:7b";
const PIECE_CHARS = 40;

/** Asked with these words, it says this. */
type Rule = { asked: string; says: string };

const file = (name: string) => `\`\`\`javascript path=${name}\n${example(name)}\`\`\`\n`;

/** A plan, then a program with its tests. */
const PRIMES: Rule[] = [
  { asked: "Plan this task.", says: "1. Sieve all numbers up to the limit.\n2. Test the limit itself, and limits below two.\n" },
  { asked: "Write the program", says: `Here is the program, with its tests.\n\n${file("primes.js")}\n${file("test_primes.js")}` },
];

/** A server with one model. */
export class ModelServer {
  private going: Promise<void> = Promise.resolve();
  private goOn: () => void = () => {};

  private constructor(readonly url: string, private readonly close: () => void) {}

  static async start(rules = PRIMES): Promise<ModelServer> {
    const server = createServer();
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const close = () => { server.closeAllConnections(); server.close(); };
    const models = new ModelServer(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, close);
    server.on("request", async (request, response) => {
      let body = "";
      for await (const piece of request) body += piece;
      await models.answers(request.url!, body, rules, response);
    });
    return models;
  }

  /** From now on it thinks, until `isDone`. */
  thinks() {
    this.going = new Promise((resolve) => (this.goOn = resolve));
  }

  isDone() {
    this.goOn();
  }

  [Symbol.dispose]() {
    this.isDone();
    this.close();
  }

  private async answers(path: string, body: string, rules: Rule[], response: ServerResponse) {
    const details = { format: "gguf", family: "qwen2", parameter_size: "7.6B", quantization_level: "Q4_K_M" };
    const tell = (document: object) => response.setHeader("content-type", "application/json").end(JSON.stringify(document));
    switch (path) {
      case "/api/version": return tell({ version: "0.0.0-scripted" });
      case "/api/tags":
      case "/api/ps": return tell({ models: [{ name: MODEL, model: MODEL, details }] });
      case "/api/show": return tell({ details, model_info: {} });
      case "/api/chat": return this.says(JSON.parse(body).messages, rules, response);
      default: return response.writeHead(404).end();
    }
  }

  private async says(messages: { role: string; content: string }[], rules: Rule[], response: ServerResponse) {
    await this.going;
    const words = messages.findLast(({ role }) => role === "user")?.content ?? "";
    const rule = rules.find(({ asked }) => words.includes(asked));
    if (!rule) return response.writeHead(500).end(JSON.stringify({ error: "there is no answer to this" }));
    const line = (content: string, end = {}) => `${JSON.stringify({ message: { role: "assistant", content }, done: false, ...end })}\n`;
    response.setHeader("content-type", "application/x-ndjson");
    for (let at = 0; at < rule.says.length; at += PIECE_CHARS) response.write(line(rule.says.slice(at, at + PIECE_CHARS)));
    return response.end(line("", { done: true, done_reason: "stop", prompt_eval_count: 11, eval_count: 7 }));
  }
}
