"""Runs the stranger's script or tests inside the sandbox and says how it ended.

Imported once while the interpreter is prepared; `run` is called once per interpreter. Whatever the program does to
this module, it does to its own report only: every limit is held outside.
"""

import asyncio
import atexit
import importlib.util
import inspect
import io
import json
import os
import sys
import time
import traceback
import types
import unittest

# Tells unittest not to show our own frames.
__unittest = True
MAX_FAILURES = 100
MAX_MESSAGE_CHARS = 2000
NO_TESTS_RAN = 5


def run(job_json):
    """Does the job and returns `{exit_code, how, tests}`."""
    _stop_tracing()
    job = json.loads(job_json)
    _furnish(job)
    harness = sys.modules["__main__"], asyncio._get_running_loop()
    # The harness runs us in an event loop of its own; the program may want one.
    asyncio._set_running_loop(None)
    try:
        if job["kind"] == "script":
            ending = _ending(*_guarded(lambda: _run_script(job["paths"][0])), None)
        else:
            ending = _run_tests(job["paths"])
        _guarded(atexit._run_exitfuncs)
        _flush()
    finally:
        # The host's harness asks its own `__main__` for the result.
        sys.modules["__main__"] = harness[0]
        asyncio._set_running_loop(harness[1])
    return ending


def _stop_tracing():
    """The host's harness traces every line, which makes loops a hundred times slower."""
    sys.settrace(None)
    frame = sys._getframe()
    while frame is not None:
        frame.f_trace = None
        frame = frame.f_back


def _furnish(job):
    """Gives the program what it would find when started by hand in the workspace."""
    sys.dont_write_bytecode = True
    sys.argv = [job["paths"][0], *job["args"]]
    if job.get("native"):
        sys.path[0] = job["workspace"]
        return
    os.environ.clear()
    os.chdir(job["workspace"])
    sys.path[:] = [entry for entry in sys.path if entry.startswith("/python-stdlib")]
    sys.path.insert(0, job["workspace"])
    sys.stdin = sys.__stdin__ = io.TextIOWrapper(io.BytesIO(job["stdin"].encode("latin-1")), encoding="utf-8")
    sys.stdout = sys.__stdout__ = _stream(1, "strict")
    sys.stderr = sys.__stderr__ = _stream(2, "backslashreplace")
    os._exit = _hard_exit
    asyncio.events.new_event_loop = asyncio.new_event_loop = _TimerLoop


def _stream(descriptor, errors):
    return io.TextIOWrapper(
        io.BufferedWriter(io.FileIO(descriptor, "w", closefd=False)), encoding="utf-8", errors=errors, line_buffering=True
    )


class _HardExit(BaseException):
    """What `os._exit` raises: a trap of the machine would lose the report."""


def _hard_exit(status):
    raise _HardExit(status)


class _TimerLoop(asyncio.BaseEventLoop):
    """An event loop for a machine without sockets: tasks, futures and timers."""

    class _Sleeper:
        def select(self, timeout):
            if timeout is None:
                raise RuntimeError("this program waits for something that can never happen")
            if timeout > 0:
                time.sleep(timeout)
            return []

    def __init__(self):
        super().__init__()
        self._selector = self._Sleeper()

    def _process_events(self, event_list):
        pass

    def _write_to_self(self):
        pass


def _guarded(action):
    """Runs `action` as the interpreter would run a program; returns exit code and what ended it."""
    try:
        action()
    except SystemExit as stop:
        return _exit_code(stop.code), "itself"
    except _HardExit as stop:
        return _exit_code(stop.args[0]), "itself"
    except BaseException as error:
        _print_exception(error)
        return 1, "out_of_memory" if _is_out_of_memory(error) else "itself"
    return 0, "itself"


def _is_out_of_memory(error):
    """More than this machine of 32 bits could ever address is refused before it is tried."""
    return isinstance(error, MemoryError) or (isinstance(error, OverflowError) and "index-sized" in str(error))


def _exit_code(code):
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)
    return 1


