// `node:test`: which tests does a program register, and which of them pass?
(host, shared) => {
    "use strict";
    const MAX_FAILURES = 100;
    const MAX_MESSAGE = 2000;
    const suite = (name, parent) => ({ name, parent, entries: [], before: [], after: [], beforeEach: [], afterEach: [] });
    const root = suite("", undefined);
    let current = root;
    const report = { passed: 0, failures: [] };
    const settle = (name, options, run) => {
        const values = [name, options, run];
        const body = values.find((value) => typeof value === "function");
        const title = typeof name === "string" ? name : body?.name || "<anonymous>";
        const flags = values.find((value) => typeof value === "object" && value !== null) ?? {};
        return { title, flags, body };
    };
    const addTest = (forced) => (name, options, run) => {
        const { title, flags, body } = settle(name, options, run);
        const entry = { kind: "test", title, body, skip: Boolean(forced.skip ?? flags.skip) || !body, todo: Boolean(forced.todo ?? flags.todo), only: Boolean(forced.only ?? flags.only) };
        current.entries.push(entry);
        return Promise.resolve();
    };
    const addSuite = (forced) => (name, options, run) => {
        const { title, flags, body } = settle(name, options, run);
        const child = suite(title, current);
        const outer = current;
        outer.entries.push({ kind: "suite", suite: child, skip: Boolean(forced.skip ?? flags.skip) || !body });
        current = child;
        try {
            const outcome = body?.({ name: title });
            if (outcome instanceof Promise) child.loading = outcome;
        } catch (error) {
            child.entries.push({ kind: "test", title: "<suite>", body: () => { throw error; } });
        } finally {
            current = outer;
        }
        return Promise.resolve();
    };
    const withFlags = (add) => Object.assign(add({}), { skip: add({ skip: true }), todo: add({ todo: true }), only: add({ only: true }) });
    const hook = (kind) => (run) => { current[kind].push(run); };
    const test = withFlags(addTest);
    const describe = withFlags(addSuite);
    const mockCall = (implementation = () => undefined) => {
        const calls = [];
        const mocked = function (...values) {
            const call = { arguments: values, this: this };
            calls.push(call);
            try { return (call.result = implementation.apply(this, values)); } catch (error) { call.error = error; throw error; }
        };
        mocked.mock = { calls, callCount: () => calls.length, resetCalls: () => { calls.length = 0; }, mockImplementation: (next) => { implementation = next; } };
        return mocked;
    };
    const mock = {
        fn: mockCall,
        method: (object, name, replacement) => {
            const original = object[name];
            object[name] = Object.assign(mockCall(replacement ?? original), {});
            object[name].mock.restore = () => { object[name] = original; };
            return object[name];
        },
        reset() {}, restoreAll() {},
    };
    Object.assign(test, { test, it: test, describe, suite: describe, mock, before: hook("before"), after: hook("after"), beforeEach: hook("beforeEach"), afterEach: hook("afterEach") });
    shared.builtins.test = test;
    shared.testGlobals = { test, it: test, describe, before: test.before, after: test.after, beforeEach: test.beforeEach, afterEach: test.afterEach };

    const fullName = (of, title) => { const names = [title]; for (let at = of; at?.name; at = at.parent) names.unshift(at.name); return names.join(" > "); };
    const chain = (of, kind) => (of ? [...chain(of.parent, kind), ...of[kind]] : []);
    const callBody = (body, context) => (body.length > 1 ? new Promise((done, fail) => body(context, (error) => (error ? fail(error) : done()))) : body(context));
    const fail = (name, error) => {
        const text = (error instanceof Error ? `${error.name}: ${error.message}` : shared.inspect(error)).slice(0, MAX_MESSAGE);
        if (report.failures.length < MAX_FAILURES) report.failures.push({ name, message: text });
        host.print(1, `not ok - ${name}\n${shared.describe(error).split("\n").map((line) => "    " + line).join("\n")}\n`);
        report.outOfMemory ||= shared.isOutOfMemory(error);
        report.failed = true;
    };
    shared.failFile = (name, error) => fail(name, error);
    const runTest = async (of, entry) => {
        const name = fullName(of, entry.title);
        if (entry.skip) { host.print(1, `ok - ${name} # SKIP\n`); return; }
        const failuresBefore = report.failures.length;
        try {
            for (const run of chain(of, "beforeEach")) await run();
            const inner = suite(entry.title, of);
            const context = {
                name: entry.title, mock, diagnostic() {}, signal: undefined,
                test: async (title, options, run) => { const child = settle(title, options, run); await runTest(inner, { title: child.title, body: child.body, skip: child.flags.skip || !child.body }); },
                skip() {}, todo() {}, assert: shared.builtins.assert,
                before: () => {}, after: (run) => inner.after.push(run), beforeEach: (run) => inner.beforeEach.push(run), afterEach: (run) => inner.afterEach.push(run),
            };
            try { await callBody(entry.body, context); } finally {
                for (const run of [...inner.after, ...chain(of, "afterEach")]) await run();
            }
            if (report.failures.length > failuresBefore) throw new Error("a subtest failed");
            report.passed += 1;
            host.print(1, `ok - ${name}\n`);
        } catch (error) {
            if (entry.todo) host.print(1, `not ok - ${name} # TODO\n`);
            else fail(name, error);
        }
    };
    const hasOnly = (of) => of.entries.some((entry) => entry.only || (entry.suite && hasOnly(entry.suite)));
    const runSuite = async (of, only) => {
        try {
            await of.loading;
            for (const run of of.before) await run();
            for (const entry of of.entries) {
                if (entry.kind === "suite") { if (!entry.skip) await runSuite(entry.suite, only); }
                else if (!only || entry.only) await runTest(of, entry);
            }
            for (const run of of.after) await run();
        } catch (error) {
            fail(fullName(of.parent, of.name || "<root>"), error);
        }
    };
    shared.hasTests = () => root.entries.length > 0;
    shared.runTests = async () => {
        await runSuite(root, hasOnly(root));
        root.entries.length = 0;
        host.print(1, `# pass ${report.passed}\n# fail ${report.failures.length}\n`);
    };
    shared.passFile = () => { report.passed += 1; };
    shared.report = () => JSON.stringify({ passed: report.passed, failures: report.failures });
    shared.testsFailed = () => Boolean(report.failed);
    shared.testsOutOfMemory = () => Boolean(report.outOfMemory);
};
