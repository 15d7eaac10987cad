"""Puts accounts into incidents, and keeps them there as judgements come and go.

Which accounts stand together is a function of all accounts and of the judgements that stand (graph.py). A new account
or judgement touches only the component that it belongs to, so that only that one is looked at again: adding in any
steps, undoing and rebuilding give the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sqlalchemy import bindparam, delete, insert, or_, select
from sqlalchemy.engine import Connection

from dalil import db
from dalil.archive import judgements
from dalil.incidents import blocking, copies, likeness, recordings, store
from dalil.incidents.assembly import assemble, name_incident
from dalil.incidents.graph import Component, Pair, clusters, is_edge
from dalil.incidents.profile import Profile, profile_of
from dalil.incidents.verdicts import grade_set, links_of, refs_of
from dalil.records import Account, Claim, Document, Judgement, Reading

# SQLite allows 32,766 values in one statement.
ASKED_AT_ONCE = 500
# Both sides of the tables of pairs, built once.
AT = {
    table.name: [
        select(table).where(column.in_(bindparam("numbers", expanding=True)))
        for column in (table.c.left, table.c.right)
    ]
    for table in (db.pair, db.judged_pair)
}


def link_reading(conn: Connection, document: Document, reading: Reading) -> tuple[str, ...]:
    """Every incident of the reading belongs to an incident of the archive; their ids, in the reading's order.

    An older state of the document is replaced.
    """
    settle(conn, take_out(conn, document.object))
    if reading.incidents:
        judged = judgements.standing(conn, document=document.object)
        made = (account_of(document, reading, i, judged) for i in range(len(reading.incidents)))
        settle(conn, add_accounts(conn, document, list(made), judged))
    return store.incidents_of_document(conn, document.object)


def unlink_document(conn: Connection, document: str) -> None:
    """The archive's incidents are as if the document had never been read."""
    settle(conn, take_out(conn, document))


def relink(conn: Connection, made: Iterable[Judgement]) -> None:
    """The incidents are what the judgements that stand now make of them; those of `made` were made or taken back.

    Judgements on readings are not followed here: their documents are linked again by `link_reading`.
    """
    touched: set[int] = set()
    for judgement in made:
        refs = refs_of(judgement)
        touched |= {n for ref in refs if (n := store.find_account(conn, ref)) is not None}
        for ref in refs[:1] if judgement.kind == "link" else ():
            resolve_judgements(conn, ref.document)
    settle(conn, touched)


def account_of(document: Document, reading: Reading, index: int, judged: Iterable[Judgement] = ()) -> Account:
    """What the document says of its incident number `index`, with the claims that it rests on.

    `judged` are the judgements that stand on the document; the account names those that shaped it.
    """
    event = reading.incidents[index]
    claims = tuple(reading.claims[i] for i in event.claims)
    voices = dict.fromkeys(c.said_by.name for c in claims if c.said_by)
    return Account(
        document=document.object,
        index=index,
        title=reading.title or document.title,
        author=reading.author or document.author,
        publisher=reading.publisher or document.publisher,
        published=reading.published or document.published,
        lang=reading.lang or document.lang,
        voices=tuple(voices),
        event=event,
        claims=claims,
        link=(),
        judgements=tuple(j.seq for j in judged if overrules(j, claims)),
    )


def overrules(judgement: Judgement, claims: Iterable[Claim]) -> bool:
    """Whether the judgement is on the words of one of these claims, or on the words that place it."""
    words = {("claim", c.quote.start, c.quote.end) for c in claims}
    words |= {("place", c.where.quote.start, c.where.quote.end) for c in claims if c.where and c.where.quote}
    return (judgement.kind, judgement.subject.get("start"), judgement.subject.get("end")) in words


# ------------------------------------------------------------------ accounts and pairs


