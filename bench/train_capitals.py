"""Learns which words are ordinary where a text is all capitals, from the MUC-4 training texts (public domain).

    python bench/train_capitals.py ../shared/data/muc4/docs_train.jsonl ../shared/data/muc4/gold_train.json

A word is ordinary when at least two texts use it and it hardly ever stands in a name of the answer keys. In capitals a
run of words that are not ordinary may be a name. Writes src/dalil/claims/languages/en/ordinary.txt.
"""

import json
import re
import sys
from collections import Counter
from pathlib import Path

OUT = Path(__file__).parents[1] / "src/dalil/claims/languages/en/ordinary.txt"
LEAST_TEXTS = 2
MOST_NAMED = 0.1  # share of a word's texts in which it stands in an answer's name; tuned on the training texts
WORD = re.compile(r"[a-z]{2,}")


def main(docs: str, gold: str) -> None:
    """The word list is written; prints how many words it holds."""
    used, named = Counter(), Counter()
    for row in map(json.loads, Path(docs).read_text("utf-8").splitlines()):
        used.update(set(WORD.findall(row["text"].lower())))
    for row in map(json.loads, Path(gold).read_text("utf-8").splitlines()):
        words = set()
        for template in row["templates"]:
            for entity in template["Victim"]:
                for mention in entity:
                    words.update(WORD.findall(mention[0].lower()))
        named.update(words)
    ordinary = sorted(w for w, n in used.items() if n >= LEAST_TEXTS and named[w] <= MOST_NAMED * n)
    head = "# source: learned by bench/train_capitals.py from the training texts of MUC-4 (public domain).\n"
    OUT.write_text(head + "\n".join(ordinary) + "\n", "utf-8")
    print(len(ordinary), "words")


if __name__ == "__main__":
    main(*sys.argv[1:])
