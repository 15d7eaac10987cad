"""EIO and ENOSPC at every write, sync, link and rename that reaches the disk, SQLite's own included, by a preloaded
library: one clear line, nothing acknowledged lost, nothing torn, and the next run makes it whole."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def injector(tmp_path_factory):
    """The library, compiled now; skips where there is no C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler or not Path("/proc/self/fd").is_dir():
        pytest.skip("needs a C compiler and /proc")
    library = tmp_path_factory.mktemp("injector") / "failing_disk.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, HERE / "failing_disk.c", "-ldl"], check=True)
    return library


def tries(injector, folder, work, step):
    environment = {**os.environ, "LD_PRELOAD": str(injector)}
    run = [sys.executable, HERE / "failing_disk.py", injector, folder, work, str(step)]
    done = subprocess.run(run, env=environment, capture_output=True, text=True, check=True)
    *rows, last = map(json.loads, done.stdout.splitlines())
    return rows, last["total"]


def check(rows):
    for row in rows:
        assert not row["lost"], row
        assert row["ok"], row
        assert row["whole"], row
        assert row["status"] in (0, 1), row
    assert {row["error"] for row in rows} == {"EIO", "ENOSPC"}
    assert any(row["status"] == 1 for row in rows)


def test_some_calls_fail(injector, folder, tmp_path):
    rows, total = tries(injector, folder, tmp_path, 9)
    assert total > 50, "what the injector counts are the calls that matter"
    check(rows)


@pytest.mark.slow
def test_every_call_fails(injector, folder, tmp_path):
    rows, total = tries(injector, folder, tmp_path, 1)
    assert len(rows) == 2 * total
    check(rows)
    print(f"{len(rows)} failures at {total} calls: all told in one line, nothing lost")