def add_accounts(
    conn: Connection, document: Document, accounts: list[Account], judged: Iterable[Judgement]
) -> set[int]:
    """The document's accounts stand, those that nothing ties to others in incidents of their own; the rest of them."""
    text = store.text_of(conn, document.object)
    if text == document.object:  # the rows of a table are like each other by their columns alone
        copies.remember(conn, document.object, document.text)
    linked = any(j.kind == "link" for j in judged)
    tied = set()
    for account in accounts:
        number, paired = add_account(conn, account, text)
        if paired or linked:
            tied.add(number)
        else:
            alone = assemble(name_incident(account), (account,), set_grade=grade_set(conn, (account,), judged))
            store.save_incident(conn, alone, number, new=True)
    if linked:
        resolve_judgements(conn, document.object)
    return tied


def add_account(conn: Connection, account: Account, text: str) -> tuple[int, bool]:
    """The account stands in the database with its pairs, for now alone; its number, and whether it has any pair."""
    number, profile = store.account_number(conn, account.document, account.index), profile_of(account, text)
    rows = [
        row for other, theirs in blocking.candidates(conn, profile) if (row := pair_of(number, profile, other, theirs))
    ]
    if rows:
        conn.execute(insert(db.pair), rows)
    store.save_account(conn, number, account, profile, name_incident(account))
    blocking.place_in_blocks(conn, number, profile)
    recordings.note_mention(conn, number, account)
    return number, bool(rows)


def pair_of(number: int, profile: Profile, other: int, theirs: Profile) -> dict[str, object] | None:
    """The pair as a row; None where the evidence says that the two are different."""
    (left, one), (right, two) = sorted(((number, profile), (other, theirs)), key=lambda side: side[0])
    evidence = likeness.weigh(one, two)
    verdict = likeness.judge(evidence)
    if verdict == "different":
        return None
    return {"left": left, "right": right, "verdict": verdict, "score": round(1000 * likeness.score(evidence))}


def take_out(conn: Connection, document: str) -> set[int]:
    """Nothing of the document's accounts stands any more; the accounts that were tied to them."""
    a = db.account.c
    numbers = set(conn.scalars(select(a.number).where(a.sha256 == document)))
    if not numbers:
        return set()
    copies.forget(conn, document)
    homes = list(conn.scalars(select(a.incident).where(a.number.in_(numbers)).distinct()))
    tied = {n for home in homes for n in store.numbers_of(conn, home)}
    for number, profile in store.load_profiles(conn, numbers).items():
        tied |= {n for pair in pairs_at(conn, [number]) for n in (pair.left, pair.right)}
        blocking.remove_from_blocks(conn, number, profile)
        for table in (db.pair, db.judged_pair):
            conn.execute(delete(table).where(or_(table.c.left == number, table.c.right == number)))
        conn.execute(delete(db.mention).where(db.mention.c.number == number))
    conn.execute(delete(db.account).where(a.sha256 == document))
    for home in homes:
        if not store.numbers_of(conn, home):
            store.delete_incident(conn, home)
    return tied - numbers


def resolve_judgements(conn: Connection, document: str) -> None:
    """The judgements that stand on links of the document's accounts stand in their table, and no others."""
    a, j = db.account.c, db.judged_pair.c
    own = list(conn.scalars(select(a.number).where(a.sha256 == document)))
    for at in range(0, len(own), ASKED_AT_ONCE):
        part = own[at : at + ASKED_AT_ONCE]
        conn.execute(delete(db.judged_pair).where(or_(j.left.in_(part), j.right.in_(part))))
    rows = {}
    for left, right, verdict, seq in links_of(conn, document):
        numbers = [store.find_account(conn, ref) for ref in (left, right)]
        if None not in numbers and numbers[0] != numbers[1]:
            pair = tuple(sorted(numbers))
            rows[pair] = {"left": pair[0], "right": pair[1], "verdict": verdict, "seq": seq}
    if rows:
        conn.execute(insert(db.judged_pair), list(rows.values()))


