// Which module is meant by a name, and how does `require` load it?
(host, shared) => {
    "use strict";
    const cache = new Map();
    const isFile = (path) => { const found = host.stat(path); return typeof found !== "string" && !found.folder; };
    const builtinName = (name) => { const bare = name.replace(/^node:/, ""); return Object.hasOwn(shared.builtins, bare) ? bare : undefined; };
    const candidates = (path) => [path, `${path}.js`, `${path}.cjs`, `${path}.mjs`, `${path}.json`, `${path}/index.js`, `${path}/index.cjs`, `${path}/index.mjs`];
    const notFound = (name, from) => Object.assign(new Error(`Cannot find module '${name}' imported from ${from}: only files of the workspace and a few of Node's own modules are here`), { code: "MODULE_NOT_FOUND" });
    const fromPackages = (name, from) => {
        for (let folder = shared.dirname(from); folder.startsWith("/work"); folder = shared.dirname(folder)) {
            const base = `${folder}/node_modules/${name}`;
            const described = readText(`${base}/package.json`);
            const main = described === undefined ? undefined : JSON.parse(described).main;
            const found = [...(main ? candidates(shared.resolvePath(base, main)) : []), ...candidates(base)].find(isFile);
            if (found) return found;
        }
        return undefined;
    };
    const readText = (path) => { const read = host.readText(path); return typeof read === "string" ? undefined : read.text; };
    const find = (name, from) => {
        const builtin = builtinName(name);
        if (builtin) return `node:${builtin}`;
        const local = name.startsWith(".") || name.startsWith("/") || name.startsWith("file:");
        const found = local ? candidates(shared.resolvePath(shared.dirname(from), name.replace(/^file:\/\//, ""))).find(isFile) : fromPackages(name, from);
        if (!found) throw notFound(name, from);
        return found;
    };
    const moduleSyntax = /^\s*(import\s*[\w*{"']|import\s*\(?["']|export\s+(default|const|let|var|function|async|class|\{|\*)|export\s*[{*])/m;
    const packageType = (path) => {
        for (let folder = shared.dirname(path); folder.startsWith("/work"); folder = shared.dirname(folder)) {
            const text = readText(`${folder}/package.json`);
            if (text !== undefined) { try { return JSON.parse(text).type; } catch { return undefined; } }
        }
        return undefined;
    };
    const isModule = (path, source) => {
        if (path.endsWith(".mjs")) return true;
        if (path.endsWith(".cjs") || path.endsWith(".json")) return false;
        const type = packageType(path);
        return type === undefined ? moduleSyntax.test(source) : type === "module";
    };
    const compile = (path, source) => {
        shared.wrapped.set(path, source.split("\n"));
        return host.compile(path, source);
    };
    const load = (path) => {
        if (path.startsWith("node:")) return shared.builtins[path.slice(5)];
        if (cache.has(path)) return cache.get(path).exports;
        const source = readText(path);
        if (source === undefined) throw notFound(path, "/work");
        if (path.endsWith(".json")) return JSON.parse(source);
        if (isModule(path, source)) throw Object.assign(new Error(`require() of the ES module ${path} is not possible here: use import`), { code: "ERR_REQUIRE_ESM" });
        const module = { exports: {}, id: path, filename: path, loaded: false };
        cache.set(path, module);
        try {
            compile(path, source).call(module.exports, module.exports, requireFrom(path), module, path, shared.dirname(path));
        } catch (error) {
            cache.delete(path);
            throw error;
        }
        module.loaded = true;
        return module.exports;
    };
    let mainModule;
    const requireFrom = (from) => Object.assign((name) => load(find(String(name), from)), { resolve: (name) => find(String(name), from), cache: {}, get main() { return mainModule; } });
    const reserved = new Set("await break case catch class const continue debugger default delete do else enum export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield eval arguments".split(" "));
    shared.resolveModule = find;
    // The source of what the engine shall load for a name: the file itself, or a shell around what `require` gives.
    shared.moduleSource = (path) => {
        if (!path.startsWith("node:")) {
            const source = readText(path);
            if (source === undefined) throw notFound(path, "/work");
            if (isModule(path, source)) return source;
        }
        const value = load(path);
        const names = value !== null && ["object", "function"].includes(typeof value) ? Object.keys(value).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && !reserved.has(name)) : [];
        const shell = `const loaded = globalThis[Symbol.for("edgecoder.load")](${JSON.stringify(path)});\nexport default loaded;\n`;
        return shell + names.map((name, at) => `const v${at} = loaded.${name};\nexport { v${at} as ${name} };\n`).join("");
    };
    Object.defineProperty(globalThis, Symbol.for("edgecoder.load"), { value: load });
    // Runs a file as the program; what it returns is to be awaited.
    shared.runMain = (path) => {
        const full = shared.resolvePath(path);
        if (!isFile(full)) throw notFound(path, "/work");
        if (isModule(full, readText(full))) return host.importModule(full);
        mainModule = { exports: {}, id: ".", filename: full };
        cache.set(full, mainModule);
        compile(full, readText(full)).call(mainModule.exports, mainModule.exports, requireFrom(full), mainModule, full, shared.dirname(full));
        return undefined;
    };
};
