"""Links made-up reports and tells time, memory and accuracy as they grow.

    python bench/linking/scale.py [REPORTS] [INCIDENTS]     100000 and 20000 if not given

Costs are CPU seconds of this process, database included; the archive is a file. Prints one JSON line a tenth, then
pairwise precision and recall of the incidents against what the generator knows.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import func, insert, select
from synthetic import reports

from dalil import db
from dalil.incidents import linking, questions


def pairs(counts) -> int:
    """How many pairs there are within groups of these sizes."""
    return sum(n * (n - 1) // 2 for n in counts)


def accuracy(conn, truth: dict[str, int]) -> dict[str, float]:
    """Pairwise precision and recall of the links, and the share of true pairs that are linked or suggested."""
    a, p = db.account.c, db.pair.c
    homes = {row.sha256: row.incident for row in conn.execute(select(a.sha256, a.incident))}
    both = pairs(Counter((homes[d], of) for d, of in truth.items()).values())
    ours, theirs = pairs(Counter(homes.values()).values()), pairs(Counter(truth.values()).values())
    whose = {row.number: (row.sha256, row.incident) for row in conn.execute(select(a.number, a.sha256, a.incident))}
    asked = suggested = 0
    for left, right in conn.execute(select(p.left, p.right)):
        (one, home), (two, other) = whose[left], whose[right]
        asked += home != other
        suggested += home != other and truth[one] == truth[two]
    return {
        "pairwise precision": round(both / ours, 4) if ours else 1.0, "pairwise recall": round(both / theirs, 4),
        "recall with suggestions": round((both + suggested) / theirs, 4),
        "suggested pairs of accounts": asked, "of them true": suggested,
    }  # fmt: skip


def main() -> None:
    """The run."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    incidents = int(sys.argv[2]) if len(sys.argv) > 2 else count // 5
    truth: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dalil.db"
        engine = db.open_engine(path)
        db.create_schema(engine)
        stream, step, spent = reports(count, incidents), count // 10, []
        for tenth in range(10):
            batch = [row for _, row in zip(range(step), stream, strict=False)]
            began = time.process_time()
            with engine.begin() as conn:
                known = {
                    "size": 1, "media_type": "text/plain", "name": "", "source": "", "captured_utc": "", "tool": "",
                    "by": "",
                }  # fmt: skip
                rows = [{**known, "seq": len(truth) + n + 1, "sha256": r[1].object} for n, r in enumerate(batch)]
                conn.execute(insert(db.capture), rows)
                for _, document, reading in batch:
                    linking.link_reading(conn, document, reading)
            spent.append(time.process_time() - began)
            truth |= {document.object: of for of, document, _ in batch}
            line = {
                "reports": len(truth), "ms a report": round(1000 * spent[-1] / max(1, len(batch)), 3),
                "MB resident": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
                "MB on disk": round(path.stat().st_size / 1e6), "tenth": tenth + 1,
            }  # fmt: skip
            print(json.dumps(line), flush=True)
        with engine.connect() as conn:
            began = time.process_time()
            waiting = questions.count_questions(conn)
            found = {
                "incidents": conn.scalar(select(func.count()).select_from(db.incident)), "true incidents": incidents,
                "cpu s": round(sum(spent), 1), "last tenth against first": round(spent[-1] / spent[0], 2),
                "questions": waiting, "cpu s to count them": round(time.process_time() - began, 2),
            }  # fmt: skip
            print(json.dumps({**found, **accuracy(conn, truth)}))
        engine.dispose()


if __name__ == "__main__":
    main()
