// In which order do the program's files and its tests run?
(host, shared) => {
    "use strict";
    shared.main = async (paths, asTests) => {
        for (const path of paths) {
            if (asTests) await runTestFile(path);
            else await shared.runMain(path);
        }
        if (shared.hasTests()) await shared.runTests();
    };
    const runTestFile = async (path) => {
        Object.assign(globalThis, shared.testGlobals);
        try {
            await shared.runMain(path);
            // A file without tests is one: it passes if it does not throw.
            if (shared.hasTests()) await shared.runTests();
            else shared.passFile();
        } catch (error) {
            shared.failFile(path, error);
        }
    };
};
