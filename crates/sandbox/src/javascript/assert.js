// `assert`: how does a test say what must hold?
(host, shared) => {
    "use strict";
    class AssertionError extends Error {
        constructor({ message, actual, expected, operator }) {
            super(message);
            Object.assign(this, { actual, expected, operator, code: "ERR_ASSERTION", generatedMessage: false });
        }
        get name() { return "AssertionError"; }
    }
    const sameDeep = (a, b, strict, seen = []) => {
        if (strict ? Object.is(a, b) : a == b || (a !== a && b !== b)) return true;
        if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
        if (strict && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
        if (Array.isArray(a) !== Array.isArray(b)) return false;
        if (seen.some(([x, y]) => x === a && y === b)) return true;
        const deeper = (x, y) => sameDeep(x, y, strict, [...seen, [a, b]]);
        if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
        if (a instanceof RegExp && b instanceof RegExp) return String(a) === String(b);
        if (a instanceof Error && b instanceof Error && (a.message !== b.message || a.name !== b.name)) return false;
        if (a instanceof Map && b instanceof Map) return a.size === b.size && [...a].every(([key, value]) => (b.has(key) ? deeper(value, b.get(key)) : [...b].some(([k, v]) => deeper(key, k) && deeper(value, v))));
        if (a instanceof Set && b instanceof Set) return a.size === b.size && [...a].every((value) => b.has(value) || [...b].some((other) => deeper(value, other)));
        const [x, y] = [Object.keys(a), Object.keys(b)];
        return x.length === y.length && x.every((key) => Object.prototype.hasOwnProperty.call(b, key) && deeper(a[key], b[key]));
    };
    shared.sameDeep = sameDeep;
    const fail = (message, standard, actual, expected, operator) => {
        if (message instanceof Error) throw message;
        throw new AssertionError({ message: message ?? standard, actual, expected, operator });
    };
    const shown = (value) => shared.inspect(value);
    const compare = (operator, holds, words) => (actual, expected, message) => {
        if (!holds(actual, expected)) fail(message, `${words}:\n\n${shown(actual)} !== ${shown(expected)}\n`, actual, expected, operator);
    };
    const matches = (error, expected, message) => {
        if (expected === undefined || typeof expected === "string") return;
        if (expected instanceof RegExp) { if (!expected.test(String(error))) fail(message, `The error ${shown(String(error))} does not match ${expected}`, error, expected, "throws"); return; }
        if (typeof expected === "function") {
            if (expected.prototype !== undefined && error instanceof expected) return;
            if (expected === Error || Error.prototype.isPrototypeOf(expected.prototype ?? {})) fail(message, `The error is expected to be an instance of "${expected.name}". Received "${error?.name}": ${error?.message}`, error, expected, "throws");
            if (expected.call({}, error) !== true) fail(message, "The validation function is expected to return \"true\"", error, expected, "throws");
            return;
        }
        for (const [key, value] of [...Object.entries(expected), ...(expected instanceof Error ? [["message", expected.message], ["name", expected.name]] : [])]) {
            const same = value instanceof RegExp && typeof error[key] === "string" ? value.test(error[key]) : sameDeep(error[key], value, true);
            if (!same) fail(message, `The error's ${key} is ${shown(error[key])}, expected ${shown(value)}`, error, expected, "throws");
        }
    };
    const note = (expected, message) => (typeof expected === "string" ? expected : message);
    const ok = (value, message) => { if (!value) fail(message, `The expression evaluated to a falsy value:\n\n  ${shown(value)}\n`, value, true, "=="); };
    const assert = Object.assign((value, message) => ok(value, message), {
        ok, AssertionError,
        equal: compare("==", (a, b) => a == b || (a !== a && b !== b), "Expected values to be loosely equal"),
        notEqual: compare("!=", (a, b) => a != b, "Expected values not to be loosely equal"),
        strictEqual: compare("strictEqual", Object.is, "Expected values to be strictly equal"),
        notStrictEqual: compare("notStrictEqual", (a, b) => !Object.is(a, b), "Expected values not to be strictly equal"),
        deepEqual: compare("deepEqual", (a, b) => sameDeep(a, b, false), "Expected values to be loosely deep-equal"),
        notDeepEqual: compare("notDeepEqual", (a, b) => !sameDeep(a, b, false), "Expected values not to be loosely deep-equal"),
        deepStrictEqual: compare("deepStrictEqual", (a, b) => sameDeep(a, b, true), "Expected values to be strictly deep-equal"),
        notDeepStrictEqual: compare("notDeepStrictEqual", (a, b) => !sameDeep(a, b, true), "Expected values not to be strictly deep-equal"),
        match: (text, pattern, message) => { if (!pattern.test(text)) fail(message, `The input did not match ${pattern}. Input:\n\n${shown(text)}\n`, text, pattern, "match"); },
        doesNotMatch: (text, pattern, message) => { if (pattern.test(text)) fail(message, `The input was expected to not match ${pattern}. Input:\n\n${shown(text)}\n`, text, pattern, "doesNotMatch"); },
        fail: (message) => fail(message, "Failed", undefined, undefined, "fail"),
        ifError: (value) => { if (value !== null && value !== undefined) throw value; },
        throws: (run, expected, message) => {
            let thrown;
            try { run(); } catch (error) { thrown = { error }; }
            if (!thrown) fail(note(expected, message), "Missing expected exception.", undefined, expected, "throws");
            matches(thrown.error, expected, message);
        },
        doesNotThrow: (run, expected, message) => { try { run(); } catch (error) { fail(note(expected, message), `Got unwanted exception: ${error?.message}`, error, expected, "doesNotThrow"); } },
        rejects: async (run, expected, message) => {
            let thrown;
            try { await (typeof run === "function" ? run() : run); } catch (error) { thrown = { error }; }
            if (!thrown) fail(note(expected, message), "Missing expected rejection.", undefined, expected, "rejects");
            matches(thrown.error, expected, message);
        },
        doesNotReject: async (run, expected, message) => { try { await (typeof run === "function" ? run() : run); } catch (error) { fail(note(expected, message), `Got unwanted rejection: ${error?.message}`, error, expected, "doesNotReject"); } },
    });
    const strict = Object.assign((value, message) => ok(value, message), assert, { equal: assert.strictEqual, notEqual: assert.notStrictEqual, deepEqual: assert.deepStrictEqual, notDeepEqual: assert.notDeepStrictEqual });
    assert.strict = strict.strict = strict;
    Object.assign(shared.builtins, { assert, "assert/strict": strict });
};
