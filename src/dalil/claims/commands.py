"""`dalil read`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dalil.errors import DalilError, InputRefused, one_line

if TYPE_CHECKING:
    from dalil.claims.lines import Defaults
    from dalil.claims.model import ModelReading
    from dalil.records import Reading

READERS = ("rules", "llm")
MOST_TOLD = 20  # lines on stderr about one text; all of them are under "problems"
T = TypeVar("T")
Read = Callable[..., Any]  # a text to a Reading, or to a ModelReading


class Day(click.ParamType):
    """A day written YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f'expected a day as YYYY-MM-DD, found "{value}"', param, ctx)


@click.command("read")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON line a file instead of a summary.")
@click.option(
    "--jsonl", "lines", metavar="IN.jsonl|-", is_flag=False, flag_value="-",
    help='Read JSON lines {"id", "text", "published", "lang", "country"} and write one line for each.',
)  # fmt: skip
@click.option("--published", type=Day(), help="The day of publication, where the report does not say it.")
@click.option("--lang", type=click.Choice(["en", "ar"]), help="The language; found from the text if left out.")
@click.option("--country", metavar="XX", help="The country that the reports are about, as a two-letter code.")
@click.option("--reader", type=click.Choice(READERS), default="rules", show_default=True, help="What reads.")
@click.option("--llm-address", metavar="URL", envvar="DALIL_LLM_ADDRESS", help="An OpenAI-compatible address.")
@click.option("--llm-model", metavar="NAME", envvar="DALIL_LLM_MODEL", help="The model to ask there.")
@click.option(
    "--llm-timeout", metavar="SECONDS", type=click.FloatRange(min=0.1), default=120, show_default=True,
    help="How long one reply may take.",
)  # fmt: skip
def read_command(
    files: tuple[Path, ...],
    as_json: bool,
    lines: str | None,
    published: date | None,
    lang: str | None,
    country: str | None,
    reader: str,
    llm_address: str | None,
    llm_model: str | None,
    llm_timeout: float,
) -> None:
    """Read reports (txt, md, html, pdf, docx, eml): claims and incidents, word by word.

    Needs no archive. Prints a summary a file, or JSON; every value comes with the words that it was read from.
    Exit status 1 if some could not be read: each is named on stderr, and in the output of --json and --jsonl.

    --reader llm sends the text to a language model (address and model also from [llm] in dalil.toml, the key from
    the environment variable that key_env names there, DALIL_LLM_KEY else). What it says and the text does not is
    dropped, told on stderr and under "problems".

    \b
    Examples:
      dalil read report.txt
      dalil read --json --country SY page.html list.pdf
      dalil read --jsonl reports.jsonl > readings.jsonl
      dalil read --reader llm --llm-address http://localhost:11434/v1 --llm-model qwen3 report.txt
    """
    from dalil.claims.lines import Defaults

    defaults = Defaults(published, lang, country.upper() if country else None)
    if lines is not None:
        if lines == "-" and len(files) == 1:  # "--jsonl IN" where the shell or a habit put something between
            lines, files = str(files[0]), ()
        if files:
            raise click.UsageError("give either files or --jsonl, not both")
        sys.exit(_read_lines(lines, defaults, _reader(reader, llm_address, llm_model, llm_timeout)))
    if not files:
        raise click.UsageError("give a file: dalil read report.txt (or --jsonl IN.jsonl)")
    read = _reader(reader, llm_address, llm_model, llm_timeout)
    sys.exit(_read_files(files, defaults, read, as_json=as_json))


def _reader(name: str, address: str | None, model: str | None, timeout_s: float) -> Read:
    """What reads a text: the rules, or a model that is named on stderr, since the texts go there."""
    if name == "rules":
        from dalil.claims.reader import read_text

        return read_text
    from dalil.claims.model import ModelReader, find_settings

    settings = find_settings(address, model, start=Path.cwd(), timeout_s=timeout_s)
    open_to_all = ", unencrypted" if settings.in_the_open else ""
    click.echo(f"texts go to {one_line(settings.address)} ({one_line(settings.model)}){open_to_all}", err=True)
    return ModelReader(settings).read


def _read_lines(source: str, defaults: Defaults, read: Read) -> int:
    """One line out for each line in; 1 where some could not be read."""
    from dalil.claims.lines import answer_row
    from dalil.jsonl import Row, serve

    def answer(row: Row, number: int) -> object:
        where = f"line {number}"
        return _written(_asked(where, lambda: answer_row(row, number, defaults, read)), where)

    return serve(source, answer, "read", unit=" reports")


def _asked(where: str, read: Callable[[], T]) -> T:
    """What `read` gives; a model that could not be asked costs this input only."""
    try:
        return read()
    except InputRefused:
        raise
    except DalilError as error:
        if error.exit_status != 1:
            raise
        raise InputRefused(where, str(error)) from None


def _written(read: Reading | ModelReading, where: str) -> object:
    """The reading as it is written, with what was dropped from a model's; that is told on stderr, too."""
    if not hasattr(read, "problems"):
        return read
    from dalil import records

    _tell_problems(read, where)
    return {**records.builtins(read.reading), "problems": list(read.problems)}


def _tell_problems(read: ModelReading, where: str) -> None:
    for problem in read.problems[:MOST_TOLD]:
        click.echo(f"dalil read: {one_line(where)}: {problem}", err=True)
    if len(read.problems) > MOST_TOLD:
        click.echo(f"dalil read: {one_line(where)}: and {len(read.problems) - MOST_TOLD} more such values", err=True)


def _read_files(files: tuple[Path, ...], defaults: Defaults, read: Read, *, as_json: bool) -> int:
    """A summary or a JSON line for each file, in order; 1 where some could not be read."""
    from dalil import records
    from dalil.claims.summary import summary
    from dalil.jsonl import counted

    failed = 0
    for number, path in enumerate(counted(files, unit=" files")):
        try:
            found = _asked(str(path), partial(_read_file, path, defaults, read))
        except InputRefused as refusal:
            failed = 1
            click.echo(f"dalil read: {refusal}", err=True)
            if as_json:
                click.echo(records.encode({"id": str(path), "error": str(refusal)}))
            continue
        if as_json:
            click.echo(records.encode(_written(found, str(path))))
        else:
            if number:
                click.echo()
            reading = found
            if hasattr(found, "problems"):
                _tell_problems(found, str(path))
                reading = found.reading
            for line in summary(reading, click.style):
                click.echo(line)
    return failed


def _read_file(path: Path, defaults: Defaults, read: Read) -> Reading | ModelReading:
    """The file's reading; what is wrong with the file, but not enough to refuse it, is said on stderr."""
    import hashlib

    from dalil.archive.media import detect
    from dalil.claims.text import extract

    name = str(path)
    try:
        with path.open("rb") as file:
            media_type = detect(file, path.name) if path.stat().st_size else "text/plain"
            file.seek(0)
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        document = extract(path, media_type, name=name, object=sha256)
    except OSError as error:
        raise InputRefused(name, error.strerror or "cannot be opened", "Check its name and its permissions") from None
    for problem in document.problems:
        click.echo(f"dalil read: {one_line(name)}: {one_line(problem)}", err=True)
    return read(
        document.text,
        id=name,
        published=document.published or defaults.published,
        lang=defaults.lang or document.lang,
        country=defaults.country,
        title=document.title,
        author=document.author,
        publisher=document.publisher,
    )
