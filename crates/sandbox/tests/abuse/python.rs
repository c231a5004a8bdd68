//! Python in WebAssembly.

use crate::cases::{Bench, exits_with, job, patient, prints_only, script, stops_with};
use edgecoder_events::task::Language;
use edgecoder_sandbox::{Job, Run, StopReason, TestFailure};

fn python(code: &str) -> Job {
    script(Language::Python, code)
}

/// A program that tries each expression and prints how that ended.
pub fn attempts(expressions: &[&str]) -> Job {
    let quoted: Vec<String> = expressions.iter().map(|expression| format!("{expression:?}")).collect();
    patient(python(&format!(
        "import os, socket, subprocess, threading\nfor attempt in [{}]:\n    try:\n        \
         eval(attempt)\n        print('done:', attempt)\n    except Exception:\n        print('refused')\n",
        quoted.join(", ")
    )))
}

pub async fn run(bench: &mut Bench) {
    endless(bench).await;
    greedy(bench).await;
    nosy(bench).await;
    ordinary(bench).await;
    tests(bench).await;
}

async fn endless(bench: &mut Bench) {
    for (name, code) in [
        ("python: an endless loop times out", "while True: pass"),
        ("python: sleeping for ever times out", "import time\ntime.sleep(10**6)"),
        ("python: a catastrophic regular expression times out", "import re\nre.match(r'(a+)+$', 'a' * 50 + 'b')"),
        ("python: a huge power times out", "9 ** 10 ** 8"),
        (
            "python: a loop that catches everything times out",
            "while True:\n  try:\n    while True: pass\n  except BaseException: pass",
        ),
    ] {
        bench.case(name, python(code), stops_with(StopReason::TimedOut)).await;
    }
    bench.cancelled("python: a cancelled run is killed", patient(python("while True: pass"))).await;
    let job = python("print('before')\nwhile True: pass");
    bench
        .case("python: what was printed before the end of time is kept", job, |report| {
            assert_eq!((report.stdout.as_str(), report.reason), ("before\n", StopReason::TimedOut));
        })
        .await;
}

async fn greedy(bench: &mut Bench) {
    for (name, code) in [
        ("python: ten gigabytes at once are out of memory", "x = bytearray(10 * 2 ** 30)"),
        ("python: three gigabytes at once are out of memory", "x = bytearray(3 * 2 ** 30)"),
        ("python: a growing list is out of memory", "x = []\nwhile True: x.append('x' * 100000)"),
    ] {
        bench.case(name, patient(python(code)), stops_with(StopReason::OutOfMemory)).await;
    }
    for (name, code) in [
        ("python: endless output is cut", "while True: print('x' * 100)"),
        ("python: endless errors are cut", "import sys\nwhile True: sys.stderr.write('x' * 100)"),
        ("python: output around the interpreter is cut", "import os\nwhile True: os.write(1, b'x' * 1000)"),
    ] {
        bench
            .case(name, patient(python(code)), |report| {
                assert_eq!(report.reason, StopReason::OutputLimit);
                assert!(report.truncated && report.stdout.len() + report.stderr.len() <= 64 * 1024);
            })
            .await;
    }
    for (name, code) in [
        (
            "python: one file larger than the workspace is stopped",
            "f = open('f', 'wb')\nwhile True: f.write(b'x' * 100000)",
        ),
        (
            "python: many files larger than the workspace are stopped",
            "i = 0\nwhile True:\n  i += 1\n  open(str(i), 'wb').write(b'x' * 1000000)",
        ),
    ] {
        bench.case(name, patient(python(code)), stops_with(StopReason::WorkspaceLimit)).await;
    }
    // The runtime has a folder in its own memory; it cannot be written here, so it cannot grow past the limits.
    let memory = "f = open('/data/x', 'wb')\nwhile True: f.write(b'x' * 1000000)";
    bench
        .case("python: files in memory end the run", patient(python(memory)), stops_with(StopReason::RuntimeCrashed))
        .await;
    let deep = "def f(n): return f(n + 1)\nf(0)";
    bench
        .case("python: endless recursion ends by itself", patient(python(deep)), |report| {
            assert!(
                matches!(report.reason, StopReason::Finished | StopReason::RuntimeCrashed) && report.exit_code != 0
            );
        })
        .await;
}

