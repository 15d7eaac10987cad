"""Headers, files and searches a second, on texts and files of our own."""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import create_engine

from dalil import db
from dalil.claims import search, store
from dalil.claims.text import extract
from dalil.claims.text.pasted import find_header
from dalil.records import Document

FILES = Path(__file__).parents[1] / "tests" / "text" / "files"
HEAD = "Lina Marsh\n\nVideo shows a village after the raid\n\nThe boy ran from the house [Wadi24]\n\n"
HEAD += "Date of publication: 5 November, 2016\n\n"
SENTENCES = (
    "Residents of the village said that two aircraft circled above the market before the first strike. ",
    "At least {n} people were killed in house {n} of the upper street, among them the owner of a bakery. ",
    "Rescue workers carried the wounded to a school that serves as a shelter for displaced families.\n\n",
)
DOCUMENTS = 2000


def best_s(work: Callable[[], object], times: int = 5) -> float:
    """The shortest processor time of several runs, in seconds."""
    runs = []
    for _ in range(times):
        start = time.process_time()
        work()
        runs.append(time.process_time() - start)
    return min(runs)


def main() -> None:
    """Rows for the table: milliseconds a header, a pdf page and a web page; documents indexed a second; a search."""
    text = HEAD + "".join(sentence.format(n=n) for n in range(10) for sentence in SENTENCES)
    paragraphs = "".join(f"<p>{line}</p>" for line in text.splitlines())
    page = f"<html><body><article><h1>A raid</h1>{paragraphs}</article></body></html>"
    result = {"header_ms": 1000 * best_s(lambda: [find_header(text) for _ in range(100)]) / 100}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(page, "utf-8")
        result["html_ms"] = 1000 * best_s(lambda: extract(path, "text/html", name="page", object="0" * 64))
    pdf = FILES / "arabic_chromium.pdf"
    result["arabic_pdf_page_ms"] = 1000 * best_s(lambda: extract(pdf, "application/pdf", name="pdf", object="0" * 64))
    result |= searching(text)
    for name, value in result.items():
        print(json.dumps({"what": f"text: {name}", "figure": round(value, 2), "unit": "as named"}))


def searching(text: str) -> dict[str, float]:
    """How fast documents of 3,000 characters are indexed, and one search over them."""
    engine = create_engine("sqlite://")
    db.create_schema(engine)
    documents = []
    for number in range(DOCUMENTS):
        body = text.replace("baker", f"trade{number % 97}")
        documents.append(Document(hashlib.sha256(str(number).encode()).hexdigest(), body, *[None] * 6, (), ()))
    with engine.begin() as conn:
        search.ensure_index(conn)
        for document in documents:
            store.save_document(conn, document, None)
        start = time.perf_counter()
        for document in documents:
            search.index_document(conn, document)
        taken = time.perf_counter() - start
        asked = best_s(lambda: search.search(conn, "trade7* market killed"))
    return {"indexed_a_second": DOCUMENTS / taken, "search_ms": 1000 * asked}


if __name__ == "__main__":
    main()
