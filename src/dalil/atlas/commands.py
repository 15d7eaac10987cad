"""`dalil gazetteer` and `dalil locate`."""

from __future__ import annotations

import sys

import click


@click.group("gazetteer")
def gazetteer_command() -> None:
    """Load or fetch the place names of a country, and your own places.

    \b
    Examples:
      dalil gazetteer fetch SY
      dalil gazetteer load SY SY.txt
      dalil gazetteer places load villages.csv
      dalil gazetteer list
    """


@gazetteer_command.command("load")
@click.argument("country")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
def load(country: str, file: str) -> None:
    """Load FILE, in GeoNames' dump format (19 columns divided by tabs), as the gazetteer of COUNTRY.

    \b
    Example:
      dalil gazetteer load SY SY.txt
    """
    from pathlib import Path

    from dalil.atlas.manage import check_code, load_file

    code = check_code(country)
    total = load_file(code, Path(file))
    click.echo(f"{code}: {total} places loaded", err=True)


@gazetteer_command.command("fetch")
@click.argument("country")
@click.option("--from", "base", metavar="URL", help="Another place to fetch COUNTRY.zip from [env DALIL_GEONAMES_URL].")
def fetch(country: str, base: str | None) -> None:
    """Fetch the gazetteer of COUNTRY from GeoNames; a download that broke off goes on where it stopped.

    \b
    Example:
      dalil gazetteer fetch SY
    """
    from tqdm import tqdm

    from dalil.atlas.manage import check_code, fetch_country

    code = check_code(country)
    with tqdm(unit="B", unit_scale=True, desc=f"{code}.zip", disable=None, file=sys.stderr) as bar:

        def progress(done: int, total: int | None) -> None:
            bar.total = total
            bar.update(done - bar.n)

        total = fetch_country(code, base, progress)
    click.echo(f"{code}: {total} places loaded. Credit: GeoNames (geonames.org), CC BY 4.0", err=True)


@gazetteer_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="JSON lines instead of a table.")
def list_(as_json: bool) -> None:
    """List the gazetteers that are loaded.

    \b
    Example:
      dalil gazetteer list
    """
    import msgspec

    from dalil.atlas.manage import listing

    rows = listing()
    if not rows and not as_json:
        click.echo(
            'none is loaded; countries and larger towns are known all the same. Try "dalil gazetteer fetch SY"',
            err=True,
        )
    for row in rows:
        if as_json:
            click.echo(msgspec.json.encode(row).decode())
        else:
            size = f"{row['bytes'] / 1e6:.1f} MB"
            click.echo(f"{row['name']}\t{row['places']} places\t{size}\t{row['source']}\t{row['attribution']}")


@gazetteer_command.command("remove")
@click.argument("country")
def remove(country: str) -> None:
    """Remove the gazetteer of COUNTRY.

    \b
    Example:
      dalil gazetteer remove SY
    """
    from dalil.atlas import store
    from dalil.atlas.manage import check_code

    code = check_code(country)
    if not store.remove(code):
        raise click.ClickException(f"no gazetteer of {code} is loaded")
    click.echo(f"{code}: removed", err=True)


@gazetteer_command.group("places")
def places() -> None:
    """Your own places, which come before every gazetteer's.

    \b
    Example:
      dalil gazetteer places load villages.csv
    """


@places.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
def places_load(file: str) -> None:
    """Load FILE, a CSV with the columns name, variants, lat, lon, kind, note (and country, admin, if wanted).

    Variants are divided by ";". A file of the same name replaces the one before.

    \b
    Example:
      dalil gazetteer places load villages.csv
    """
    from pathlib import Path

    from dalil.atlas.own import load as load_own

    total, problems = load_own(Path(file))
    for problem in problems:
        click.echo(f"dalil: {problem}", err=True)
    click.echo(f"{total} places loaded", err=True)
    if problems:
        sys.exit(1)


@places.command("remove")
@click.argument("name")
def places_remove(name: str) -> None:
    """Take the places of the file NAME out again (see "dalil gazetteer list").

    \b
    Example:
      dalil gazetteer places remove villages
    """
    from dalil.atlas.own import remove as remove_own

    if not remove_own(name.removesuffix(".csv")):
        raise click.ClickException(f"no file of places called {name} is loaded")


@click.command("locate")
@click.argument("query", required=False)
@click.option("--country", metavar="CC", help="Two letters: only places of this country.")
@click.option("--admin", metavar="NAME", help="A province or district, in any spelling: its places come first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line instead of a table.")
@click.option(
    "--jsonl", "lines", metavar="IN.jsonl|-", is_flag=False, flag_value="-",
    help='Read JSON lines {"id", "query", "country", "admin"} and write one line for each.',
)  # fmt: skip
def locate_command(query: str | None, country: str | None, admin: str | None, as_json: bool, lines: str | None) -> None:
    """Find the places that QUERY may mean, best first, each with the steps that led to it.

    \b
    Examples:
      dalil locate "Kafrnaha" --country SY --admin Aleppo
      dalil locate "كفر ناها" --country SY --json
      dalil locate --jsonl queries.jsonl
    """
    from dalil.atlas.lines import answer_query, answer_row
    from dalil.jsonl import serve

    if lines is not None:
        source = query if lines == "-" and query else lines
        sys.exit(serve(source, answer_row, "locate", unit=" queries"))
    if not query:
        raise click.UsageError('give a name, or --jsonl IN.jsonl: dalil locate "Kafrnaha" --country SY')
    if country is not None:
        from dalil.atlas.manage import check_code

        country = check_code(country)
    click.echo(answer_query(query, country, admin, as_json=as_json))
