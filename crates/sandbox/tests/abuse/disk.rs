//! Whatever a program writes counts, wherever it hides it.

use crate::cases::{Bench, patient, prints_only, script, stops_with};
use edgecoder_events::task::Language;
use edgecoder_sandbox::StopReason;

/// Twenty megabytes in a folder that is not collected afterwards.
const IN_PYTHON_CACHE: &str =
    "import os\nos.makedirs('__pycache__')\nfor i in range(20): open(f'__pycache__/{i}', 'wb').write(b'x' * 1000000)\n";
const IN_JAVASCRIPT_CACHE: &str = "const fs = require('fs'); fs.mkdirSync('__pycache__'); for (let i = 0; i < 20; i++) fs.writeFileSync(`__pycache__/${i}`, 'x'.repeat(1e6));";
/// Sixteen megabytes in files that no folder shows, each smaller than the limit.
const DELETED: &str = "import os, time\nheld = []\nfor i in range(4):\n  f = open('f', 'wb')\n  os.unlink('f')\n  f.write(b'x' * 4000000)\n  f.flush()\n  held.append(f)\ntime.sleep(60)\n";
/// The same, held by no descriptor.
const MAPPED: &str = "import ctypes, os, time
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
for i in range(4):
  f = os.open('f', os.O_RDWR | os.O_CREAT)
  os.ftruncate(f, 4000000)
  ctypes.memset(libc.mmap(None, 4000000, 3, 1, f, 0), 1, 4000000)
  os.close(f)
  os.unlink('f')
time.sleep(60)
";
/// Sixteen megabytes of which four pages are mapped, privately, and nothing is open.
const MAPPED_IN_PART: &str = "import ctypes, os, time
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
for i in range(4):
  f = os.open('f', os.O_RDWR | os.O_CREAT)
  os.write(f, b'x' * 4000000)
  libc.mmap(None, 4096, 1, 2, f, 0)
  os.close(f)
  os.unlink('f')
time.sleep(60)
";
/// The first thread of the process ends, and with it what the kernel shows under the process's own name.
const BY_A_THREAD: &str = "import ctypes, os, threading, time
def hold():
  held = []
  for i in range(4):
    f = os.open('f', os.O_RDWR | os.O_CREAT)
    os.unlink('f')
    os.write(f, b'x' * 4000000)
    held.append(f)
  time.sleep(60)
threading.Thread(target=hold).start()
ctypes.CDLL(None).syscall(60 if os.uname().machine == 'x86_64' else 93, 0)
";
/// A descriptor that is sent and not received is in no process.
const IN_FLIGHT: &str = "import os, socket
a, b = socket.socketpair()
f = open('f', 'wb')
try:
  socket.send_fds(a, [b'z'], [f.fileno()])
  print('sent')
except PermissionError:
  print('refused')
";
const IN_REPORT: &str = "for i in range(20): open(f'/.report/{i}', 'wb').write(b'x' * 1000000)\n";

/// Twenty megabytes where an ordinary user that runs the sandbox may not look.
const IN_CLOSED_FOLDER: &str =
    "import os\nos.mkdir('d')\nos.chmod('d', 0o300)\nfor i in range(20): open(f'd/{i}', 'wb').write(b'x' * 1000000)\n";
/// Sixteen megabytes that the size of no file shows.
const BEHIND_THE_END: &str = "import ctypes, os
f = os.open('f', os.O_RDWR | os.O_CREAT)
reserve = ctypes.CDLL(None).fallocate
reserve.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_long, ctypes.c_long]
print('done' if reserve(f, 1, 0, 16000000) == 0 else 'refused')
";

/// The same, by the older requests that do it: reserve, in two forms, give back, and zero.
const BY_REQUEST: &str = "import fcntl, os, struct
f = os.open('f', os.O_RDWR | os.O_CREAT)
for request in (0x40305828, 0x4030582a, 0x4030582b, 0x40305839):
  try:
    fcntl.ioctl(f, request, struct.pack('=hh4xqqiI16x', 0, 0, 0, 16000000, 0, 0))
    print('done', hex(request))
  except PermissionError:
    print('refused')
";

pub async fn in_our_interpreters(bench: &mut Bench) {
    anywhere(bench, "disk").await;
}

pub async fn in_programs(bench: &mut Bench) {
    anywhere(bench, "process: disk").await;
    let by_another = format!("import os, time\nif os.fork():\n  time.sleep(60)\nos.setsid()\n{DELETED}");
    for (name, code) in [
        ("process: disk: the folder of the report counts", IN_REPORT),
        ("process: disk: what another process deleted and holds counts", by_another.as_str()),
        ("process: disk: what is deleted and mapped counts", MAPPED),
        ("process: disk: what is deleted and mapped in part counts whole", MAPPED_IN_PART),
        ("process: disk: what a thread holds that outlives the first counts", BY_A_THREAD),
        ("process: disk: a folder that is closed to us counts", IN_CLOSED_FOLDER),
    ] {
        fills(bench, name, Language::Python, code).await;
    }
    let in_flight = patient(script(Language::Python, IN_FLIGHT));
    bench.case("process: disk: no file is handed from one process to another", in_flight, prints_only("refused")).await;
    let behind_the_end = patient(script(Language::Python, BEHIND_THE_END));
    bench.case("process: disk: no room behind the end of a file", behind_the_end, prints_only("refused")).await;
    let by_request = patient(script(Language::Python, BY_REQUEST));
    bench.case("process: disk: no room by a request to the file system", by_request, prints_only("refused")).await;
}

async fn anywhere(bench: &mut Bench, mode: &str) {
    for (name, language, code) in [
        ("the cache of python counts", Language::Python, IN_PYTHON_CACHE),
        ("a cache that javascript makes counts", Language::Javascript, IN_JAVASCRIPT_CACHE),
        ("what is deleted and open counts", Language::Python, DELETED),
    ] {
        fills(bench, &format!("{mode}: {name}"), language, code).await;
    }
}

async fn fills(bench: &mut Bench, name: &str, language: Language, code: &str) {
    bench.case(name, patient(script(language, code)), stops_with(StopReason::WorkspaceLimit)).await;
}
