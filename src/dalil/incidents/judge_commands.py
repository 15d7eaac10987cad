"""`dalil judge` and `dalil undo`: what people decide, from the command line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dalil.archive.commands import archive_option, by_option, open_to_write
from dalil.errors import InputRefused

if TYPE_CHECKING:
    from dalil.archive import Archive
    from dalil.records import Claim, Judgement, Reading

COUNT = re.compile(r"(?P<low>\d+)(?:(?P<floor>\+)|\.\.(?P<high>\d+))?")
DAYS = re.compile(r"(?P<start>\d{4}-\d\d-\d\d)(?:\.\.(?P<end>\d{4}-\d\d-\d\d))?")


def why(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command the archive, who judges and the reason."""
    reason = click.option("--reason", default="", metavar="WORDS", help="Why, for whoever reads the log.")
    return archive_option(by_option(reason(command)))


@click.group("judge")
def judge_command() -> None:
    """Decide what dalil must not decide alone. Each judgement is a line of the log; `dalil undo` takes one back.

    \b
    Example:
      dalil judge claim 3fa9c1d2 2 --reject --reason "this is the caption of another picture"
    """


@judge_command.command("place")
@why
@click.argument("report")
@click.argument("claim", type=int, required=False)
@click.option("--candidate", metavar="ID", help="The candidate that is meant.")
@click.option("--point", metavar="LAT,LON", help="A point of your own instead.")
@click.option("--name", metavar="WORDS", help="With --point: what to call it.")
def place_command(archive, by, reason, report, claim, candidate, point, name) -> None:
    """Say which place the REPORT means in its CLAIM; without CLAIM, list its claims.

    \b
    Example:
      dalil judge place 3fa9c1d2 1 --candidate 168651 --reason "the report names the road to Batabo"
    """
    from dalil.incidents.naming import claim_named, words

    with open_to_write(archive) as opened:
        reading = reading_of(opened, report)
        if claim is None:
            return list_claims(reading)
        chosen = claim_named(reading, claim)
        if chosen.where is None or chosen.where.quote is None:
            raise InputRefused(f"claim {claim}", "names no place", 'Set it with "dalil judge claim"')
        if (candidate is None) == (point is None):
            raise click.UsageError("give --candidate or --point")
        if candidate is not None and all(str(c.id) != candidate for c in chosen.where.candidates):
            known = ", ".join(f"{c.id} ({c.name})" for c in chosen.where.candidates) or "none"
            raise InputRefused(
                candidate, f"is no candidate for {chosen.where.name}", f"There are: {known}. Or use --point"
            )
        verdict = {"candidate": candidate} if candidate else point_of(point, name)
        decide(opened, "place", words(reading.id, chosen.where.quote), verdict, reason, by)


@judge_command.command("claim")
@why
@click.argument("report")
@click.argument("claim", type=int, required=False)
@click.option("--accept", "state", flag_value="accepted", help="A person has read it and agrees.")
@click.option("--reject", "state", flag_value="rejected", help="The report does not say this.")
@click.option(
    "--set", "values", metavar="FIELD=VALUE", multiple=True, help="killed=17, killed=8..15, killed=17+, type=…"
)
def claim_command(archive, by, reason, report, claim, state, values) -> None:
    """Accept, reject or correct a CLAIM of a REPORT; without CLAIM, list its claims.

    FIELD is killed, injured, missing (17, 8..15, 17+ for "at least 17", none), when (2016-11-04, or two days with ..),
    type or status.

    \b
    Examples:
      dalil judge claim 3fa9c1d2 1 --accept --reason "read by two of us"
      dalil judge claim 3fa9c1d2 1 --set killed=17+ --set when=2016-11-04 --reason "the later paragraph says so"
    """
    from dalil.claims.overruling import checked_values
    from dalil.incidents.naming import claim_named, words

    with open_to_write(archive) as opened:
        reading = reading_of(opened, report)
        if claim is None:
            return list_claims(reading)
        if bool(state) == bool(values):
            raise click.UsageError("give --accept, --reject or --set")
        verdict: dict[str, object] = {"state": state or "corrected"}
        if values:
            verdict["values"] = checked_values(dict(map(value_of, values)))
        decide(opened, "claim", words(reading.id, claim_named(reading, claim).quote), verdict, reason, by)


@judge_command.command("link")
@why
@click.argument("left")
@click.argument("right")
@click.option("--same", "verdict", flag_value="same", help="Both tell of one event.")
@click.option("--different", "verdict", flag_value="different", help="They tell of two events.")
@click.option("--unsure", "verdict", flag_value="unsure", help="It cannot be said; they stay apart.")
def link_command(archive, by, reason, left, right, verdict) -> None:
    """Say whether LEFT and RIGHT are one event: each an incident's id, or REPORT#N for a report's Nth incident.

    \b
    Example:
      dalil judge link 2016-11-04-kafr-naha 3fa9c1d2#2 --different --reason "two raids, hours apart"
    """
    from dalil.incidents.naming import account_named, account_words

    if verdict is None:
        raise click.UsageError("give --same, --different or --unsure")
    with open_to_write(archive) as opened:
        with opened.engine.connect() as conn:
            sides = [account_words(account_named(conn, name)) for name in (left, right)]
        decide(opened, "link", {"left": sides[0], "right": sides[1]}, verdict, reason, by)


