// The modules of Node that pure programs use: path, fs (the workspace only), util, events, timers.
(host, shared) => {
    "use strict";
    const normalize = (path) => {
        const absolute = path.startsWith("/");
        const parts = [];
        for (const part of path.split("/")) {
            if (part === "" || part === ".") continue;
            if (part === ".." && parts.length && parts.at(-1) !== "..") parts.pop();
            else if (part !== ".." || !absolute) parts.push(part);
        }
        return (absolute ? "/" : "") + parts.join("/") || (absolute ? "/" : ".");
    };
    const resolve = (...parts) => {
        let path = "";
        for (const part of ["/work", ...parts]) path = part.startsWith("/") ? part : `${path}/${part}`;
        return normalize(path);
    };
    const dirname = (path) => { const at = path.replace(/\/+$/, "").lastIndexOf("/"); return at < 0 ? "." : at === 0 ? "/" : path.slice(0, at); };
    const basename = (path, suffix = "") => { const name = path.replace(/\/+$/, "").split("/").at(-1); return suffix && name.endsWith(suffix) && name !== suffix ? name.slice(0, -suffix.length) : name; };
    const extname = (path) => { const name = basename(path); const at = name.lastIndexOf("."); return at > 0 ? name.slice(at) : ""; };
    const path = {
        sep: "/", delimiter: ":", normalize, resolve, dirname, basename, extname,
        join: (...parts) => normalize(parts.filter(Boolean).join("/") || "."),
        isAbsolute: (text) => text.startsWith("/"),
        relative: (from, to) => {
            const [a, b] = [resolve(from).split("/"), resolve(to).split("/")];
            let same = 0;
            while (same < Math.min(a.length, b.length) && a[same] === b[same]) same += 1;
            return [...a.slice(same).map(() => ".."), ...b.slice(same)].join("/");
        },
        parse: (text) => { const base = basename(text); const ext = extname(text); return { root: text.startsWith("/") ? "/" : "", dir: dirname(text), base, ext, name: ext ? base.slice(0, -ext.length) : base }; },
        format: ({ dir, root = "", base, name = "", ext = "" }) => `${dir ? dir + "/" : root}${base ?? name + ext}`,
    };
    path.posix = path;

    const failure = (call, file, code) => Object.assign(new Error(`${code}, ${call} '${file}'`), { code, path: String(file) });
    const attempt = (call, file, action) => {
        const code = action(resolve(String(file)));
        if (typeof code === "string") throw failure(call, file, code);
        return code;
    };
    const encodingOf = (options) => (typeof options === "string" ? options : options?.encoding);
    const writeAt = (data, append) => (at) => (ArrayBuffer.isView(data) ? host.write(at, Array.from(data), append) : host.writeText(at, String(data), append));
    const fs = {
        readFileSync: (file, options) => {
            if (file === 0 || file === "/dev/stdin") return encodingOf(options) ? host.stdin : host.encode(host.stdin);
            if (encodingOf(options)) return attempt("open", file, host.readText).text;
            const bytes = attempt("open", file, host.read);
            return Object.defineProperty(bytes, "toString", { value: () => host.decode(Array.from(bytes)) });
        },
        writeFileSync: (file, data) => { attempt("open", file, writeAt(data, false)); },
        appendFileSync: (file, data) => { attempt("open", file, writeAt(data, true)); },
        existsSync: (file) => typeof host.stat(resolve(String(file))) !== "string",
        readdirSync: (file) => attempt("scandir", file, host.list).sort(),
        mkdirSync: (file, options) => { attempt("mkdir", file, (at) => host.makeFolder(at, Boolean(options?.recursive))); },
        rmSync: (file, options) => { if (!(options?.force && !fs.existsSync(file))) attempt("rm", file, (at) => host.remove(at, Boolean(options?.recursive))); },
        unlinkSync: (file) => { attempt("unlink", file, (at) => host.remove(at, false)); },
        statSync: (file) => { const { size, folder } = attempt("stat", file, host.stat); return { size, isFile: () => !folder, isDirectory: () => folder }; },
    };
    fs.promises = Object.fromEntries(Object.entries(fs).filter(([name]) => name !== "existsSync").map(([name, call]) => [name.replace("Sync", ""), async (...values) => call(...values)]));

    class EventEmitter {
        #listeners = new Map();
        on(event, run) { this.#of(event).push({ run, once: false }); return this; }
        once(event, run) { this.#of(event).push({ run, once: true }); return this; }
        off(event, run) { this.#listeners.set(event, this.#of(event).filter((entry) => entry.run !== run)); return this; }
        emit(event, ...values) {
            const entries = [...this.#of(event)];
            if (entries.length === 0 && event === "error") throw values[0] instanceof Error ? values[0] : new Error(`Unhandled error. (${shared.inspect(values[0])})`);
            for (const entry of entries) {
                if (entry.once) this.off(event, entry.run);
                entry.run.apply(this, values);
            }
            return entries.length > 0;
        }
        listenerCount(event) { return this.#of(event).length; }
        listeners(event) { return this.#of(event).map(({ run }) => run); }
        removeAllListeners(event) { if (event === undefined) this.#listeners.clear(); else this.#listeners.delete(event); return this; }
        setMaxListeners() { return this; }
        #of(event) { if (!this.#listeners.has(event)) this.#listeners.set(event, []); return this.#listeners.get(event); }
    }
    EventEmitter.prototype.addListener = EventEmitter.prototype.on;
    EventEmitter.prototype.removeListener = EventEmitter.prototype.off;
    EventEmitter.EventEmitter = EventEmitter;

    const pause = (ms, value) => new Promise((done) => setTimeout(() => done(value), ms));
    const promisify = (call) => (...values) => new Promise((done, fail) => call(...values, (error, value) => (error ? fail(error) : done(value))));
    shared.builtins = {
        path, "path/posix": path, fs, "fs/promises": fs.promises, events: EventEmitter,
        util: { inspect: (value) => shared.inspect(value), format: shared.format, promisify, inherits: (child, parent) => { Object.setPrototypeOf(child.prototype, parent.prototype); }, isDeepStrictEqual: (a, b) => shared.sameDeep(a, b, true), TextEncoder, TextDecoder, types: {} },
        process: shared.process, os: { EOL: "\n", platform: () => "linux", cpus: () => [], tmpdir: () => "/work" },
        timers: { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate },
        "timers/promises": { setTimeout: pause, setImmediate: (value) => pause(0, value) },
        perf_hooks: { performance }, url: { fileURLToPath: (url) => String(url).replace(/^file:\/\//, ""), pathToFileURL: (file) => ({ href: `file://${resolve(file)}`, toString: () => `file://${resolve(file)}` }) },
    };
    shared.resolvePath = resolve;
    shared.dirname = dirname;
};
