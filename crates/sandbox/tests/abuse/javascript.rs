//! JavaScript in QuickJS.

use crate::cases::{Bench, exits_with, job, patient, prints_only, script, stops_with};
use edgecoder_events::task::Language;
use edgecoder_sandbox::{Job, Run, StopReason, TestFailure};

fn javascript(code: &str) -> Job {
    script(Language::Javascript, code)
}

/// A program that tries each expression and prints how that ended.
pub fn attempts(expressions: &[&str]) -> Job {
    let expressions: Vec<String> = expressions.iter().map(|expression| format!("() => {expression}")).collect();
    patient(javascript(&format!(
        "for (const attempt of [{}]) {{\n  try {{ attempt(); console.log('done:', String(attempt)); }} catch {{ console.log('refused'); }}\n}}\n",
        expressions.join(", ")
    )))
}

pub async fn run(bench: &mut Bench) {
    abuses(bench).await;
    nosy(bench).await;
    ordinary(bench).await;
    tests(bench).await;
}

async fn abuses(bench: &mut Bench) {
    for (name, code) in [
        ("javascript: an endless loop times out", "for (;;) {}"),
        ("javascript: a catastrophic regular expression times out", "/^(a+)+$/.test('a'.repeat(50) + 'b')"),
        ("javascript: a timer far away times out", "setTimeout(() => {}, 1e9)"),
        ("javascript: endless promises time out", "(async () => { for (;;) await 0; })()"),
        ("javascript: a loop in a finally times out", "for (;;) { try { for (;;) {} } finally { continue; } }"),
    ] {
        bench.case(name, javascript(code), stops_with(StopReason::TimedOut)).await;
    }
    bench
        .case(
            "javascript: ten gigabytes are out of memory",
            patient(javascript("const all = []; for (;;) all.push(new Array(1e6).fill('x'));")),
            stops_with(StopReason::OutOfMemory),
        )
        .await;
    for (name, code) in [
        ("javascript: endless output is cut", "for (;;) console.log('x'.repeat(100))"),
        ("javascript: endless errors are cut", "for (;;) console.error('x')"),
    ] {
        bench.case(name, patient(javascript(code)), stops_with(StopReason::OutputLimit)).await;
    }
    bench
        .case(
            "javascript: too many files are stopped",
            patient(javascript(
                "const fs = require('fs'); for (let i = 0; ; i++) fs.writeFileSync(`f${i}`, 'x'.repeat(1e6));",
            )),
            stops_with(StopReason::WorkspaceLimit),
        )
        .await;
    bench
        .case(
            "javascript: endless recursion is an exception",
            patient(javascript("const f = () => 1 + f(); try { f(); } catch (error) { console.log(error.name); }")),
            |report| {
                assert!(["RangeError\n", "InternalError\n"].contains(&report.stdout.as_str()), "{report:?}");
            },
        )
        .await;
    bench.cancelled("javascript: a cancelled run is killed", patient(javascript("for (;;) {}"))).await;
}

async fn nosy(bench: &mut Bench) {
    let reach = [
        "require('child_process')",
        "require('node:net')",
        "require('http')",
        "fetch('http://localhost')",
        "process.binding('fs')",
        "process.kill(1)",
        "require('fs').readFileSync('/etc/passwd')",
        "require('fs').readFileSync('../../etc/passwd')",
        "require('fs').readdirSync('/')",
        "require('../outside')",
        "require('/etc/hostname')",
        "[].constructor.constructor('return this')().process.mainModule.require('child_process')",
        "(function () {}).constructor('return require')()('child_process')",
        "console.log.constructor('return process')().dlopen('x')",
        "std.loadFile('/etc/passwd')",
        "os.exec(['true'])",
        "new Worker('x')",
        "require('fs').symlinkSync('/etc/passwd', 'l')",
    ];
    bench.case("javascript: no way out by name or by constructor", attempts(&reach), prints_only("refused")).await;
    let prototype = "Object.prototype.path = '/etc/passwd'; Array.prototype.map = null; Function.prototype.call = () => { throw 1; };\nconst fs = require('fs'); try { fs.readFileSync('/etc/passwd'); console.log('read'); } catch { console.log('refused'); }";
    bench
        .case("javascript: a changed prototype opens nothing", patient(javascript(prototype)), |report| {
            assert!(!report.stdout.contains("read\n") && !report.stdout.contains("root"), "{report:?}");
        })
        .await;
    bench
        .case(
            "javascript: the environment is empty",
            patient(javascript("console.log(process.env, process.argv.length)")),
            |report| assert_eq!(report.stdout, "{} 2\n"),
        )
        .await;
    bench
        .case(
            "javascript: a job finds nothing of the one before",
            patient(javascript("console.log(require('fs').readdirSync('.'))")),
            |report| assert_eq!(report.stdout, "[ 'main.js' ]\n"),
        )
        .await;
}

/// Node waits a millisecond where the delay is no number or too long.
pub async fn delays(bench: &mut Bench, mode: &str) {
    let delays = "for (const delay of [Infinity, NaN, -5, 1e300, 2 ** 31]) setTimeout(() => console.log(delay), delay)";
    bench
        .case(&format!("{mode}: a timer that can never be due is due at once"), patient(javascript(delays)), |report| {
            assert_eq!(report.stdout, "Infinity\nNaN\n-5\n1e+300\n2147483648\n", "{report:?}");
            assert_eq!((report.reason, report.exit_code), (StopReason::Finished, 0));
        })
        .await;
}