def pairs_at(conn: Connection, numbers: Iterable[int]) -> list:
    """The rows of all pairs that hold one of the accounts."""
    return rows_at(conn, db.pair, numbers)


def rows_at(conn: Connection, table, numbers: Iterable[int]) -> list:
    """The rows of a table of pairs that hold one of the accounts; a row between two of them comes once."""
    wanted, rows = sorted(numbers), {}
    for at in range(0, len(wanted), ASKED_AT_ONCE):
        part = wanted[at : at + ASKED_AT_ONCE]
        for query in AT[table.name]:
            rows |= {(row.left, row.right): row for row in conn.execute(query, {"numbers": part})}
    return list(rows.values())


# ------------------------------------------------------------------ components and incidents


def settle(conn: Connection, touched: Iterable[int]) -> None:
    """Every account of the touched components stands in the incident that the graph gives it; records are anew."""
    touched = set(touched)
    changed: set[str] = set()
    for component in components(conn, touched):
        names, homes = homes_of(conn, component.texts)
        for cluster in clusters(component):
            name = names[cluster[0]]
            moved = [n for n in cluster if homes[n] != name]
            store.assign(conn, moved, name)
            changed |= {homes[n] for n in moved}
            if moved or not touched.isdisjoint(cluster):
                changed.add(name)  # also where a judgement on others alone set an account free
    for incident_id in sorted(changed):
        save_computed(conn, incident_id)


def homes_of(conn: Connection, numbers: Iterable[int]) -> tuple[dict[int, str], dict[int, str]]:
    """The id that each account would found, and the incident that it stands in."""
    rows = store.read_accounts(conn, numbers, db.account.c.founds, db.account.c.incident)
    return {n: name for n, name, _ in rows}, {n: home for n, _, home in rows}


def components(conn: Connection, touched: Iterable[int]) -> Iterator[Component]:
    """The components of those accounts, each once, by the first account in the log."""
    waiting = set(touched)
    while waiting:
        found = component_of(conn, min(waiting))
        waiting -= found.texts.keys()
        yield found


def component_of(conn: Connection, seed: int) -> Component:
    """Everything that hangs together with the account by pairs called the same, with all pairs between."""
    seen, frontier = {seed}, {seed}
    pairs: dict[tuple[int, int], Pair] = {}
    judged: dict[tuple[int, int], str] = {}
    while frontier:
        judged |= {(row.left, row.right): row.verdict for row in rows_at(conn, db.judged_pair, frontier)}
        found = {(r.left, r.right): Pair(r.verdict == "same", r.score) for r in pairs_at(conn, frontier)}
        pairs |= found
        near = {p for p in found if is_edge(p, found[p], judged)} | {p for p, v in judged.items() if v == "same"}
        frontier = {n for pair in near for n in pair} - seen
        seen |= frontier
    texts = dict(tuple(row) for row in store.read_accounts(conn, seen, db.account.c.text))
    return Component(
        texts=texts,
        pairs={p: v for p, v in pairs.items() if p[0] in texts and p[1] in texts},
        judged={p: v for p, v in judged.items() if p[0] in texts and p[1] in texts},
        join_at=round(1000 * likeness.weights()["join_at"]),
    )


def save_computed(conn: Connection, incident_id: str) -> None:
    """The incident's row is what its accounts make of it; an incident without accounts is gone."""
    found = store.load_accounts(conn, store.numbers_of(conn, incident_id))
    if not found:
        store.delete_incident(conn, incident_id)
        return
    accounts = tuple(found.values())
    alike = copies.families(conn, [a.document for a in accounts])
    incident = assemble(incident_id, accounts, copies=alike, set_grade=grade_set(conn, accounts))
    store.save_incident(conn, incident, min(found))


def replace_accounts(incident, accounts: tuple[Account, ...]):
    """The incident as these of its accounts alone make it; what was found around it is left as it was."""
    made = assemble(incident.id, accounts)
    return replace(made, footage=incident.footage, neighbours=incident.neighbours)
