"""What works on an archive alone: dalil init, log and others, and the option by which every command finds one."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from dalil.errors import ArchiveMissing, DalilError, one_line

if TYPE_CHECKING:
    from dalil.archive.archive import Archive
    from dalil.archive.verify import Report
    from dalil.records import LogEntry


def find_archive(path: Path | None) -> Path | None:
    """The archive that a person means: the one named, else the nearest one from the current folder upwards."""
    from dalil.archive.settings import nearest_archive

    return path if path is not None else nearest_archive(Path.cwd())


def archive_option(command: Callable[..., Any] | None = None, *, required: bool = True) -> Any:
    """Gives a command `--archive A` and with it the parameter `archive: Path` (None if not required and none is near).

    Use as `@archive_option` or `@archive_option(required=False)`. ArchiveMissing where one is required and none found.
    """

    def resolve(_context: click.Context, _parameter: click.Parameter, value: Path | None) -> Path | None:
        found = find_archive(value)
        if found is None and required and not _context.resilient_parsing:
            raise ArchiveMissing(
                "no archive here (no dalil.toml in this folder or above it). "
                'Name one with --archive, or make one with "dalil init"'
            )
        return found

    option = click.option(
        "--archive",
        envvar="DALIL_ARCHIVE",
        type=click.Path(path_type=Path, file_okay=False),
        callback=resolve,
        help="The archive (default: $DALIL_ARCHIVE, else the nearest one upwards from here).",
    )
    return option(command) if command else option


def open_to_write(path: Path) -> Archive:
    """The archive, open for writing; waits for another writer and says so on stderr."""
    from dalil.archive.archive import Archive

    return Archive.open(path, write=True, on_wait=lambda text: click.echo(f"dalil: {text}", err=True))


def by_option(command: Callable[..., Any]) -> Any:
    """Gives a command `--by NAME` (default: $DALIL_BY, else the machine's user name) as the parameter `by: str`."""

    @functools.wraps(command)
    def filled(*args: Any, by: str | None, **kwargs: Any) -> Any:
        from dalil.archive.archive import default_person, storable

        return command(*args, by=storable(by) if by else default_person(), **kwargs)

    return click.option("--by", metavar="NAME", help="Who does this (default: $DALIL_BY, else your user name).")(filled)


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--name", help="What people call this archive (default: the folder's name).")
@click.option("--country", metavar="XX", help="Where reports are about if they do not say, as a two-letter code.")
@click.option(
    "--bucket",
    metavar="s3://…",
    help="Keep the files in a bucket of an S3-compatible service, not in FOLDER: s3://BUCKET/PREFIX?endpoint=https://HOST.",
)
@by_option
def init_command(folder: Path, name: str | None, country: str | None, bucket: str | None, by: str) -> None:
    """Make a new, empty archive in FOLDER.

    Its signing key is made too: keep a copy of FOLDER/keys in a safe place.

    \b
    Example:
      dalil init my-archive --name "Raids west of Aleppo" --country SY
    """
    from dalil.archive.archive import Archive
    from dalil.archive.settings import COUNTRY, OBJECTS

    if country and not COUNTRY.fullmatch(country.upper()):
        raise click.BadParameter(f'expected a two-letter code such as SY, found "{country}"', param_hint="--country")
    with Archive.create(folder, name, by=by, country=country and country.upper(), blobs=bucket or OBJECTS) as archive:
        click.echo(f"{archive.path}: a new archive. Its log is {archive.settings.origin}")


def run_verify(archive: Archive, prior: Path | None, *, resume: bool) -> Report:
    """Everything is checked, with a progress bar; after Ctrl-C it is told how to go on, and the exit status is 130."""
    from tqdm import tqdm

    from dalil.archive import checkpoints
    from dalil.archive.resume import Progress
    from dalil.archive.verify import verify

    progress = Progress(archive, resume=resume)
    with tqdm(unit="B", unit_scale=True, desc="hashing", disable=None, file=sys.stderr, leave=False) as bar:
        try:
            return verify(
                archive,
                prior=checkpoints.read(prior) if prior else None,
                on_start=bar.reset,
                on_bytes=bar.update,
                progress=progress,
            )
        except KeyboardInterrupt:
            pass
    click.echo("dalil: stopped: nothing can be said of the whole archive", err=True)
    if progress.stands:
        click.echo(f'dalil: to go on where this stopped: "dalil verify --resume --archive {archive.path}"', err=True)
    sys.exit(130)


def say_report(archive: Path, report: Report) -> None:
    """The report for people, a line a finding."""
    for finding in report.findings:
        word = "DAMAGE" if finding.damage else "note"
        click.echo(one_line(f"{word}: {finding.kind}: {finding.where}: {finding.what}. {finding.remedy}"))
    damage = sum(finding.damage for finding in report.findings)
    if report.resumed:
        click.echo(
            f"note: resume: {report.resumed} objects were not read now: an earlier run that was stopped found them "
            "good, and their files' size, inode and times are the same. Run without --resume to read everything"
        )
    click.echo(
        f"{one_line(str(archive))}: {report.objects} objects ({report.object_bytes} bytes), {report.lines} log lines, "
        f"{report.checkpoints} checkpoints (newest over {report.covered} lines, root {report.root}): "
        + (f"{damage} damaged" if damage else "all as it was written")
    )


@click.command("log")
@archive_option
@click.option("--act", help="Only lines of this kind: capture, judge, erase …")
@click.option("--from", "start", type=click.IntRange(0), default=0, show_default=True, help="The first line to show.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line on stdout.")
def log_command(archive: Path, act: str | None, start: int, as_json: bool) -> None:
    """Read the custody log: what was done, when and by whom.

    \b
    Examples:
      dalil log --archive my-archive --act capture
      dalil log --archive my-archive --json
    """
    from dalil import records
    from dalil.archive.archive import Archive

    with Archive.open(archive, any_version=True) as opened:
        for entry in opened.entries(start, act):
            click.echo(records.encode(_entry_json(entry)).decode() if as_json else _entry_text(entry))


def _entry_json(entry: LogEntry) -> dict[str, object]:
    return {
        "seq": entry.seq,
        "at": entry.at_utc,
        "act": entry.act,
        "disclosed": entry.disclosed,
        "line": entry.line.decode("ascii"),
    }


def _entry_text(entry: LogEntry) -> str:
    values = "  ".join(f"{name}={value}" for name, value in entry.disclosed.items() if name != "fields")
    return one_line(f"{entry.seq:>6}  {entry.at_utc:%Y-%m-%d %H:%M:%S}Z  {entry.act:<10}  {values}")


# ---------------------------------------------------------------- what is taken away or not shown


def reason_option(command: Callable[..., Any]) -> Any:
    """Gives a command the required `--reason TEXT`."""
    return click.option("--reason", required=True, metavar="TEXT", help="Why; the log keeps it.")(command)


@click.command("erase")
@archive_option
@by_option
@reason_option
@click.argument("what", metavar="LINE|OBJECT")
@click.argument("fields", metavar="FIELD…", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase_command(archive: Path, by: str, reason: str, what: str, fields: tuple[str, ...], yes: bool) -> None:
    """Remove values, with their salts, and bytes from an archive for good; the log says who did it, when and why.

    WHAT is the number of a log line or the beginning of an object's SHA-256 (all its captures). FIELD is a name as
    "dalil log" shows it, "bytes" for the file itself, "all" for everything. All else still verifies. Everything
    derived is dropped with it: run "dalil rebuild" afterwards. Copies, backups and exports made earlier are beyond
    this command's reach.

    \b
    Examples:
      dalil erase --archive my-archive 3fa9c1d2e4 all --reason "asked by the family"
      dalil erase --archive my-archive 17 source by --reason "court order 12/2026"
    """
    from dalil.archive import removal

    with open_to_write(archive) as opened:
        chosen = removal.resolve(opened, what, fields)
        names = ", ".join(f"line {seq} {field}" for seq, field in chosen)
        if not yes:
            click.confirm(f"Erase for good: {names}?", abort=True, err=True)
        entry = removal.erase(opened, chosen, reason=reason, by=by)
    click.echo(f'line {entry.seq}: erased {names}. Now run "dalil rebuild"')


@click.command("withhold")
@archive_option
@by_option
@reason_option
@click.argument("what", metavar="LINE|OBJECT")
@click.argument("fields", metavar="FIELD…", nargs=-1, required=True)
@click.option("--from", "recipient", default="*", show_default=True, metavar="NAME", help="Whom; * is everybody.")
@click.option("--lift", is_flag=True, help="Show it again.")
def withhold_command(
    archive: Path, by: str, reason: str, what: str, fields: tuple[str, ...], recipient: str, lift: bool
) -> None:
    """Keep values or files out of exports to one recipient or to everybody. Nothing is removed from the archive.

    WHAT and FIELD are as for "dalil erase".

    \b
    Examples:
      dalil withhold --archive my-archive 3fa9c1d2e4 object --reason "the witness is in danger"
      dalil withhold --archive my-archive 17 source by --from "the press" --reason "names a colleague"
    """
    from dalil.archive import removal

    with open_to_write(archive) as opened:
        chosen = removal.resolve(opened, what, fields)
        entry = removal.withhold(opened, chosen, recipient=recipient, reason=reason, by=by, lifted=lift)
    names = ", ".join(f"line {seq} {field}" for seq, field in chosen)
    click.echo(one_line(f"line {entry.seq}: {'shown again' if lift else 'withheld'} from {recipient}: {names}"))


# ---------------------------------------------------------------- checkpoints and their time


@click.command("checkpoint")
@archive_option
@by_option
@click.option("--since", type=click.IntRange(0), metavar="LINES", help="Print a request to a witness.")
@click.option("--cosigned", type=click.File("r", encoding="utf-8"), help="Take in the line that a witness gave.")
@click.option("--witness", "vkey", metavar="VKEY", help="With --cosigned: the witness's public key.")
def checkpoint_command(archive: Path, by: str, since: int | None, cosigned: TextIO | None, vkey: str | None) -> None:
    """Sign a checkpoint over the whole log, if there is none yet, and print it. Give it to somebody else to keep.

    With --since it is preceded by the proof that the log continues the checkpoint over so many lines (0: there was
    none): what "dalil witness" takes. With --cosigned what the witness answered is checked, kept beside its checkpoint
    and logged; "dalil verify" checks it from then on.

    \b
    Examples:
      dalil checkpoint --archive my-archive > usb-stick/checkpoint.note
      dalil checkpoint --archive my-archive --since 42 > request.txt
      dalil checkpoint --archive my-archive --cosigned answer.txt --witness "$(cat witness.vkey)"
    """
    from dalil.archive import witness
    from dalil.archive.notes import NoteKey

    if (cosigned is None) != (vkey is None):
        raise click.UsageError("--cosigned and --witness belong together")
    with open_to_write(archive) as opened:
        if cosigned and vkey:
            entry = witness.take_in(opened, cosigned.read(), NoteKey.parse(vkey), by=by)
            text = f"line {entry.seq}: {entry.disclosed['authority']} signed {entry.disclosed['size']} lines\n"
        else:
            made = opened.checkpoint()
            text = witness.request(opened, since) if since is not None else made.note if made else ""
    click.echo(text, nl=False)


@click.command("witness")
@click.argument("request", type=click.File("r", encoding="utf-8"))
@click.option("--log", "log_key", required=True, metavar="VKEY", help="The line in the archive's keys/log.vkey.")
@click.option("--key", required=True, type=click.Path(path_type=Path), help="The witness's own key; made if not there.")
@click.option("--name", required=True, metavar="NAME", help="The witness's name, for ever: example.org/witness.")
@click.option("--state", required=True, type=click.Path(path_type=Path), help="File for the checkpoint signed last.")
def witness_command(request: TextIO, log_key: str, key: Path, name: str, state: Path) -> None:
    """Co-sign another organisation's checkpoint, if its log continues what was signed before. No archive is needed.

    REQUEST is what "dalil checkpoint --since" printed (- for stdin). The signature line goes to stdout; the witness's
    public key, for those who check it, stands beside the key as NAME.vkey.

    \b
    Example:
      dalil witness request.txt --log "$(cat log.vkey)" --key witness.pem --name example.org/w --state their-log.note
    """
    from dalil.archive import witness
    from dalil.archive.blobs.local import write_file
    from dalil.archive.notes import ORIGIN, NoteKey, Signer

    if not ORIGIN.fullmatch(name):
        raise click.BadParameter("a name has no spaces and no +", param_hint="--name")
    if not key.exists():
        made = Signer.generate(name)
        write_file(key, made.private_pem(), mode=0o600)
        write_file(key.with_suffix(".vkey"), (made.key.vkey + "\n").encode())
    signer = Signer.load(name, key)
    click.echo(witness.cosign(request.read(), signer, [NoteKey.parse(log_key)], state), nl=False)


# ---------------------------------------------------------------- keys


@click.group("key")
def key_command() -> None:
    """Change the log's signing key, or keep it encrypted.

    \b
    Examples:
      dalil key rotate --archive my-archive
      dalil key encrypt --help
    """


@key_command.command("rotate")
@archive_option
@by_option
def rotate_command(archive: Path, by: str) -> None:
    """Make a new signing key; the old one vouches for it in the log and is removed. Give keys/log.pub out anew.

    \b
    Example:
      dalil key rotate --archive my-archive
    """
    with open_to_write(archive) as opened:
        entry = opened.change_key(by=by)
    click.echo(f"line {entry.seq}: from here on {entry.disclosed['vkey']} signs")


@key_command.command("encrypt")
@archive_option
@click.option("--recovery", required=True, metavar="AGE1…", help="The age recipient whose identity is kept offline.")
@click.option("--to", "others", multiple=True, metavar="AGE1…", help="Another person who may sign (repeat).")
def encrypt_command(archive: Path, recovery: str, others: tuple[str, ...]) -> None:
    """Keep the signing key encrypted (age) to you, to --to and to an offline recovery recipient.

    Your own age identity is taken from $DALIL_IDENTITY, else from your data folder, where it is made if need be. Make
    the recovery identity on another machine: age-keygen -o recovery.txt

    \b
    Example:
      dalil key encrypt --archive my-archive --recovery age1q…
    """
    from dalil.archive import keys

    with open_to_write(archive) as opened:
        keys.seal(opened, [keys.own_recipient(), *others, recovery])
    click.echo(f"{archive / 'keys' / keys.SEALED}: encrypted; your identity is {keys.identity_file()}")


def _open_timestamps(archive: Path, by: str, calendars: tuple[str, ...]) -> None:
    """Asks the calendars, or, if none is given, whether pending proofs have come further."""
    from dalil.archive import ots

    if not ots.installed():
        raise DalilError('OpenTimestamps is not installed: pip install "dalil[ots]"')
    with open_to_write(archive) as opened:
        if calendars:
            checkpoint = opened.checkpoint()
            entry, failed = ots.stamp(opened, checkpoint, calendars, by=by)
            for problem in failed:
                click.echo(one_line(f"dalil: {problem}"), err=True)
            click.echo(f"line {entry.seq}: {entry.disclosed['status']}: {checkpoint.size} lines; nothing is proven yet")
            return
        for entry, found in ots.upgrade(opened, by=by):
            where = f"block {', '.join(map(str, found.blocks))}" if found.blocks else "no block yet"
            click.echo(f"line {entry.seq}: {found.state}: {entry.disclosed['size']} lines, {where}")


@click.command("stamp")
@archive_option
@by_option
@click.option("--status", is_flag=True, help="Only say what is not stamped yet.")
@click.option(
    "--calendar", "calendars", multiple=True, metavar="URL", help="Ask this OpenTimestamps calendar (repeat)."
)
@click.option("--upgrade", is_flag=True, help="Ask the calendars whether pending proofs have reached a block.")
def stamp_command(archive: Path, by: str, status: bool, calendars: tuple[str, ...], upgrade: bool) -> None:
    """Have the newest checkpoint stamped by the RFC 3161 authorities named in dalil.toml.

    Raw replies are kept beside the checkpoint. An attempt that fails is logged, and tried again by the next call.
    Put the authorities' root certificates into tsa-roots.pem in the archive, so that replies are checked at once.
    Exit status 1 if anything is still not stamped.

    --calendar and --upgrade are for OpenTimestamps (the extra "ots") and leave the authorities alone. Such a proof is
    pending until it names a block of Bitcoin, and verified only against a header of that block in bitcoin-headers.txt.

    \b
    Examples:
      dalil stamp --archive my-archive
      dalil stamp --archive my-archive --calendar https://a.pool.opentimestamps.org
      dalil stamp --archive my-archive --upgrade
    """
    if calendars or upgrade:
        _open_timestamps(archive, by, calendars)
        return
    from dalil.archive import stamps
    from dalil.archive.archive import Archive

    if status:
        with Archive.open(archive, any_version=True) as opened:
            waiting = stamps.pending(opened)
    else:
        with open_to_write(archive) as opened:
            if not opened.settings.authorities:
                raise DalilError(f"no authorities are named in {archive / 'dalil.toml'}. Add their addresses")
            for result in stamps.stamp_waiting(opened):
                if isinstance(result, stamps.Stamp):
                    click.echo(f"{result.size} lines stamped at {result.at_utc:%Y-%m-%d %H:%M:%S}Z: {result.authority}")
                else:
                    click.echo(f"dalil: {result}", err=True)
            waiting = stamps.pending(opened)
    for one in waiting:
        last = f" (last attempt: {one.error})" if one.error else ""
        click.echo(one_line(f"pending: {one.authority}: {one.lines} lines are not stamped yet{last}"))
    if waiting:
        sys.exit(1)
