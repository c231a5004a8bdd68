//! The machine's own interpreters under bubblewrap.

use crate::{
    cases::{Bench, exits_with, job, patient, prints_only, script, stops_with},
    javascript, python,
};
use edgecoder_events::{agent::SandboxMode, task::Language};
use edgecoder_sandbox::{Run, StopReason};

/// Needs pairs of sockets for the loop, for a connection and for a child, and sends bytes alone.
const ASYNCIO: &str = "import asyncio, socket
async def main():
  a, b = socket.socketpair()
  reader, writer = await asyncio.open_connection(sock=a)
  b.sendall(b'one\\n')
  child = await asyncio.create_subprocess_exec('echo', 'two', stdout=-1)
  print(await reader.readline(), await child.stdout.read())
  await asyncio.to_thread(print, 'three')
asyncio.run(main())
";
const NODE_PROCESSES: &str = "const { fork, execFileSync } = require('child_process');
if (process.send) {
  process.once('message', (said) => { process.send(said + ' two'); process.disconnect(); });
} else {
  const child = fork(__filename);
  child.on('message', (said) => console.log(said, String(execFileSync('echo', ['three']))));
  child.send('one');
}
";

/// What this machine lacks for these cases.
pub fn missing() -> Option<String> {
    let bench = Bench::new(SandboxMode::Process, None);
    [Language::Python, Language::Javascript]
        .iter()
        .find_map(|language| bench.sandbox.supports(*language).err())
        .map(|error| error.to_string())
}

pub async fn run(bench: &mut Bench) {
    let python = |code: &str| script(Language::Python, code);
    let javascript = |code: &str| script(Language::Javascript, code);
    for (name, job, reason) in [
        ("process: an endless loop times out", python("while True: pass"), StopReason::TimedOut),
        ("process: sleeping for ever times out", python("import time\ntime.sleep(10**6)"), StopReason::TimedOut),
        (
            "process: a catastrophic regular expression times out",
            python("import re\nre.match(r'(a+)+$', 'a' * 50 + 'b')"),
            StopReason::TimedOut,
        ),
        (
            "process: a fork bomb times out",
            python("import os\nwhile True:\n  try: os.fork()\n  except OSError: pass"),
            StopReason::TimedOut,
        ),
        ("process: a javascript loop times out", javascript("for (;;) {}"), StopReason::TimedOut),
        (
            "process: ten gigabytes are out of memory",
            patient(python("x = bytearray(10 * 2 ** 30)")),
            StopReason::OutOfMemory,
        ),
        (
            "process: a growing list is out of memory",
            patient(python("x = []\nwhile True: x.append('x' * 100000)")),
            StopReason::OutOfMemory,
        ),
        (
            "process: a growing javascript array is out of memory",
            patient(javascript("const all = []; for (;;) all.push(new Array(1e5).fill(Math.random()));")),
            StopReason::OutOfMemory,
        ),
        ("process: endless output is cut", patient(python("while True: print('x' * 100)")), StopReason::OutputLimit),
        (
            "process: one file larger than the workspace is stopped",
            patient(python("f = open('f', 'wb')\nwhile True: f.write(b'x' * 100000)")),
            StopReason::WorkspaceLimit,
        ),
    ] {
        bench.case(name, job, stops_with(reason)).await;
    }
    nosy(bench).await;
    memory_of_nobody(bench).await;
    requests(bench).await;
    ordinary(bench).await;
}

/// Memory that is in no process, and so in no limit of one.
async fn memory_of_nobody(bench: &mut Bench) {
    let made = "(lambda made: made if made >= 0 else open('/nothing'))";
    let segment = format!("{made}(__import__('ctypes').CDLL(None).shmget(0, 1 << 20, 0o1600))");
    let ways = ["os.memfd_create('m')", segment.as_str()];
    bench.case("process: no memory in files that are nowhere", python::attempts(&ways), prints_only("refused")).await;
}

/// What interpreters ask of their descriptors.
async fn requests(bench: &mut Bench) {
    let code = "import array, fcntl, os, termios
a, b = os.pipe()
os.write(b, b'one')
waiting = array.array('i', [0])
fcntl.ioctl(a, termios.FIONREAD, waiting)
fcntl.ioctl(a, termios.FIONBIO, array.array('i', [1]))
fcntl.ioctl(a, termios.FIOCLEX)
fcntl.ioctl(a, termios.FIONCLEX)
print(waiting[0], os.isatty(a))
try:
  fcntl.ioctl(a, termios.TIOCSTI, b'x')
except PermissionError:
  print('refused')
";
    bench
        .case("process: descriptors answer what interpreters ask", patient(script(Language::Python, code)), |report| {
            assert_eq!(report.stdout, "3 False\nrefused\n", "{}", report.stderr);
        })
        .await;
}

