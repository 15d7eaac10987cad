"""dalil init, verify and log, as a person runs them."""

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from dalil.archive import Archive, find
from dalil.archive.commands import archive_option, by_option, init_command, log_command, open_to_write
from dalil.errors import ArchiveMissing
from the_command import dalil as run


def test_init_verify_and_log(tmp_path):
    done = run("init", tmp_path / "a", "--name", "غارات", "--by", "me")
    assert done.returncode == 0 and "a new archive" in done.stdout
    done = run("verify", "--archive", tmp_path / "a")
    assert done.returncode == 0 and "all as it was written" in done.stdout and not done.stderr
    done = run("log", "--json", cwd=tmp_path / "a" / "keys")  # found upwards from here
    (entry,) = map(json.loads, done.stdout.splitlines())
    assert entry["act"] == "key" and entry["disclosed"]["archive"] == "غارات" and entry["disclosed"]["by"] == "me"
    assert json.loads(entry["line"])["seq"] == 0


def test_init_over_something_says_so(archive, tmp_path):
    done = run("init", archive)
    assert done.returncode == 2 and "already an archive" in done.stderr and done.stderr.count("\n") == 1


def test_no_archive_says_what_to_do(tmp_path):
    done = run("verify", cwd=tmp_path)
    assert done.returncode == 2 and "dalil init" in done.stderr
    done = run("verify", "--archive", tmp_path)
    assert done.returncode == 2 and "no archive at" in done.stderr


def test_verify_names_damage_and_ends_with_1(archive):
    with Archive.open(archive) as opened:
        sha256 = next(opened.captures()).object.sha256
        opened.object_path(sha256).unlink()
    done = run("verify", "--archive", archive)
    assert done.returncode == 1
    assert f"DAMAGE: missing: {sha256}" in done.stdout and "Restore it from a copy" in done.stdout
    done = run("verify", "--archive", archive, "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 1 and report["ok"] is False and report["findings"][0]["kind"] == "missing"


def test_verify_against_a_checkpoint_kept_elsewhere(archive, tmp_path):
    note = sorted((archive / "checkpoints").glob("*.note"))[-1]
    assert run("verify", "--archive", archive, "--prior", note).returncode == 0
    (tmp_path / "bad.note").write_text("x")
    done = run("verify", "--archive", archive, "--prior", tmp_path / "bad.note")
    assert done.returncode == 1 and "not a signed note" in done.stderr
    done = run("verify", "--archive", archive, "--prior", tmp_path / "none.note")
    assert done.returncode == 2 and "does not exist" in done.stderr


def test_log_reads_as_lines(archive, tmp_path):
    (tmp_path / "two\nlines\u202e.txt").write_text("x")
    with Archive.open(archive, write=True) as opened:
        list(opened.capture(find([tmp_path / "two\nlines\u202e.txt"]), by="tester"))
        size = opened.size
    result = CliRunner().invoke(log_command, ["--archive", str(archive)])
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert len(lines) == size + 1  # and the checkpoint's line
    assert all(line.isprintable() for line in lines)
    assert r"two\nlines\u202e.txt" in result.stdout
    result = CliRunner().invoke(log_command, ["--archive", str(archive), "--act", "capture", "--json"])
    assert [json.loads(line)["act"] for line in result.stdout.splitlines()] == ["capture"] * 5
    result = CliRunner().invoke(log_command, ["--archive", str(archive), "--from", str(size)])
    assert len(result.stdout.splitlines()) == 1


def test_the_archive_option(archive, tmp_path, monkeypatch):
    @click.command()
    @archive_option(required=False)
    @by_option
    def show(archive, by):
        click.echo(f"{archive} {by}")

    @click.command()
    @archive_option
    def need(archive):
        click.echo(str(archive))

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DALIL_BY", "Noor")
    assert CliRunner().invoke(show, []).stdout == "None Noor\n"
    assert CliRunner().invoke(show, ["--by", "Sami"]).stdout == "None Sami\n"
    assert isinstance(CliRunner().invoke(need, []).exception, ArchiveMissing)
    monkeypatch.setenv("DALIL_ARCHIVE", str(archive))
    assert CliRunner().invoke(need, []).stdout == f"{archive}\n"
    monkeypatch.delenv("DALIL_ARCHIVE")
    monkeypatch.chdir(archive / "keys")
    assert Path(CliRunner().invoke(need, []).stdout.strip()).samefile(archive)


def test_a_waiting_writer_says_so_on_stderr(archive, capsys, monkeypatch):
    monkeypatch.setattr("dalil.archive.archive.WAIT_S", 0.2)
    with Archive.open(archive, write=True), pytest.raises(Exception, match="still writing"):
        open_to_write(archive)
    assert "waiting up to" in capsys.readouterr().err


@pytest.mark.parametrize("command", [init_command, log_command], ids=lambda c: c.name)
def test_every_command_has_an_example(command):
    text = CliRunner().invoke(command, ["--help"]).stdout
    assert f"dalil {command.name}" in text and "Example" in text
