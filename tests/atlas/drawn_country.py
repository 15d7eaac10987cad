"""A small country drawn for the tests: invented villages in two provinces, spelt as gazetteers spell."""

# id, main name, other spellings, lat, lon, class, code, admin1, admin2, population; all villages are invented
ROWS = (
    (1, "Nahr Province", "محافظة النهر,Muhafazat an Nahr", 36.2, 37.0, "A", "ADM1", "01", "", 0),
    (2, "Sahl Province", "السهل,As Sahl", 34.7, 36.7, "A", "ADM1", "02", "", 0),
    (3, "Kafr Zarqa", "كفر زرقا,Kafr Zarqā,Kafer Zarka", 36.16, 36.98, "P", "PPL", "01", "X01", 0),
    (4, "Kafr Zurayq", "كفر زريق,Kafr Zurayq", 36.42, 37.07, "P", "PPL", "01", "X02", 0),
    (5, "Tall Ward", "تل الورد,Tell Ouard,Tall al Ward", 36.30, 37.10, "P", "PPL", "01", "X01", 0),
    (6, "Tall Ward", "تل الورد", 34.60, 36.60, "P", "PPL", "02", "X09", 0),
    (7, "Madinat an Nahr", "مدينة النهر,Nahr City", 36.20, 37.16, "P", "PPLA", "01", "X01", 400000),
    (8, "Ghuzlaniyah", "الغزلانية,Al Ghuzlānīyah,Rhozlâniyé", 34.80, 36.90, "P", "PPL", "02", "X09", 1200),
    (9, "‘Ayn Şafrā’", "عين صفراء,Ain Safra", 36.10, 37.00, "P", "PPL", "01", "X01", 0),
)


def dump(rows=ROWS) -> str:
    """The rows in GeoNames' dump format."""
    lines = []
    for n, name, others, lat, lon, kind, code, admin1, admin2, population in rows:
        cells = [
            n,
            name,
            name,
            others,
            lat,
            lon,
            kind,
            code,
            "XK",
            "",
            admin1,
            admin2,
            "",
            "",
            population,
            "",
            "",
            "",
            "",
        ]
        lines.append("\t".join(map(str, cells)))
    return "\n".join(lines) + "\n"
