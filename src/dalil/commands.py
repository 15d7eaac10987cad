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
from dalil.claims.commands import Day
from dalil.errors import DalilError, InputRefused, one_line

if TYPE_CHECKING:
    from datetime import date

    from dalil.archive import Archive, Captured
    from dalil.claims.imports import FileClaim, Report, Wanted
    from dalil.pipeline import Derived

# As in dalil.claims.imports.KINDS, which is not imported for help alone.
IMPORT_KINDS = ("ucdp", "airwars", "acled", "atlos", "auto-archiver", "telegram", "whatsapp")


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


@click.command("import")
@archive_option(required=False)
@by_option
@click.argument("kind", type=click.Choice(IMPORT_KINDS))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would be taken, flagged and refused; nothing is written.")
@click.option("--country", metavar="XX", help="Only rows of this country; for rows that name none, where they are.")
@click.option("--from", "start", type=Day(), help="Only rows that may fall on this day or later.")
@click.option("--to", "end", type=Day(), help="Only rows that may fall on this day or earlier.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line a file.")
def import_command(
    archive: Path | None,
    by: str,
    kind: str,
    files: tuple[Path, ...],
    dry_run: bool,
    country: str | None,
    start: date | None,
    end: date | None,
    as_json: bool,
) -> None:
    """Take in records that others made, row by row: KIND says whose, FILES are their tables or chats.

    The file is captured first, as it is; then each row or message becomes an account in the ledger, with its own
    words. Rows whose counts contradict each other are flagged and kept as they are; broken ones are refused, the rest
    goes in. Files that a chat came with, beside it, are captured too. Importing the same again adds nothing.

    \b
    Examples:
      dalil import ucdp --dry-run --country SY --from 2016-11-01 --to 2016-11-30 ged251.csv
      dalil import airwars --archive my-archive --country SY airwars.csv
      dalil import telegram --archive my-archive ChatExport/result.json
    """
    from dalil.archive.settings import COUNTRY
    from dalil.claims.imports import Wanted
    from dalil.errors import ArchiveMissing

    if country and not COUNTRY.fullmatch(country.upper()):
        raise click.BadParameter(f'expected a two-letter code such as SY, found "{country}"', param_hint="--country")
    wanted = Wanted(kind, country and country.upper(), start, end)
    if dry_run:
        looked = (look_through(path, wanted) for path in files)
        outcomes = [one if isinstance(one, InputRefused) else one[0] for one in looked]
    elif archive is None:
        raise ArchiveMissing('no archive here. Name one with --archive, make one with "dalil init", or use --dry-run')
    else:
        with open_to_write(archive) as opened:
            outcomes = imported(opened, files, wanted, by=by)
    for outcome in outcomes:
        tell_import(outcome, dry_run=dry_run, as_json=as_json)
    if any(isinstance(outcome, InputRefused) or outcome.refused for outcome in outcomes):
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


def derive(archive: Archive, *, rows: bool = False) -> list[Derived]:
    """Everything that waits is read or probed and in its incidents; `rows` are counted, and not told one by one."""
    from dalil import pipeline

    if not rows:
        return watch(archive, pipeline.derive_waiting)
    from tqdm import tqdm

    with tqdm(unit=" rows", desc="reading", disable=None, file=sys.stderr, leave=False) as bar:
        return pipeline.derive_waiting(archive, on_row=bar.update)


def watch(archive: Archive, run: Callable[..., list[Derived]]) -> list[Derived]:
    """What `run` derives from the archive, with a progress bar and a line on stderr for each problem and finding."""
    from tqdm import tqdm

    with tqdm(unit=" objects", desc="reading", disable=None, file=sys.stderr, leave=False) as bar:

        def tell(derived: Derived) -> None:
            for problem in derived.problems:
                say(f"{one_line(derived.capture.name)}: {problem}")
            for finding in derived.findings:
                say(f"{one_line(derived.capture.name)}: {finding}")
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


# ------------------------------------------------------------------ importing