@judge_command.command("grade")
@why
@click.argument("incident")
@click.argument("grade", type=click.Choice(("confirmed", "fair", "weak", "contested", "discounted")))
def grade_command(archive, by, reason, incident, grade) -> None:
    """Give an INCIDENT its grade on Airwars' scale.

    \b
    Example:
      dalil judge grade 2016-11-04-kafr-naha contested --reason "two belligerents are named"
    """
    from dalil.incidents.naming import account_named, account_words

    with open_to_write(archive) as opened:
        with opened.engine.connect() as conn:
            subject = account_words(account_named(conn, incident))
        decide(opened, "grade", subject, grade, reason, by)


@judge_command.command("footage")
@why
@click.argument("object_", metavar="OBJECT")
@click.argument("incident")
@click.option("--same", "verdict", flag_value="same", help="It is the recording that the account speaks of.")
@click.option("--different", "verdict", flag_value="different", help="It is another recording.")
@click.option("--unsure", "verdict", flag_value="unsure", help="It cannot be said.")
def footage_command(archive, by, reason, object_, incident, verdict) -> None:
    """Say whether the recording OBJECT shows an INCIDENT.

    \b
    Example:
      dalil judge footage 9c01aa45 2016-11-04-kafr-naha --same --reason "the minaret and the wall match"
    """
    from dalil.archive.removal import the_object
    from dalil.incidents.naming import account_named, account_words

    if verdict is None:
        raise click.UsageError("give --same, --different or --unsure")
    with open_to_write(archive) as opened:
        with opened.engine.connect() as conn:
            subject = account_words(account_named(conn, incident))
        subject = {"object": the_object(opened, object_), **subject}
        decide(opened, "footage", subject, verdict, reason, by)


@judge_command.command("list")
@archive_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_command(archive: Path, as_json: bool) -> None:
    """List every judgement, those that were taken back too.

    \b
    Example:
      dalil judge list --archive my-archive
    """
    from dalil.archive import Archive, judgements
    from dalil.records import encode

    with Archive.open(archive) as opened, opened.engine.connect() as conn:
        found = judgements.every(conn)
    for judgement in found:
        click.echo(encode(judgement).decode() if as_json else told(judgement))
    if not found and not as_json:
        click.echo('No judgements yet. "dalil judge --help" shows what can be judged.', err=True)


@click.command("undo")
@archive_option
@by_option
@click.argument("line", type=click.IntRange(min=0))
@click.option("--reason", default="undone", show_default=True, metavar="WORDS", help="Why, for whoever reads the log.")
def undo_command(archive: Path, by: str, line: int, reason: str) -> None:
    """Take back the judgement of a LINE of the log; everything is then as if it had not been made, but for the log.

    \b
    Example:
      dalil undo 42 --archive my-archive --reason "I took it for another village"
    """
    from dalil.incidents import reports

    with open_to_write(archive) as opened:
        click.echo(told(reports.undo(opened, line, reason=reason, by=by)))


# ------------------------------------------------------------------ words and values


def reading_of(archive: Archive, report: str) -> Reading:
    """The reading of the report that a person means."""
    from dalil.incidents.naming import reading_named

    with archive.engine.connect() as conn:
        return reading_named(conn, report)


def decide(archive: Archive, kind: str, subject: dict, verdict: object, reason: str, by: str) -> None:
    """The judgement stands and is told in one line."""
    from dalil.incidents import reports

    click.echo(told(reports.judge(archive, kind, subject, verdict, reason=reason, by=by)))


def list_claims(reading: Reading) -> None:
    """One line a claim, numbered as the commands take them."""
    for number, claim in enumerate(reading.claims, 1):
        click.echo(claim_line(number, claim))


def claim_line(number: int, claim: Claim) -> str:
    """Number, status, kind, place, words."""
    where = claim.where.name if claim.where else "place not said"
    return f"{number}\t{claim.status}\t{claim.type}\t{where}\t{' '.join(claim.quote.text.split())}"


def told(judgement: Judgement) -> str:
    """One judgement on one line."""
    from dalil.errors import one_line
    from dalil.records import encode

    verdict = judgement.verdict if isinstance(judgement.verdict, str) else encode(judgement.verdict).decode()
    undone = f" (taken back by line {judgement.reversed_by})" if judgement.reversed_by is not None else ""
    said = f"line {judgement.seq}\t{judgement.kind}\t{verdict}\t{judgement.by}: {judgement.reason}{undone}"
    return "\t".join(one_line(part) for part in said.split("\t"))


def value_of(text: str) -> tuple[str, object]:
    """ "killed=17+" as a field and its value; UsageError where it cannot be read."""
    from dalil.claims.overruling import toll_of

    field, mark, value = text.partition("=")
    if not mark or not value:
        raise click.UsageError(f'expected FIELD=VALUE, found "{text}"')
    if value == "none" and field not in ("type", "status"):
        return field, None
    if field in ("killed", "injured", "missing"):
        if not (match := COUNT.fullmatch(value)):
            raise click.UsageError(f'expected {field}=17, 8..15, 17+ or none, found "{value}"')
        return field, toll_of(match)
    if field == "when":
        if not (match := DAYS.fullmatch(value)):
            raise click.UsageError(f'expected when=YYYY-MM-DD, two days with "..", or none, found "{value}"')
        return field, {"start": match["start"], "end": match["end"] or match["start"]}
    return field, value


def point_of(text: str, name: str | None) -> dict[str, object]:
    """ "36.17,36.98" as a verdict; UsageError where it is no position."""
    parts = [part.strip() for part in text.split(",")]
    try:
        lat, lon = (float(part) for part in parts)
    except ValueError:
        raise click.UsageError(f'expected LAT,LON in degrees, found "{text}"') from None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise click.UsageError(f"{text} is no place on earth")
    return {"lat": parts[0], "lon": parts[1], **({"name": name} if name else {})}