async fn ordinary(bench: &mut Bench) {
    delays(bench, "javascript").await;
    let changed = "Math.max = () => Infinity; setTimeout(() => console.log('late'), 5)";
    bench
        .case("javascript: changed mathematics do not end the interpreter", patient(javascript(changed)), |report| {
            assert_eq!((report.stdout.as_str(), report.reason), ("late\n", StopReason::Finished), "{report:?}");
        })
        .await;
    bench
        .case(
            "javascript: process.exit gives its code",
            patient(javascript("try { process.exit(3); } catch {} finally { for (;;) {} }")),
            exits_with(3),
        )
        .await;
    bench
        .case(
            "javascript: an uncaught error shows where it was",
            patient(javascript("function f() {\n  throw new TypeError('oh');\n}\nf();\n")),
            |report| {
                assert_eq!(report.exit_code, 1);
                assert!(
                    report.stderr.starts_with("TypeError: oh\n") && report.stderr.contains("/work/main.js:2"),
                    "{}",
                    report.stderr
                );
            },
        )
        .await;
    places(bench).await;
    bench
        .case(
            "javascript: an unhandled rejection is an error",
            patient(javascript("Promise.reject(new Error('lost'))")),
            exits_with(1),
        )
        .await;
    let files = [
        (
            "main.mjs",
            "import { readFileSync, writeFileSync } from 'node:fs';\nimport old, { twice } from './lib/old.cjs';\nimport { greet } from './lib/new.mjs';\nimport data from './data.json' with { type: 'json' };\nconst text = await greet(readFileSync(0, 'utf8').trim());\nconsole.log(text, twice(data.n), old.twice(1), process.argv.slice(2));\nwriteFileSync('out.txt', new TextEncoder().encode('mäde'));\nconst { late } = await import('./lib/new.mjs');\nconsole.log(late);\n",
        ),
        ("lib/old.cjs", "const { double } = require('./deeper');\nmodule.exports = { twice: double };\n"),
        ("lib/deeper/index.js", "exports.double = (n) => 2 * n;\n"),
        (
            "lib/new.mjs",
            "export const late = 'late';\nexport const greet = async (name) => { await new Promise((done) => setTimeout(done, 5)); return `hällo ${name}`; };\n",
        ),
        ("data.json", "{ \"n\": 21 }"),
    ];
    let mut program = patient(job(Language::Javascript, &files, Run::Script { path: "main.mjs".into() }));
    program.args = vec!["--flag".into()];
    program.stdin = "wörld\n".into();
    bench
        .case("javascript: both kinds of modules, input, arguments, timers and files work", program, |report| {
            assert_eq!(report.stdout, "hällo wörld 42 2 [ '--flag' ]\nlate\n", "{}", report.stderr);
            assert_eq!(report.changed_files.len(), 1);
            assert_eq!(report.changed_files[0].bytes, "mäde".as_bytes());
        })
        .await;
}

/// An error is told where its author finds it.
async fn places(bench: &mut Bench) {
    for (name, code, told) in [
        (
            "on the first line",
            "boom();\n",
            "ReferenceError: boom is not defined\n    at <anonymous> (/work/main.js:1:1)\n",
        ),
        (
            "on a later line",
            "\n  boom();\n",
            "ReferenceError: boom is not defined\n    at <anonymous> (/work/main.js:2:3)\n",
        ),
        ("behind the end", "if (1) {\n  2\n", "SyntaxError: unexpected end of the file\n    at /work/main.js:3:1\n"),
    ] {
        let name = format!("javascript: an error {name} has its place in the file as it was submitted");
        bench.case(&name, patient(javascript(code)), |report| assert_eq!(report.stderr, told)).await;
    }
}

async fn tests(bench: &mut Bench) {
    let files = [
        ("sum.js", "module.exports = (a, b) => a + b;\n"),
        (
            "sum.test.js",
            "const { test, describe, it } = require('node:test');\nconst assert = require('node:assert/strict');\nconst sum = require('./sum');\ntest('right', () => assert.equal(sum(1, 1), 2));\ndescribe('group', () => {\n  it('waits', async () => { await new Promise((done) => setTimeout(done, 5)); assert.deepEqual({ a: [sum(1, 2)] }, { a: [3] }); });\n  it('wrong', () => assert.equal(sum(1, 1), 3, 'one and one'));\n});\n",
        ),
        (
            "plain.test.mjs",
            "import assert from 'node:assert';\nimport sum from './sum.js';\nassert.throws(() => { throw new RangeError('far'); }, RangeError);\nassert.strictEqual(sum(2, 2), 5);\n",
        ),
        ("fine.test.mjs", "import assert from 'assert';\nawait assert.rejects(Promise.reject(new Error('x')), /x/);\n"),
    ];
    let paths = ["sum.test.js", "plain.test.mjs", "fine.test.mjs"].map(String::from).to_vec();
    bench
        .case(
            "javascript: each failing test is named with its message",
            patient(job(Language::Javascript, &files, Run::Tests { paths })),
            |report| {
                assert_eq!((report.reason, report.exit_code), (StopReason::Finished, 1));
                let tests = report.tests.as_ref().unwrap();
                assert_eq!(tests.passed, 3, "{tests:?}");
                assert_eq!(
                    tests.failures[0],
                    TestFailure { name: "group > wrong".into(), message: "AssertionError: one and one".into() }
                );
                assert_eq!(tests.failures[1].name, "plain.test.mjs");
                assert!(tests.failures[1].message.contains("4 !== 5"), "{tests:?}");
            },
        )
        .await;
}
