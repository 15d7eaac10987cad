"""The command line: puts the stages' commands together, each loaded only when it is called."""

from __future__ import annotations

import importlib
import sys

import click

from dalil import __version__
from dalil.errors import DalilError

# (name, where it lives, one line of help): the order is the order in which a newcomer meets them.
COMMANDS = (
    ("init", "dalil.archive.commands:init_command", "Make a new, empty archive."),
    ("add", "dalil.commands:add_command", "Take files and folders in, read them, put them into incidents."),
    ("import", "dalil.commands:import_command", "Take in records and chats of others, row by row."),
    ("verify", "dalil.deep:verify_command", "Check every object, line and checkpoint."),
    ("log", "dalil.archive.commands:log_command", "Read the custody log."),
    ("read", "dalil.claims.commands:read_command", "Read reports: claims and incidents, word by word."),
    ("search", "dalil.footage.search_commands:search_command", "Find words in reports and on screens."),
    ("incidents", "dalil.incidents.commands:incidents_command", "List the incidents of an archive."),
    ("show", "dalil.incidents.commands:show_command", "Show one incident with all its words."),
    (
        "judge",
        "dalil.incidents.judge_commands:judge_command",
        "Choose a place, correct a claim, join or part incidents.",
    ),
    ("queue", "dalil.incidents.commands:queue_command", "List the incidents that may be one event, for a person."),
    ("undo", "dalil.incidents.judge_commands:undo_command", "Take a judgement back."),
    ("compare", "dalil.incidents.compare_commands:compare_command", "Hold the archive against another record."),
    ("gazetteer", "dalil.atlas.commands:gazetteer_command", "Load or fetch the place names of a country."),
    ("locate", "dalil.atlas.commands:locate_command", "Find the places that a name may mean."),
    ("date", "dalil.calendar.commands:date_command", "Find the days that a text speaks of."),
    ("match", "dalil.footage.commands:match_command", "Find where footage was seen before."),
    ("sun", "dalil.footage.sun_commands:sun_command", "Find the times of day that a shadow allows."),
    ("serve", "dalil.web.commands:serve_command", "Show an archive in the browser, on this machine alone."),
    ("account", "dalil.web.accounts.commands:account_command", "Say who may use the pages, beyond your own machine."),
    ("withhold", "dalil.archive.commands:withhold_command", "Keep values or files out of exports."),
    (
        "redact",
        "dalil.footage.redaction_commands:redact_command",
        "Take in or make a redacted copy, and log it.",
    ),
    ("faces", "dalil.footage.faces_commands:faces_command", "Propose boxes to redact, with a model of your own."),
    ("erase", "dalil.archive.commands:erase_command", "Remove values or files for good, and log it."),
    ("export", "dalil.publish.commands:export_command", "Write a case file for a court or a colleague."),
    ("checkpoint", "dalil.archive.commands:checkpoint_command", "Sign the log as it is now, for others to keep."),
    ("stamp", "dalil.archive.commands:stamp_command", "Have time-stamp authorities stamp the log."),
    ("witness", "dalil.archive.commands:witness_command", "Co-sign another organisation's checkpoint."),
    ("key", "dalil.archive.commands:key_command", "Change the signing key, or keep it encrypted."),
    ("rebuild", "dalil.commands:rebuild_command", "Make everything derived again, identically."),
    ("demo", "dalil.commands:demo_command", "Build the example archive of Kafr Naha."),
)


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is called, so that help is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, _, _ in COMMANDS]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        target = next((where for n, where, _ in COMMANDS if n == name), None)
        if target is None:
            return None
        module, _, attribute = target.partition(":")
        return getattr(importlib.import_module(module), attribute)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, _, text in COMMANDS])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dalil")
def cli() -> None:
    """Turn footage and reports of attacks on civilians into incident records that anyone can check."""


def main(arguments: list[str] | None = None) -> None:
    """The command has run; the exit status is 0 done, 1 some inputs failed, 2 could not start."""
    try:
        cli.main(args=arguments, prog_name="dalil")
    except DalilError as error:
        click.echo(f"dalil: {error}", err=True)
        sys.exit(error.exit_status)


if __name__ == "__main__":
    main()