def _print_exception(error):
    """Prints the user's frames only."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename.startswith((__file__, "<frozen importlib")):
        frames = frames.tb_next
    if isinstance(error, SyntaxError):
        frames = None
    try:
        traceback.print_exception(type(error), error, frames)
    except MemoryError:
        print("MemoryError", file=sys.stderr)


def _flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            pass


def _run_script(path):
    sys.path[0] = os.path.join(os.getcwd(), os.path.dirname(path)).rstrip("/")
    if not os.path.isfile(path):
        raise SystemExit(f"can't open file '{path}': there is no such file in the workspace")
    with open(path, "rb") as file:
        code = compile(file.read(), path, "exec")
    main = types.ModuleType("__main__")
    main.__file__ = path
    sys.modules["__main__"] = main
    exec(code, main.__dict__)


def _ending(exit_code, how, tests):
    return {"exit_code": exit_code, "how": how, "tests": tests}


def _run_tests(paths):
    suite = unittest.TestSuite()
    broken = []
    for path in paths:
        try:
            suite.addTests(_tests_of(path))
        except BaseException as error:
            _print_exception(error)
            broken.append({"name": path, "message": _message(error)})
    result = unittest.TextTestRunner(stream=sys.stderr, resultclass=_Result, verbosity=1).run(suite)
    report = {"passed": result.passed, "failures": (broken + result.found)[:MAX_FAILURES]}
    if broken or not result.wasSuccessful():
        exit_code = 1
    else:
        exit_code = 0 if result.testsRun else NO_TESTS_RAN
    return _ending(exit_code, "out_of_memory" if result.out_of_memory else "itself", report)


def _tests_of(path):
    module = _load_test_file(path)
    loader = unittest.TestLoader()
    suite = loader.loadTestsFromModule(module)
    for name, value in list(vars(module).items()):
        if getattr(value, "__module__", None) != module.__name__:
            continue
        if name.startswith("test") and inspect.isfunction(value):
            suite.addTest(_PlainTest(name, value))
        elif name.startswith("Test") and inspect.isclass(value) and not issubclass(value, unittest.TestCase):
            for method, function in inspect.getmembers(value, inspect.isfunction):
                if method.startswith("test"):
                    suite.addTest(_PlainTest(f"{name}.{method}", function, value))
    return suite


def _load_test_file(path):
    """Imports a test file as what it is called, from its own folder or as part of its package."""
    folder = os.path.join(os.getcwd(), os.path.dirname(path)).rstrip("/")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    name = path.removesuffix(".py").replace("/", ".")
    if not name.replace(".", "_").isidentifier():
        name = "test_file_" + format(abs(hash(path)), "x")
    if "." in name:
        parent = name.rpartition(".")[0]
        __import__(parent)
    spec = importlib.util.spec_from_file_location(name, os.path.join(os.getcwd(), path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class _PlainTest(unittest.TestCase):
    """A `test_*` function, or a `test_*` method of a class that is no `TestCase`."""

    def __init__(self, name, function, owner=None):
        super().__init__("run_plain")
        self._name, self._function, self._owner = name, function, owner

    def run_plain(self):
        if self._owner is None:
            outcome = self._function()
        else:
            instance = self._owner()
            getattr(instance, "setup_method", lambda *_: None)(*_optional_argument(instance, self._function))
            outcome = self._function(instance)
        if inspect.iscoroutine(outcome):
            asyncio.run(outcome)

    def id(self):
        return f"{self._function.__module__}.{self._name}"

    __str__ = id

    def shortDescription(self):
        return None


def _optional_argument(instance, function):
    setup = getattr(instance, "setup_method", None)
    return [function] if setup is not None and len(inspect.signature(setup).parameters) == 1 else []


class _Result(unittest.TextTestResult):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.passed, self.found, self.out_of_memory = 0, [], False

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.passed += 1

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.found.append({"name": test.id(), "message": "passed, though it was expected to fail"})

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._keep(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self._keep(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._keep(subtest, err)

    def _keep(self, test, err):
        self.out_of_memory |= _is_out_of_memory(err[1])
        if len(self.found) < MAX_FAILURES:
            self.found.append({"name": test.id(), "message": _message(err[1])})


def _message(error):
    """`AssertionError: 1 != 2 (test_sums.py:7)`: what went wrong and where in the user's own file."""
    text = "".join(traceback.format_exception_only(error)).strip()
    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith(os.getcwd()):
            place = f" ({os.path.relpath(frame.filename)}:{frame.lineno})"
    return text[:MAX_MESSAGE_CHARS] + place