async fn nosy(bench: &mut Bench) {
    let outside = env!("CARGO_MANIFEST_DIR").to_owned() + "/Cargo.toml";
    let files = [
        "open('/etc/passwd').read()",
        "open('../../../etc/passwd').read()",
        "os.listdir('/')",
        "os.listdir('/work/..')",
        &format!("open({outside:?}).read()"),
        "open('/python-stdlib/os.py', 'a')",
        "open('/proc/self/environ').read()",
    ];
    bench.case("python: no file outside the workspace", attempts(&files), prints_only("refused")).await;
    let network =
        ["socket.create_connection(('127.0.0.1', 22), 1)", "socket.create_connection(('example.org', 80), 1)"];
    bench.case("python: no network", attempts(&network), prints_only("refused")).await;
    let programs = [
        "os.system('true')",
        "os.fork()",
        "os.popen('true').read()",
        "subprocess.run(['true'])",
        "os.execv('/bin/true', ['true'])",
        "os.kill(1, 9)",
        "threading.Thread(target=print).start()",
    ];
    bench.case("python: no program, no process, no signal", attempts(&programs), prints_only("refused")).await;
    let links = "import os\nfor target in ['/etc/passwd', '../../etc/passwd']:\n  try:\n    os.symlink(target, 'link')\n    print(open('link').read())\n  except OSError:\n    print('refused')\n";
    bench
        .case("python: no link leads out", patient(python(links)), |report| {
            assert_eq!(report.stdout, "refused\nrefused\n");
            assert_eq!(report.changed_files, []);
        })
        .await;
    for path in ["../main.py", "/tmp/main.py", "a/../../main.py"] {
        let outside = job(Language::Python, &[(path, "")], Run::Script { path: "main.py".into() });
        bench.refused(&format!("python: the file name {path} is refused"), outside).await;
    }
    let environment = "import os, sys\nprint(dict(os.environ), len(sys.argv))";
    bench
        .case("python: the environment is empty", patient(python(environment)), |report| {
            assert_eq!(report.stdout, "{} 1\n");
        })
        .await;
    let patch = "import builtins, sys\nbuiltins.print = None\nsys.path.clear()\nopen('left.txt', 'w').write('x')";
    bench.case("python: a job leaves nothing for the next", patient(python(patch)), exits_with(0)).await;
    let look = "import os\nprint(os.listdir('.'), os.listdir('/data') if os.path.exists('/data') else [])";
    bench
        .case("python: a job finds nothing of the one before", patient(python(look)), |report| {
            assert_eq!(report.stdout, "['main.py'] []\n");
        })
        .await;
}

async fn ordinary(bench: &mut Bench) {
    bench.case("python: sys.exit gives its code", patient(python("import sys\nsys.exit(3)")), exits_with(3)).await;
    bench.case("python: os._exit gives its code", patient(python("import os\nos._exit(4)")), exits_with(4)).await;
    bench
        .case(
            "python: an exception shows the program's own frames",
            patient(python("def f():\n    1 / 0\nf()\n")),
            |report| {
                assert_eq!(report.exit_code, 1);
                assert!(
                    report.stderr.starts_with("Traceback (most recent call last):\n  File \"main.py\", line 3"),
                    "{}",
                    report.stderr
                );
                assert!(report.stderr.trim_end().ends_with("ZeroDivisionError: division by zero"), "{}", report.stderr);
            },
        )
        .await;
    let files = [
        (
            "src/main.py",
            "import sys, asyncio\nfrom päckage.words import greet\nasync def wait():\n    await asyncio.sleep(0.01)\n    return greet(input())\nprint(asyncio.run(wait()), sys.argv[1:])\nopen('out.txt', 'w').write('made')\n",
        ),
        ("src/päckage/__init__.py", ""),
        ("src/päckage/words.py", "from .more import HELLO\ndef greet(name): return HELLO + name\n"),
        ("src/päckage/more.py", "HELLO = 'hällo '\n"),
    ];
    let mut program = patient(job(Language::Python, &files, Run::Script { path: "src/main.py".into() }));
    program.args = vec!["--flag".into(), "ü".into()];
    program.stdin = "wörld\n".into();
    bench
        .case("python: packages, input, arguments, asyncio and files work", program, |report| {
            assert_eq!(report.stdout, "hällo wörld ['--flag', 'ü']\n", "{}", report.stderr);
            assert_eq!(report.changed_files.len(), 1);
            assert_eq!(
                (report.changed_files[0].path.as_str(), report.changed_files[0].bytes.as_slice()),
                ("out.txt", b"made".as_slice())
            );
        })
        .await;
}

async fn tests(bench: &mut Bench) {
    let files = [
        ("sums.py", "def add(a, b):\n    return a + b\n"),
        (
            "test_sums.py",
            "import unittest\nfrom sums import add\n\nclass Sums(unittest.TestCase):\n    def test_right(self):\n        self.assertEqual(add(1, 1), 2)\n\n    def test_wrong(self):\n        self.assertEqual(add(1, 1), 3)\n",
        ),
        (
            "test_plain.py",
            "from sums import add\n\ndef test_plain():\n    assert add(2, 2) == 4\n\nasync def test_async():\n    assert add(2, 2) == 4\n\nclass TestGroup:\n    def test_in_class(self):\n        assert add(0, 0) == 0\n",
        ),
        ("test_broken.py", "import nothing_of_that_name\n"),
    ];
    let paths = ["test_sums.py", "test_plain.py", "test_broken.py"].map(String::from).to_vec();
    bench
        .case(
            "python: each failing test is named with its message",
            patient(job(Language::Python, &files, Run::Tests { paths })),
            |report| {
                assert_eq!(report.exit_code, 1);
                let tests = report.tests.as_ref().unwrap();
                assert_eq!(tests.passed, 4);
                let expected = [
                    (
                        "test_broken.py",
                        "ModuleNotFoundError: No module named 'nothing_of_that_name' (test_broken.py:1)",
                    ),
                    ("test_sums.Sums.test_wrong", "AssertionError: 2 != 3 (test_sums.py:9)"),
                ];
                assert_eq!(
                    tests.failures,
                    expected.map(|(name, message)| TestFailure { name: name.into(), message: message.into() })
                );
                assert!(report.stderr.contains("Ran 5 tests"), "{}", report.stderr);
            },
        )
        .await;
    let paths = vec!["sums.py".to_owned()];
    bench
        .case(
            "python: no test at all is no success",
            patient(job(Language::Python, &files, Run::Tests { paths })),
            exits_with(5),
        )
        .await;
}
