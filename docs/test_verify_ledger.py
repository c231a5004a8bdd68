"""Does the verifier that an auditor reads find what was done to a ledger?"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).with_name("verify_ledger.py")


def run(*words):
    return subprocess.run([sys.executable, SCRIPT, *words], capture_output=True, text=True, check=False)


class VerifyLedger(unittest.TestCase):
    def test_the_worked_example_and_its_damaged_copies_get_their_verdicts(self):
        done = run("--self-test")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("self-test passed", done.stdout)

    def test_a_file_that_is_no_ledger_is_never_called_good(self):
        with tempfile.NamedTemporaryFile(suffix=".db") as empty:
            self.assertNotEqual(run(empty.name).returncode, 0)


if __name__ == "__main__":
    unittest.main()
