"""The outline under the maps, made from Natural Earth as the npm package world-atlas 2.0.2 carries it.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python tools/make_outline.py package

Writes static/outline/world.json (1:110m, one file) and outline/cells.json (1:50m, cut into cells of CELL_DEG degrees,
of which a map fetches those that it shows). Lines are integers of STEP degrees, each point as the way from the last.
`land` are rings (fill, even-odd), `coast` and `borders` are lines. Nothing in dalil derives a country from them.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

OUT = Path(__file__).parents[1] / "src" / "dalil" / "web" / "outline"
CELL_DEG = 15
STEP = 0.01
Point = tuple[float, float]


def arcs_of(topology: dict) -> list[list[Point]]:
    """The arcs in degrees. TopoJSON specification, 2.1.4."""
    (kx, ky), (dx, dy) = topology["transform"]["scale"], topology["transform"]["translate"]
    found = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for px, py in arc:
            x, y = x + px, y + py
            line.append((x * kx + dx, y * ky + dy))
        found.append(line)
    return found


def rings_of(geometry: dict) -> list[list[int]]:
    """The rings of a polygon or of several, each a list of arc numbers."""
    arcs = geometry.get("arcs", [])
    return [ring for polygon in ([arcs] if geometry["type"] == "Polygon" else arcs) for ring in polygon]


def joined(ring: list[int], arcs: list[list[Point]]) -> list[Point]:
    """The points of a ring; a negative number is an arc run backwards."""
    points: list[Point] = []
    for number in ring:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points += arc[1:] if points else arc
    return points


def cut_ring(ring: list[Point], box: tuple[float, float, float, float]) -> list[Point]:
    """The part of a ring within a box (Sutherland and Hodgman)."""
    for axis, limit, sign in ((0, box[0], 1), (0, box[2], -1), (1, box[1], 1), (1, box[3], -1)):
        kept: list[Point] = []
        for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
            inside_a, inside_b = sign * (a[axis] - limit) >= 0, sign * (b[axis] - limit) >= 0
            if inside_a:
                kept.append(a)
            if inside_a != inside_b:
                share = (limit - a[axis]) / (b[axis] - a[axis])
                kept.append((a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])))
        ring = kept
        if not ring:
            return []
    return ring


def coded(points: list[Point]) -> list[int]:
    """x, y, then steps; points that fall on the one before are left out."""
    out: list[int] = []
    x = y = 0
    for px, py in points:
        nx, ny = round(px / STEP), round(py / STEP)
        if not out or (nx, ny) != (x, y):
            out += [nx, ny] if not out else [nx - x, ny - y]
            x, y = nx, ny
    return out


def cell_of(point: Point) -> str:
    """The cell that holds a point."""
    return f"{int(point[0] // CELL_DEG)},{int(point[1] // CELL_DEG)}"


def layers(folder: Path, scale: str) -> tuple[list[list[Point]], list[list[Point]], list[list[Point]]]:
    """(land rings, coast lines, border lines)."""
    topology = json.loads((folder / f"countries-{scale}.json").read_text("utf-8"))
    arcs = arcs_of(topology)
    uses = Counter(
        n if n >= 0 else ~n
        for country in topology["objects"]["countries"]["geometries"]
        for ring in rings_of(country)
        for n in ring
    )
    land = [joined(r, arcs) for g in topology["objects"]["land"]["geometries"] for r in rings_of(g)]
    coast = [arcs[n] for n, times in sorted(uses.items()) if times == 1]
    return land, coast, [arcs[n] for n, times in sorted(uses.items()) if times > 1]


def pieces(line: list[Point]) -> list[tuple[str, list[Point]]]:
    """The line cut where it passes from cell to cell; each piece reaches one point into the next."""
    cut: list[tuple[str, list[Point]]] = []
    for point in line:
        cell = cell_of(point)
        if cut and cut[-1][0] == cell:
            cut[-1][1].append(point)
        else:
            if cut:
                cut[-1][1].append(point)
            cut.append((cell, [point]))
    return [(cell, points) for cell, points in cut if len(points) > 1]


def main(folder: Path) -> None:
    land, coast, borders = layers(folder, "110m")
    world = {
        "step": STEP,
        "land": [*map(coded, land)],
        "coast": [*map(coded, coast)],
        "borders": [*map(coded, borders)],
    }
    (OUT.parent / "static" / "outline" / "world.json").write_text(json.dumps(world, separators=(",", ":")) + "\n")

    land, coast, borders = layers(folder, "50m")
    cells: dict[str, dict[str, list]] = defaultdict(lambda: {"land": [], "coast": [], "borders": []})
    for west in range(-180, 180, CELL_DEG):
        for south in range(-90, 90, CELL_DEG):
            box = (west, south, west + CELL_DEG, south + CELL_DEG)
            rings = [part for ring in land if len(part := coded(cut_ring(ring, box))) > 4]
            if rings:
                cells[cell_of((west, south))]["land"] = rings
    for name, lines in (("coast", coast), ("borders", borders)):
        for line in lines:
            for cell, points in pieces(line):
                if len(part := coded(points)) > 2:
                    cells[cell][name].append(part)
    rows = ",\n".join(f"{json.dumps(k)}:{json.dumps(v, separators=(',', ':'))}" for k, v in sorted(cells.items()))
    (OUT / "cells.json").write_text("{\n" + rows + "\n}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
