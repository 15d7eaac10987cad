"""`dalil sun`: the times of a day that a shadow allows."""

from __future__ import annotations

import sys

import click


@click.command("sun")
@click.option("--place", metavar="NAME", help="A place by name; the best candidate is taken and told on stderr.")
@click.option("--country", metavar="CC", help="Two letters: only places of this country.")
@click.option("--admin", metavar="NAME", help="A province or district of the place.")
@click.option("--at", "position", metavar="LAT,LON", help="A position instead of a place.")
@click.option("--date", "day", metavar="YYYY-MM-DD", required=True, help="The local day.")
@click.option("--zone", default="UTC", show_default=True, help="Time zone: a name such as Asia/Damascus, or +02:00.")
@click.option(
    "--shadow-ratio", metavar="R±T", help="Shadow's length over height: 2.0±10% or 2.0±0.2 (+- will do for ±)."
)
@click.option("--azimuth", metavar="A±T", help="The way the shadow points, degrees from north through east: 330±10.")
@click.option("--sun-azimuth", metavar="A±T", help="The way to the sun instead: 150±10.")
@click.option("--plot", type=click.Path(dir_okay=False), help="Write the day as an SVG picture here.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line instead of a table.")
def sun_command(place, country, admin, position, day, zone, shadow_ratio, azimuth, sun_azimuth, plot, as_json) -> None:
    """Find the times of day at which the sun fits a shadow in a picture.

    \b
    Examples:
      dalil sun --at 36.1682,36.9846 --date 2016-11-04 --zone +02:00 --shadow-ratio 2.0±10% --azimuth 330±10
      dalil sun --place "Kafr Naha" --country SY --date 2016-11-04 --zone Asia/Damascus --plot day.svg
    """
    from datetime import date
    from pathlib import Path

    import msgspec

    from dalil.footage.sun import Wanted, day_plot, fitting_windows
    from dalil.footage.sun_words import angle, parse_position, parse_zone, ratio, shown

    try:
        on, where = date.fromisoformat(day), parse_zone(zone)
        wanted = Wanted(ratio(shadow_ratio), angle(azimuth), angle(sun_azimuth))
        lat, lon = parse_position(position) if position else _place(place, country, admin)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    windows = fitting_windows(on, where, lat, lon, wanted)
    if plot:
        Path(plot).write_text(day_plot(on, where, lat, lon, windows), "utf-8")
    if as_json:
        row = {"lat": lat, "lon": lon, "date": on, "zone": zone, "windows": windows}
        click.echo(msgspec.json.encode(row).decode())
        return
    for window in windows:
        click.echo(shown(window, where))
    if not windows:
        click.echo("no time of that day fits: check the date, the zone and the tolerances", err=True)


def _place(name: str | None, country: str | None, admin: str | None) -> tuple[float, float]:
    """The position of the best candidate of a name, told with the next ones, never silently."""
    from dalil.atlas import locate

    if not name:
        raise ValueError("give --place NAME or --at LAT,LON")
    found = locate(name, country=country.upper() if country else None, admin=admin, limit=3)
    if not found:
        raise ValueError(
            f'no place is like {name!r}; give --at LAT,LON, or load a gazetteer with "dalil gazetteer fetch"'
        )
    for n, candidate in enumerate(found):
        lead = "taken: " if n == 0 else "       not "
        where = ", ".join((*candidate.admin, candidate.country))
        print(
            f"{lead}{candidate.name} ({where}) {candidate.lat} {candidate.lon}, {candidate.score:.2f}", file=sys.stderr
        )
    return found[0].lat, found[0].lon
