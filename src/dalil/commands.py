"""Commands that run the whole pipeline: add, rebuild, demo."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dalil.archive.commands import archive_option, by_option, open_to_write
from dalil.errors import DalilError, InputRefused, one_line

if TYPE_CHECKING:
    from dalil.archive import Archive, Captured
    from dalil.pipeline import Derived


@click.command("add")
@archive_option
@by_option
@click.argument("targets", metavar="FILE|FOLDER…", nargs=-1, required=True)
@click.option("--again", is_flag=True, help="Log a new capture of files that are already here.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each file, as soon as it is safe.")
def add_command(archive: Path, by: str, targets: tuple[str, ...], again: bool, as_json: bool) -> None:
    """Take files and folders in: bytes first, then what they say or show, then the incidents that they speak of.

    What has been counted as taken in survives any crash. A file that cannot be taken gets one line on stderr, the rest
    goes on. Files that are already here from the same place add nothing.

    \b
    Examples:
      dalil add --archive my-archive reports clips/raid.mp4
      dalil add --archive my-archive --json downloads > added.jsonl
    """
    with open_to_write(archive) as opened:
        taken = take_in(opened, targets, by=by, again=again, on_safe=say_safe if as_json else None)
        derived = derive(opened)
    refused = [outcome for outcome in taken if isinstance(outcome, InputRefused)]
    if not as_json:
        click.echo(summary(taken, derived))
    if refused or any(d.failed for d in derived):
        sys.exit(InputRefused.exit_status)


@click.command("rebuild")
@archive_option
def rebuild_command(archive: Path) -> None:
    """Throw away everything derived and make it again from the bytes, the log and people's judgements.

    Gives the same records, byte for byte, as long as dalil, dalil.toml and the loaded gazetteers are the same.

    \b
    Example:
      dalil rebuild --archive my-archive
    """
    from dalil import pipeline

    with open_to_write(archive) as opened:
        derived = watch(opened, pipeline.rebuild)
    click.echo(f"{counted(len(derived), 'object')} derived again, {counted(len(incidents_of(derived)), 'incident')}")


@click.command("demo")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default="dalil-demo")
@click.option(
    "--example", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Another example folder."
)
@click.option("--serve", is_flag=True, help="Then show it in the browser.")
@click.option("--no-browser", is_flag=True, help="With --serve: only print the address.")
@by_option
@click.pass_context
def demo_command(
    context: click.Context, folder: Path, example: Path | None, serve: bool, no_browser: bool, by: str
) -> None:
    """Build the example archive in FOLDER: five accounts of one raid that do not agree, two raids near by, two clips.

    Its reports are written by us from public facts, its clips are drawn by a script; each says so. Building it again
    adds nothing.

    \b
    Example:
      dalil demo my-demo --serve
    """
    from dalil.web.commands import serve_command

    example = example or own_example()
    archive, clips = folder / "archive", folder / "clips"
    draw_clips(example, clips)
    make_archive(archive, example, by=by)
    with open_to_write(archive) as opened:
        taken = take_in(opened, (str(example / "reports"), str(clips)), by=by)
        derived = derive(opened)
    click.echo(summary(taken, derived), err=True)
    if serve:
        context.invoke(serve_command, archive=archive, no_browser=no_browser)
    else:
        click.echo(archive)


# ------------------------------------------------------------------ adding


def take_in(
    archive: Archive,
    targets: Iterable[str],
    *,
    by: str,
    again: bool = False,
    on_safe: Callable[[Captured | InputRefused], None] | None = None,
) -> list[Captured | InputRefused]:
    """Every file that the targets hold is in the archive or refused, each told as soon as that is certain."""
    from tqdm import tqdm

    from dalil.archive import find

    outcomes = []
    found = list(find(targets))
    with tqdm(total=len(found), unit=" files", desc="taking in", disable=None, file=sys.stderr, leave=False) as bar:
        for outcome in archive.capture(found, by=by, again=again):
            outcomes.append(outcome)
            if isinstance(outcome, InputRefused):
                say(str(outcome))
            if on_safe:
                on_safe(outcome)
            bar.update()
    return outcomes


def derive(archive: Archive) -> list[Derived]:
    """Everything that waits is read or probed and in its incidents."""
    from dalil import pipeline

    return watch(archive, pipeline.derive_waiting)


def watch(archive: Archive, run: Callable[..., list[Derived]]) -> list[Derived]:
    """What `run` derives from the archive, with a progress bar and a line on stderr for each problem."""
    from tqdm import tqdm

    with tqdm(unit=" objects", desc="reading", disable=None, file=sys.stderr, leave=False) as bar:

        def tell(derived: Derived) -> None:
            for problem in derived.problems:
                say(f"{one_line(derived.capture.name)}: {problem}")
            bar.update()

        return run(archive, tell, bar.reset)


def say(text: str) -> None:
    """One line of talk, clear of the progress bar."""
    from tqdm import tqdm

    with tqdm.external_write_mode(file=sys.stderr):
        click.echo(f"dalil: {text}", err=True)


def say_safe(outcome: Captured | InputRefused) -> None:
    """One JSON line for an input that is durable in the archive, or refused; flushed at once."""
    from dalil.records import encode

    if isinstance(outcome, InputRefused):
        line = {"source": outcome.where, "error": outcome.what, "remedy": outcome.remedy}
    else:
        capture = outcome.capture
        line = {
            "source": capture.source,
            "object": capture.object.sha256,
            "seq": capture.seq,
            "media_type": capture.object.media_type,
            "already": outcome.already,
        }
    click.echo(encode(line).decode())
    sys.stdout.flush()


def summary(taken: list[Captured | InputRefused], derived: list[Derived]) -> str:
    """What an add came to, in one line."""
    refused = sum(isinstance(outcome, InputRefused) for outcome in taken)
    already = sum(not isinstance(outcome, InputRefused) and outcome.already for outcome in taken)
    parts = [f"{counted(len(taken) - refused - already, 'file')} added"]
    parts += [f"{already} already here"] if already else []
    parts += [f"{refused} refused"] if refused else []
    parts += [f"{counted(len(incidents_of(derived)), 'incident')} new or changed"]
    return ", ".join(parts)


def incidents_of(derived: Iterable[Derived]) -> set[str]:
    """The incidents that the derived objects belong to."""
    return {incident for d in derived for incident in d.incidents}


def counted(n: int, noun: str) -> str:
    """ "1 file", "2 files"."""
    return f"{n:,} {noun}" + ("" if n == 1 else "s")


# ------------------------------------------------------------------ the example


def own_example() -> Path:
    """The example folder of this checkout; DalilError where dalil was installed without one."""
    folder = Path(__file__).resolve().parents[2] / "examples" / "kafr-naha"
    if not folder.is_dir():
        raise DalilError(
            "the example lies in dalil's source checkout, which is not here. Name its folder with --example"
        )
    return folder


def draw_clips(example: Path, clips: Path) -> None:
    """The example's drawn clips stand in `clips`; they are drawn once."""
    if clips.is_dir():
        return
    spec = importlib.util.spec_from_file_location("draw_clip", example / "draw_clip.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    unfinished = clips.with_name(clips.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    click.echo("dalil: drawing the example's clips", err=True)
    script.draw(unfinished)
    unfinished.rename(clips)


def make_archive(archive: Path, example: Path, *, by: str) -> None:
    """An archive with the example's own places stands; one that stood is left as it is."""
    from dalil.archive import Archive

    if (archive / "dalil.toml").is_file():
        return
    with Archive.create(archive, "Kafr Naha (example)", by=by, country="SY") as made:
        shutil.copyfile(example / "places.csv", made.path / "places.csv")
