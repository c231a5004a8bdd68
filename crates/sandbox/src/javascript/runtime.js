// The globals that a program expects besides the language: console, process, timers, text coding.
// Evaluated as an expression; called once with the host's few functions and an object that the other files share.
(host, shared) => {
    "use strict";
    const hidden = (name, value) =>
        Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });

    const simpleKey = /^[A-Za-z_$][\w$]*$/;
    const quote = (text) => "'" + text.replace(/[\\']/g, "\\$&").replace(/\n/g, "\\n") + "'";
    // The lines of each file that stands in a function of ours; places in it are told as those of the file itself.
    shared.wrapped = new Map();
    const place = /(\/work\/[^:]+):(\d+):(\d+)/;
    const isPastTheEnd = (frame) => {
        const [, path, line] = place.exec(frame) ?? [];
        return Number(line) > (shared.wrapped.get(path)?.length ?? Infinity);
    };
    const placed = (frame) => frame.replace(place, (whole, path, line, column) => {
        const lines = shared.wrapped.get(path);
        if (lines === undefined) return whole;
        if (Number(line) > lines.length) return `${path}:${lines.length}:${lines.at(-1).length + 1}`;
        return Number(line) === 1 ? `${path}:1:${Math.max(1, column - host.wrapperColumns)}` : whole;
    });
    const describeError = (error) => {
        const stack = String(error.stack ?? "").split("\n").filter((line) => line.trim());
        // How our files call the program is no part of it.
        const isOurs = (at) => stack[at]?.includes("edgecoder:") || (stack[at]?.endsWith("at call (native)") && isOurs(at + 1));
        const frames = stack.filter((_, at) => !isOurs(at));
        const isCutShort = error.name === "SyntaxError" && frames.length > 0 && isPastTheEnd(frames[0]);
        let text = `${error.name}: ${isCutShort ? "unexpected end of the file" : error.message}`;
        for (const frame of frames) text += `\n${placed(frame)}`;
        return text;
    };
    const inspect = (value, depth = 0, seen = []) => {
        switch (typeof value) {
            case "string": return quote(value);
            case "bigint": return `${value}n`;
            case "symbol": return String(value);
            case "function": return /^class\b/.test(Function.prototype.toString.call(value)) ? `[class ${value.name || "(anonymous)"}]` : `[Function: ${value.name || "(anonymous)"}]`;
            case "number": return Object.is(value, -0) ? "-0" : String(value);
            case "object": break;
            default: return String(value);
        }
        if (value === null) return "null";
        if (seen.includes(value)) return "[Circular *1]";
        if (value instanceof Error) return describeError(value);
        if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
        if (value instanceof RegExp) return String(value);
        if (value instanceof Promise) return "Promise { }";
        const inner = (child) => inspect(child, depth + 1, [...seen, value]);
        const name = value.constructor?.name ?? "[Object: null prototype]";
        if (depth > 2) return Array.isArray(value) ? "[Array]" : `[${name}]`;
        if (Array.isArray(value) || ArrayBuffer.isView(value)) {
            const items = Array.from(value).slice(0, 100).map(inner);
            if (value.length > 100) items.push(`... ${value.length - 100} more items`);
            return list(Array.isArray(value) ? "" : `${name}(${value.length}) `, items, "[", "]");
        }
        if (value instanceof Map) return list(`Map(${value.size}) `, [...value].map(([k, v]) => `${inner(k)} => ${inner(v)}`), "{", "}");
        if (value instanceof Set) return list(`Set(${value.size}) `, [...value].map(inner), "{", "}");
        if (value instanceof Number || value instanceof String || value instanceof Boolean) return `[${name}: ${inner(value.valueOf())}]`;
        const items = Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key)).map((key) => {
            const shown = typeof key === "symbol" ? `[${String(key)}]` : simpleKey.test(key) ? key : quote(key);
            const property = Object.getOwnPropertyDescriptor(value, key);
            return `${shown}: ${property.get ? "[Getter]" : inner(property.value)}`;
        });
        return list(name === "Object" ? "" : `${name} `, items, "{", "}");
    };
    const list = (head, items, open, close) => {
        if (items.length === 0) return `${head}${open}${close}`;
        const line = `${head}${open} ${items.join(", ")} ${close}`;
        return line.length <= 76 && !line.includes("\n") ? line : `${head}${open}\n${items.map((item) => "  " + item.replaceAll("\n", "\n  ")).join(",\n")}\n${close}`;
    };
    const format = (...values) => {
        let rest = values;
        let text = "";
        if (typeof values[0] === "string") {
            rest = values.slice(1);
            text = values[0].replace(/%[sdifjoOc%]/g, (mark) => {
                if (mark === "%%") return "%";
                if (rest.length === 0) return mark;
                const value = rest.shift();
                switch (mark[1]) {
                    case "s": return typeof value === "object" && value !== null ? inspect(value) : String(value);
                    case "d": return String(Number(value));
                    case "i": return String(Number.parseInt(value, 10));
                    case "f": return String(Number.parseFloat(value));
                    case "j": return JSON.stringify(value);
                    case "c": return "";
                    default: return inspect(value);
                }
            });
            if (rest.length) text += " ";
        }
        return text + rest.map((value) => (typeof value === "string" ? value : inspect(value))).join(" ");
    };

    let indent = "";
    const counts = new Map();
    const clocks = new Map();
    const writer = (stream) => (...values) => {
        const text = format(...values);
        host.print(stream, indent ? indent + text.replaceAll("\n", "\n" + indent) + "\n" : text + "\n");
    };
    const [out, err] = [writer(1), writer(2)];
    hidden("console", {
        log: out, info: out, debug: out, warn: err, error: err, dir: (value) => out(inspect(value)),
        trace: (...values) => err("Trace:", ...values),
        table: (rows) => out(inspect(rows)),
        assert: (condition, ...values) => { if (!condition) err("Assertion failed" + (values.length ? ": " + format(...values) : "")); },
        group: (...values) => { if (values.length) out(...values); indent += "  "; },
        groupEnd: () => { indent = indent.slice(2); },
        count: (label = "default") => { counts.set(label, (counts.get(label) ?? 0) + 1); out(`${label}: ${counts.get(label)}`); },
        countReset: (label = "default") => { counts.delete(label); },
        time: (label = "default") => { clocks.set(label, Date.now()); },
        timeEnd: (label = "default") => { out(`${label}: ${Date.now() - (clocks.get(label) ?? Date.now())}ms`); clocks.delete(label); },
    });

    // Timers: a list in order of time; the host sleeps until the first is due.
    // Node's longest delay, too; what is longer, or no number, is the shortest.
    const LONGEST_WAIT_MS = 2 ** 31 - 1;
    let timers = [];
    let lastTimer = 0;
    class Timeout {
        constructor(id) { this.id = id; }
        ref() { return this; }
        unref() { timers.find((timer) => timer.id === this.id)?.detach(); return this; }
        hasRef() { return true; }
        [Symbol.toPrimitive]() { return this.id; }
    }
    const schedule = (run, delay, values, repeat) => {
        if (typeof run !== "function") throw new TypeError("the callback must be a function");
        const asked = Number(delay);
        const wait = asked >= 1 && asked <= LONGEST_WAIT_MS ? asked : 1;
        const timer = { id: ++lastTimer, run, values, due: host.now() + wait, repeat: repeat ? wait : 0, detached: false };
        timer.detach = () => { timer.detached = true; };
        insert(timer);
        return new Timeout(timer.id);
    };
    const insert = (timer) => {
        let at = timers.length;
        while (at > 0 && timers[at - 1].due > timer.due) at -= 1;
        timers.splice(at, 0, timer);
    };
    const clear = (timer) => { timers = timers.filter(({ id }) => id !== Number(timer)); };
    hidden("setTimeout", (run, delay, ...values) => schedule(run, delay, values, false));
    hidden("setInterval", (run, delay, ...values) => schedule(run, delay, values, true));
    hidden("setImmediate", (run, ...values) => schedule(run, 0, values, false));
    for (const name of ["clearTimeout", "clearInterval", "clearImmediate"]) hidden(name, clear);
    hidden("queueMicrotask", (run) => { Promise.resolve().then(run); });
    // How long the host shall sleep until something is due; -1 where nothing ever will be.
    shared.untilNextTimer = () => (timers.some((timer) => !timer.detached) ? Math.max(0, timers[0].due - host.now()) : -1);
    shared.runDueTimer = () => {
        const timer = timers.shift();
        if (timer.repeat) insert(Object.assign(timer, { due: host.now() + timer.repeat }));
        timer.run(...timer.values);
    };

    // Rejections that nobody has handled when the program has nothing else to do.
    const rejected = new Map();
    shared.onRejection = (promise, reason, handled) => { if (handled) rejected.delete(promise); else rejected.set(promise, reason); };
    shared.takeRejection = () => {
        for (const [promise, reason] of rejected) { rejected.delete(promise); return { reason }; }
        return undefined;
    };
    shared.describe = (error) => (error instanceof Error ? describeError(error) : `Uncaught ${inspect(error)}`);
    shared.isOutOfMemory = (error) => error instanceof Error && error.message === "out of memory";

    class TextEncoder {
        get encoding() { return "utf-8"; }
        encode(text = "") { return host.encode(String(text)); }
    }
    class TextDecoder {
        get encoding() { return "utf-8"; }
        decode(bytes) {
            if (bytes === undefined) return "";
            return host.decode(Array.from(bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
        }
    }
    hidden("TextEncoder", TextEncoder);
    hidden("TextDecoder", TextDecoder);
    hidden("structuredClone", (value) => clone(value, new Map()));
    const clone = (value, made) => {
        if (typeof value === "function" || typeof value === "symbol") throw new DOMException("this value cannot be cloned", "DataCloneError");
        if (typeof value !== "object" || value === null) return value;
        if (made.has(value)) return made.get(value);
        const keep = (copy) => { made.set(value, copy); return copy; };
        if (value instanceof Date) return keep(new Date(value));
        if (value instanceof RegExp) return keep(new RegExp(value));
        if (ArrayBuffer.isView(value)) return keep(value.slice());
        if (value instanceof Map) { const copy = keep(new Map()); for (const [k, v] of value) copy.set(clone(k, made), clone(v, made)); return copy; }
        if (value instanceof Set) { const copy = keep(new Set()); for (const v of value) copy.add(clone(v, made)); return copy; }
        const copy = keep(Array.isArray(value) ? [] : value instanceof Error ? new value.constructor(value.message) : {});
        for (const key of Object.keys(value)) copy[key] = clone(value[key], made);
        return copy;
    };

    const began = host.now();
    const listeners = [];
    const stream = (descriptor) => ({ write: (text) => { host.print(descriptor, typeof text === "string" ? text : new TextDecoder().decode(text)); return true; }, isTTY: false });
    const process = {
        argv: ["node", ...host.argv], env: {}, platform: "linux", pid: 1, exitCode: undefined, version: "v22.0.0", versions: { node: "22.0.0" },
        cwd: () => "/work",
        exit: (code) => { shared.runExitListeners(code ?? process.exitCode ?? 0); host.exit(Number(code ?? process.exitCode ?? 0) & 255); },
        nextTick: (run, ...values) => { Promise.resolve().then(() => run(...values)); },
        uptime: () => (host.now() - began) / 1000,
        hrtime: Object.assign(() => [Math.floor(host.now() / 1000), Math.floor((host.now() % 1000) * 1e6)], { bigint: () => BigInt(Math.floor(host.now() * 1e6)) }),
        memoryUsage: () => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0 }),
        on: (event, run) => { if (event === "exit") listeners.push(run); return process; },
        emitWarning: (text) => err(`Warning: ${text}`),
        stdout: stream(1), stderr: stream(2),
        stdin: {
            isTTY: false, setEncoding() { return this; }, resume() { return this; },
            on(event, run) {
                if (event === "data" && host.stdin) setTimeout(() => run(host.stdin), 0);
                if (event === "end" || event === "close") setTimeout(run, 1);
                return this;
            },
            async *[Symbol.asyncIterator]() { if (host.stdin) yield host.stdin; },
        },
    };
    process.once = process.on;
    shared.runExitListeners = (code) => { for (const run of listeners.splice(0)) run(code); };
    shared.exitCode = () => Number(process.exitCode ?? 0) & 255;
    hidden("process", process);
    hidden("global", globalThis);
    Object.assign(shared, { inspect, format, process });
};
