"""`dalil date`: the days that a text speaks of."""

from __future__ import annotations

import sys

import click


@click.command("date")
@click.argument("text", required=False)
@click.option("--published", metavar="YYYY-MM-DD", help="The day on which the text was published.")
@click.option(
    "--lang", type=click.Choice(["en", "ar"]), help="The text's language; found from its letters if left out."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON line instead of a table.")
@click.option(
    "--jsonl", "lines", metavar="IN.jsonl|-", is_flag=False, flag_value="-",
    help='Read JSON lines {"id", "text", "published", "lang"} and write one line for each.',
)  # fmt: skip
def date_command(text: str | None, published: str | None, lang: str | None, as_json: bool, lines: str | None) -> None:
    """Find the days that TEXT speaks of, each with the words and the rule that gave it.

    \b
    Examples:
      dalil date "the bombing on Friday" --published 2016-11-05
      dalil date "فجر الثلاثاء" --published 2019-07-17
      dalil date --jsonl phrases.jsonl
    """
    from dalil.calendar.lines import answer_row, answer_text
    from dalil.jsonl import parse_day, serve

    if lines is not None:
        # as with "dalil read --jsonl IN.jsonl", the file may also stand as the argument
        source = text if lines == "-" and text else lines
        sys.exit(serve(source, answer_row, "date", unit=" texts"))
    if not text:
        raise click.UsageError('give a text, or --jsonl IN.jsonl: dalil date "on Friday" --published 2016-11-05')
    try:
        day = parse_day(published)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--published") from error
    click.echo(answer_text(text, day, lang, as_json=as_json))