def look_through(path: Path, wanted: Wanted) -> tuple[Report, tuple[FileClaim, ...]] | InputRefused:
    """What an import of the file would come to, and the files that its rows name."""
    from dalil.archive.sources.files import refusal
    from dalil.claims import imports

    try:
        return imports.survey(path, wanted, name=path.name)
    except InputRefused as refused:
        return refused
    except (OSError, ValueError) as error:  # ValueError: an empty file cannot be mapped
        return refusal(path, error) if isinstance(error, OSError) else InputRefused(str(path), "is empty")


def imported(archive: Archive, paths: Iterable[Path], wanted: Wanted, *, by: str) -> list[Report | InputRefused]:
    """Every file, and what lies beside it that its rows name, is captured; then each row stands in the ledger."""
    found: list[InputRefused | tuple[Captured, Path]] = []
    told: dict[str, list[str]] = {}
    for path in paths:
        looked = look_through(path, wanted)
        outcome = looked if isinstance(looked, InputRefused) else capture_import(archive, path, wanted, by=by)
        if isinstance(outcome, InputRefused):
            found.append(outcome)
            continue
        found.append((outcome, path))
        told[outcome.capture.object.sha256] = capture_beside(archive, path, looked[1], outcome, by=by)
    reports = {d.capture.seq: d.report for d in derive(archive, rows=True) if d.report}
    return [one if isinstance(one, InputRefused) else report_of(one, reports, told, wanted) for one in found]


def capture_import(archive: Archive, path: Path, wanted: Wanted, *, by: str) -> Captured | InputRefused:
    """The table or chat is an object of the archive, and its log line says what was asked of it."""
    from dataclasses import replace

    from dalil.archive.sources import files

    asked = {"import": dict(wanted.as_field())}
    found = next(iter(files.find(path)), InputRefused(str(path), "is no file"))
    found = found if isinstance(found, InputRefused) else replace(found, fields=asked, has_parts=False)
    return next(archive.capture([found], by=by))


def capture_beside(archive: Archive, path: Path, named: tuple[FileClaim, ...], made: Captured, *, by: str) -> list[str]:
    """The files that rows name and that lie beside the table are captured; lines on those whose hashes differ."""
    from dalil.claims.imports import attachments

    lying = list(attachments.beside(path.parent, named))
    said = []
    for outcome in archive.capture(attachments.to_capture(lying, made.capture.object.sha256), by=by):
        if isinstance(outcome, InputRefused):
            said.append(str(outcome))
    compared = [attachments.compare_hashes(one) for one in lying]
    said += [f"{path.name} {line}" for _, wrong in compared for line in wrong]
    if named:
        agreed = sum(count for count, _ in compared)
        said.append(
            f"{path.name}: {len(lying):,} of {len(named):,} files that it names lay beside it and were captured; "
            f"claimed hashes that agree: {agreed:,}"
        )
    return said


def report_of(
    one: tuple[Captured, Path], reports: dict[int, Report], told: dict[str, list[str]], wanted: Wanted
) -> Report:
    """The report on the file just derived; on one that stood before, that it adds nothing."""
    from dalil.claims.imports import Report

    captured, path = one
    report = reports.get(captured.capture.seq) or Report(path.name, wanted.kind, passed={"here before": 1})
    report.lines += told[captured.capture.object.sha256]
    return report


def tell_import(outcome: Report | InputRefused, *, dry_run: bool, as_json: bool) -> None:
    """What came of one file: counts on stdout, a line on stderr for each row that was flagged or refused."""
    from dalil.records import encode

    if isinstance(outcome, InputRefused):
        say(str(outcome))
        if as_json:
            click.echo(encode({"file": outcome.where, "error": outcome.what, "remedy": outcome.remedy}).decode())
        return
    if as_json:
        click.echo(encode(outcome).decode())
        return
    for line in outcome.problems():
        say(one_line(line))
    verb = "would be taken" if dry_run else "taken"
    passed = "".join(f", {count:,} {why}" for why, count in sorted(outcome.passed.items()))
    click.echo(
        f"{one_line(outcome.file)} ({outcome.kind}): {outcome.taken:,} {verb}, {outcome.flagged:,} of them flagged, "
        f"{outcome.refused:,} refused{passed}"
    )


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
