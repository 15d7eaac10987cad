"""`dalil` as a person calls it, but within this process: a process of its own takes a second only to start.

What needs a process to be killed, piped or measured has one; and tests/test_pipeline.py sees that both say the same.
"""

import io
from contextlib import chdir, nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest.mock import patch

from dalil.__main__ import main


@dataclass(frozen=True)
class Done:
    """What a command said and ended with, under the names that `subprocess.run` has for it."""

    returncode: int
    stdout: str
    stderr: str


def dalil(*arguments, cwd=None, given=b"") -> Done:
    """The command has run, with the bytes `given` on stdin; whatever it did not expect is raised here."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    stdin = patch("sys.stdin", io.TextIOWrapper(io.BytesIO(given), "utf-8"))
    with stdin, redirect_stdout(out), redirect_stderr(err), chdir(cwd) if cwd else nullcontext():
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = end.code or 0
    told = []
    for stream in (out, err):
        stream.flush()
        told.append(stream.buffer.getvalue().decode().replace("\r\n", "\n"))
    return Done(status, *told)