async fn nosy(bench: &mut Bench) {
    let outside = env!("CARGO_MANIFEST_DIR").to_owned() + "/Cargo.toml";
    let files = [
        "open('/etc/passwd').read()",
        "open('../etc/passwd').read()",
        "open('/etc/shadow').read()",
        &format!("open({outside:?}).read()"),
        "open('/usr/x', 'w')",
        "os.listdir('/root')",
        "os.listdir('/home')",
    ];
    bench.case("process: no file of the machine", python::attempts(&files), prints_only("refused")).await;
    let network = [
        "socket.create_connection(('127.0.0.1', 22), 1)",
        "socket.create_connection(('example.org', 80), 1)",
        "socket.socket(socket.AF_UNIX).connect('/run/x')",
    ];
    bench.case("process: no network", python::attempts(&network), prints_only("refused")).await;
    let powers = [
        "os.kill(os.getppid(), 0) if os.getppid() > 2 else open('/nothing')",
        "os.mount('a', 'b')",
        "os.chroot('/work')",
        "os.unshare(os.CLONE_NEWUSER)",
        "os.setns(0)",
        "os.mknod('n', 0o20666)",
    ];
    bench.case("process: no powers", python::attempts(&powers), prints_only("refused")).await;
    let link = "import os\ntry:\n  os.symlink('/etc/passwd', 'link')\n  print(open('link').read())\nexcept OSError:\n  print('refused')\n";
    bench
        .case("process: no link leads out", patient(script(Language::Python, link)), |report| {
            assert_eq!((report.stdout.as_str(), report.changed_files.len()), ("refused\n", 0));
        })
        .await;
    let reach = ["require('fs').readFileSync('/etc/passwd')", "require('fs').writeFileSync('/usr/x', '')"];
    bench
        .case(
            "process: javascript reaches no file of the machine",
            javascript::attempts(&reach),
            prints_only("refused"),
        )
        .await;
    let environment = "import os\nprint(sorted(set(os.environ) - {'PWD', 'SHLVL', '_', 'LC_CTYPE'}))";
    bench
        .case(
            "process: the environment names nothing of the machine",
            patient(script(Language::Python, environment)),
            |report| assert_eq!(report.stdout, "['HOME', 'LANG', 'PATH']\n"),
        )
        .await;
}

async fn ordinary(bench: &mut Bench) {
    javascript::delays(bench, "process").await;
    bench
        .case(
            "process: sys.exit gives its code",
            patient(script(Language::Python, "import sys\nsys.exit(3)")),
            exits_with(3),
        )
        .await;
    let mut program = patient(script(
        Language::Python,
        "import sys, subprocess\nprint(input(), sys.argv[1:], subprocess.run(['echo', 'ok'], capture_output=True).stdout)\nopen('out.txt', 'w').write('made')",
    ));
    program.args = vec!["--flag".into()];
    program.stdin = b"in\n".to_vec();
    bench
        .case("process: input, arguments, programs and files work", program, |report| {
            assert_eq!(report.stdout, "in ['--flag'] b'ok\\n'\n", "{}", report.stderr);
            assert_eq!(report.changed_files[0].bytes, b"made");
        })
        .await;
    bench
        .case(
            "process: asyncio waits for sockets, processes and threads",
            patient(script(Language::Python, ASYNCIO)),
            |report| assert_eq!(report.stdout, "b'one\\n' b'two\\n'\nthree\n", "{}", report.stderr),
        )
        .await;
    bench
        .case(
            "process: node's processes talk to each other",
            patient(script(Language::Javascript, NODE_PROCESSES)),
            |report| assert_eq!(report.stdout, "one two three\n\n", "{}", report.stderr),
        )
        .await;
    let files = [
        ("test_a.py", "def test_right():\n    assert True\n\ndef test_wrong():\n    assert 1 == 2, 'one is not two'\n"),
        (
            "a.test.js",
            "const { test } = require('node:test');\nconst assert = require('assert');\ntest('right', () => {});\ntest('wrong', () => assert.equal(1, 2, 'one is not two'));\n",
        ),
    ];
    for (name, language, path) in [
        ("process: python tests are named", Language::Python, "test_a.py"),
        ("process: javascript tests are named", Language::Javascript, "a.test.js"),
    ] {
        bench
            .case(name, patient(job(language, &files, Run::Tests { paths: vec![path.into()] })), |report| {
                assert_eq!(report.exit_code, 1, "{report:?}");
                let tests = report.tests.as_ref().unwrap();
                assert_eq!((tests.passed, tests.failures.len()), (1, 1), "{tests:?}");
                assert!(
                    tests.failures[0].name.ends_with("wrong") && tests.failures[0].message.contains("one is not two"),
                    "{tests:?}"
                );
            })
            .await;
    }
}
