"""The people of an incident: whole sentences, single people first, names of the living withheld."""

from dataclasses import replace
from datetime import date

import web_archive
from hypothesis import given
from hypothesis import strategies as st

from dalil.incidents.veil import Veil, names_of, veiled
from dalil.records import Account, Incident, Quote, Victim
from dalil.web import people
from dalil.web.people import sentences_around


def incident_of(report) -> Incident:
    event = web_archive.merged(report.claims, report.incidents[0])
    claims = tuple(report.claims[i] for i in event.claims)
    named = (report.title, report.author, report.publisher, report.published, report.lang)
    account = Account("a" * 64, 0, *named, (), event, claims, ())
    return Incident("i", "t", event.type, event.when, event.where, None, None, None, (account,), (), ())


def told(report):
    return people.testimonies(incident_of(report), {"a" * 64: report.text})


def test_one_person_comes_before_a_group_and_the_words_are_whole_sentences():
    excerpts = [t.quote.text for t in told(web_archive.news())]
    assert excerpts[0].startswith("A small boy") and excerpts[0].endswith("carried him away alive.")
    assert excerpts[-1] == "Several infants were among the dead."
    assert all(web_archive.NEWS[t.quote.start : t.quote.end] == t.quote.text for t in told(web_archive.news()))


def test_pieces_are_the_excerpt_but_for_withheld_names():
    for one in told(web_archive.news()):
        shown = "".join(piece.text or "Umm Khalid" for piece in one.pieces)
        assert shown == one.quote.text


def test_the_dead_keep_their_names_and_the_living_are_withheld():
    dead = Victim(("Amal Haddad",), 1, "death", True, 41, "female", ())
    alive = Victim(("Sami Nasser", "Sami", "the boy", "he"), 1, "rescued", True, None, None, ())
    incident = incident_of(web_archive.news())
    account = incident.accounts[0]
    account = replace(account, event=replace(account.event, victims=(dead, alive)))
    veil = Veil(replace(incident, accounts=(account,)))
    text = "Amal Haddad died. Sami Nasser lived; Sami and the boy he was, not Samiha."
    assert veil.over(text, "x") == "Amal Haddad died. [x] lived; [x] and the boy he was, not Samiha."
    assert names_of(alive) == ["Sami Nasser", "Sami"]


def test_a_headline_is_left_out_where_the_report_says_more():
    text = "Raid kills 17 people\n\nSeventeen villagers, most of them farmers, were killed."
    q = web_archive.Words(text)

    def killed(words: str, who: str):
        victim = Victim((who,), 17, "death", False, None, None, (q(who),))
        return web_archive.claim("airstrike", "reported", q(words), victims=(victim,))

    first, second = killed("Raid kills 17 people", "17 people"), killed("Seventeen villagers", "villagers")
    report = web_archive.Report(
        "n", text, "Raid kills 17 people", "P", date(2020, 1, 1), "en", [first, second], ((0, 1),)
    )
    assert [t.quote.text for t in told(report)] == ["Seventeen villagers, most of them farmers, were killed."]
    alone = web_archive.Report("n", text, "Raid kills 17 people", "P", date(2020, 1, 1), "en", [first], ((0,),))
    assert [t.quote.text for t in told(alone)] == ["Raid kills 17 people"]


@given(st.text(alphabet="aB. \n؟!”1ق", min_size=1, max_size=80), st.data())
def test_sentences_hold_the_quote(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    first, last = sentences_around(text, Quote(start, end, text[start:end]))
    assert 0 <= first <= start and end <= last <= len(text)


def test_reports_that_quote_one_voice_are_told():
    from dalil.web.pages.incident import shared_voices

    incident = incident_of(web_archive.news())
    account = incident.accounts[0]
    quoting = [replace(account, voices=v) for v in (("SOHR", "a medic"), ("sohr",), ("A resident", "SOHR", "sohr"))]
    assert shared_voices(replace(incident, accounts=tuple(quoting))) == [("SOHR", 3)]


def test_a_whole_record_is_veiled_in_every_text_of_it():
    alive = Victim(("Sami Nasser",), 1, "rescued", True, None, None, (Quote(3, 14, "Sami Nasser"),))
    incident = incident_of(web_archive.news())
    account = replace(incident.accounts[0], title="Sami Nasser lives")
    account = replace(account, event=replace(account.event, victims=(alive,)))
    bare = veiled(replace(incident, accounts=(account,)), "name withheld")
    assert "Sami" not in repr(bare) and bare.accounts[0].title == "[name withheld] lives"
    alone = replace(incident.accounts[0], event=replace(account.event, victims=()))
    nobody = replace(incident, accounts=(alone,))
    assert veiled(nobody, "x") is nobody
