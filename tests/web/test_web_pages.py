"""What the pages say, and in which order."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit
from zlib import crc32

import pytest
import web_archive
from sqlalchemy import select

from dalil import db
from dalil.archive import Archive


def text_of(html: str) -> str:
    html = re.sub(r"(?s)<(script|style|template|head).*?</\1>", " ", html)
    text = " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
    return re.sub(r"[\u2068\u2069]", "", text)


@pytest.fixture(scope="session")
def incident(client, made):
    return client.get(f"/incidents/{made.incident}").text


def section(html: str, name: str) -> str:
    start = html.index(f'<section id="{name}"')
    return html[start : html.index("</section>", start)]


def test_the_list_shows_the_toll_as_the_disagreement_that_it_is(client, made):
    text = text_of(client.get("/incidents").text)
    assert "at least 17 10 8–15 ≠ disputed" in text
    assert "Russian suspected · 2 reports" in text
    assert text.index("5 November 2016") < text.index("4 November 2016") < text.index("2 November 2016")


def test_the_list_can_be_narrowed(client):
    page = text_of(client.get("/incidents", params={"words": "2016-11-02"}).text)
    assert "2 November 2016" in page and "4 November 2016" not in page
    none = text_of(client.get("/incidents", params={"words": "<b>nowhere</b>"}).text)
    assert (
        "No incident matches" in none
        and "<b>nowhere</b>" not in client.get("/incidents", params={"words": "<b>nowhere</b>"}).text
    )


def test_an_empty_archive_says_what_to_do(empty_client):
    page = text_of(empty_client.get("/incidents").text)
    assert "dalil add --archive" in text_of(empty_client.get("/").text)
    assert "No incidents yet" in page and "dalil add --archive" in page
    assert "dalil add --archive" in text_of(empty_client.get("/sources").text)
    assert empty_client.get("/outlook").status_code == empty_client.get("/log").status_code == 200


def test_people_come_first_and_numbers_after(incident):
    order = ["people", "claims", "numbers", "footage", "outlook", "neighbours", "linked", "custody"]
    places = [incident.index(f'<section id="{name}"') for name in order]
    assert places == sorted(places)
    first = text_of(section(incident, "people"))
    assert first.index("A small boy") < first.index("Several infants")
    assert "A small boy : rescued" in first


def test_the_name_of_the_living_is_withheld_everywhere_on_the_page(incident):
    assert "Umm Khalid" not in incident
    assert "name withheld" in text_of(section(incident, "people"))
    assert "a teacher" in section(incident, "people")


def test_each_value_leads_to_its_words(client, incident, made):
    ledger = section(incident, "claims")
    values = re.findall(r'class="value" href="(/sources/[0-9a-f]{64})#([cw][\d-]+)"[^>]*>([^<]+)<', ledger)
    assert len(values) >= 15
    pages = {path: client.get(path).text for path, _, _ in values}
    for path, anchor, _ in values:
        assert f'id="{anchor}"' in pages[path]
    anchors = {unescape(value).strip("\u2068\u2069"): anchor for path, anchor, value in values if made.news in path}
    start, end = map(int, anchors["at least 17"][1:].split("-"))
    assert web_archive.NEWS[start:end] == "At least 17 people"


def test_the_ledger_has_a_row_for_each_report(incident):
    ledger = text_of(section(incident, "claims"))
    for words in (
        "The Example Courier",
        "صحيفة المثال",
        "Example Monitor",
        "at least 17",
        "8–15",
        "20–25",
        "suspected",
    ):
        assert words in ledger
    assert "accused by المرصد السوري لحقوق الإنسان" in ledger


def test_numbers_name_their_rule_and_the_reports_that_bound_them(incident):
    numbers = section(incident, "numbers")
    text = text_of(numbers)
    assert "8–17 or more" in text and "disputed" in text and "Rule: lowest and highest counts" in text
    assert len(re.findall(r'<p class="note">.*?</p>', numbers, re.S)[0].split("/sources/")) == 4


def test_forecasts_stand_apart(incident):
    outlook = text_of(section(incident, "outlook"))
    for words in ("forecast", "usual, not one event", "a sum of many events", "denied", "threatened"):
        assert words in outlook
    assert "assault on the eastern districts" not in text_of(section(incident, "claims"))


def test_neighbours_and_links_give_reasons(incident):
    assert "2016-11-05" in section(incident, "neighbours") and "different" in section(incident, "neighbours")
    assert "place" in text_of(section(incident, "linked")) and "km apart" in section(incident, "linked")


def test_custody_names_every_object_and_its_line(incident, made):
    custody = section(incident, "custody")
    assert made.news in custody and made.clip in custody and "/log/1" in custody


def test_a_drawn_clip_says_so_before_it_is_shown(incident):
    footage = section(incident, "footage")
    assert "Drawn by a script for tests" in footage
    assert footage.index("Drawn by a script") < footage.index("<template>")


def test_no_still_and_no_player_stands_outside_a_template(client, incident, made):
    for html in (incident, client.get(f"/footage/{made.clip}").text):
        shown = re.sub(r"(?s)<template>.*?</template>", "", html)
        assert "<img" not in shown and "<video" not in shown and "/stills/" not in shown
        assert "/stills/0" in html and 'class="stage grey"' in html and re.search(r"<video[^>]* muted", html)


def test_the_outlook_lists_forecasts_and_threats_alone(client):
    page = text_of(client.get("/outlook").text)
    assert "Many expect an assault" in page and "threatened" in page
    assert "everyday news" not in page and "At least 17" not in page


def test_the_source_holds_the_whole_text(client, made):
    html = client.get(f"/sources/{made.news}").text
    article = html[html.index("<article") : html.index("</article>")]
    paragraphs = [unescape(re.sub(r"<[^>]+>", "", p)) for p in re.findall(r'(?s)<p dir="auto">(.*?)</p>', article)]
    assert paragraphs == web_archive.NEWS.strip().split("\n\n")
    assert made.news in html and "2016-11-05-courier.txt" in html and f'href="/objects/{made.news}"' in html


def test_the_log_shows_acts_and_values_newest_first(client):
    text = text_of(client.get("/log").text)
    assert text.index("clip.mp4") < text.index("2016-11-05-courier.txt")
    one = text_of(client.get("/log/1").text)
    assert '"act":"capture"' in one and "a tester" in one


@pytest.mark.parametrize("path", ["/log/99999", "/log/9" * 12, "/incidents/no", "/sources/" + "0" * 64, "/sources/x",
                                  "/footage/" + "0" * 64, "/objects/" + "0" * 64, "/nothing"])  # fmt: skip
def test_what_is_not_there_is_a_page_that_says_so(client, path):
    answer = client.get(path)
    assert answer.status_code == 404 and "There is no such page" in answer.text


@pytest.mark.parametrize(
    "path", ["/?page=2", "/?page=x", "/?page=-1", "/?page=99999999999999999999", "/log?page=7", "/outlook?page=3"]
)
def test_any_page_number_is_answered(client, path):
    assert client.get(path).status_code == 200


# ------------------------------------------------------------------ Arabic


def pages(made):
    return ["/", f"/incidents/{made.incident}", f"/sources/{made.arabic}", f"/footage/{made.clip}", "/sources",
            "/outlook", "/log", "/log/0", "/missing", f"/incidents/{made.hostile_incident}"]  # fmt: skip


def test_arabic_pages_are_arabic_and_run_from_right_to_left(client, made):
    for path in pages(made):
        html = client.get(path, params={"lang": "ar"}).text
        assert '<html lang="ar" dir="rtl">' in html
        client.cookies.clear()


def test_arabic_pages_hold_no_english_word_of_ours(client, made):
    english = {
        "Incidents",
        "Sources",
        "Killed",
        "disputed",
        "suspected",
        "rescued",
        "Airstrike",
        "forecast",
        "November",
    }
    for path in pages(made)[:9]:
        text = text_of(client.get(path, params={"lang": "ar"}).text)
        client.cookies.clear()
        quoted = text_of(web_archive.NEWS) + " Monitoring note, 2 4 5 November 2016 " + web_archive.NOTE
        assert {word for word in english if word in text and word not in quoted} == set(), path


def test_the_language_is_kept(client, made):
    answer = client.get("/incidents", params={"lang": "ar"})
    assert "dalil_lang=ar" in answer.headers["set-cookie"] and "httponly" in answer.headers["set-cookie"].lower()
    assert f"/incidents/{made.incident}?lang=ar" in answer.text
    assert 'dir="rtl"' in client.get("/log").text
    assert 'dir="ltr"' in client.get("/log", params={"lang": "en"}).text.split("<head>")[0]
    client.cookies.clear()
    assert 'dir="ltr"' in client.get("/log").text.split("<head>")[0]
    assert client.get("/incidents", params={"lang": "xx"}).status_code == 200


def test_the_switch_stays_on_the_page(client, made):
    html = client.get("/incidents", params={"words": "kafr", "page": "1"}).text
    assert re.search(r'class="switch" href="/incidents\?words=kafr&amp;page=1&amp;lang=ar"', html)


# ------------------------------------------------------------------ search


def test_search_finds_words_across_spellings_and_leads_to_them(client, made):
    html = client.get("/search", params={"q": "الانقاض"}).text
    found = re.search(rf'href="(/sources/{made.arabic}\?at=(\d+)-(\d+))#(w[\d-]+)"', html)
    assert found and "الأنقاض" in web_archive.ARABIC[int(found[2]) : int(found[3])]
    source = client.get(unescape(found[1])).text
    assert f'id="{found[4]}"' in source and "found by search" in source
    assert made.incident in html


def test_search_says_when_nothing_is_found(client):
    text = text_of(client.get("/search", params={"q": 'zzz "<b>qqq'}).text)
    assert "Nothing found for" in text and "<b>qqq" in text
    assert client.get("/search").status_code == 200


@pytest.mark.parametrize(
    "q", ['"', "*", "-", "AND OR NOT", "NEAR(a b)", "a" * 5000, "\x00", "🧪", "title:x", "' OR 1=1 --"]
)
def test_search_takes_any_words(client, q):
    assert client.get("/search", params={"q": q}).status_code == 200


@pytest.mark.parametrize("at", ["5-2", "0-0", "0-999999999", "a-b", "٣-٤", "1-2-3", "", "-1-4"])
def test_a_place_that_is_not_in_the_text_is_passed_over(client, made, at):
    answer = client.get(f"/sources/{made.news}", params={"at": at})
    assert answer.status_code == 200 and "found by search" not in answer.text


def far(address: str) -> bool:
    """Whether the address narrows a list by more than one choice, as thousands do: of those some are enough."""
    chosen = set(parse_qs(urlsplit(address).query)) - {"q", "lang", "page"}
    return len(chosen) > 1 and crc32(address.encode()) % 50 != 0


def test_every_link_and_every_anchor_leads_somewhere(client):
    pages, anchors, waiting = {}, [], ["/", "/?lang=ar", "/search?q=Aleppo"]
    while waiting:
        address = waiting.pop()
        if address in pages or far(address):
            continue
        answer = client.get(address)
        assert answer.status_code == 200, address
        html = answer.text if "html" in answer.headers["content-type"] else ""
        pages[address] = html
        for link in map(unescape, re.findall(r'(?:href|src)="([^"]+)"', html)):
            path, _, anchor = link.partition("#")
            waiting += [path] if path else []
            anchors += [(path or address, anchor)] if anchor else []
    client.cookies.clear()
    assert len(anchors) > 300
    assert [(path, anchor) for path, anchor in anchors if f'id="{anchor}"' not in pages[path]] == []


def test_the_log_can_be_narrowed_to_one_act(client):
    every, captures = client.get("/log").text, client.get("/log?act=capture").text
    assert captures.count('<th scope="row"') > 1 and "aria-current" in captures
    assert client.get("/log?act=erase").text.count('<th scope="row"') == 0
    assert client.get("/log?act=<script>").text.count('<th scope="row"') == every.count('<th scope="row"')


def test_a_match_shows_frames_of_the_same_moments_only_where_there_is_one(client, made):
    t = db.footage_match.c
    with Archive.open(made.path) as archive, archive.engine.connect() as conn:
        match = conn.execute(select(t.sha256, t.other)).first()
    page = f"/matches/{match.sha256}/{match.other}"
    frames = sorted(set(re.findall(rf"{page}/0/\d/\w+", client.get(page).text)))
    assert len(frames) == 12 and frames[0].endswith("/0/0/earlier") and frames[1].endswith("/0/0/laid")
    first = client.get(frames[0])
    assert first.headers["content-type"] == "image/jpeg" and first.content.startswith(b"\xff\xd8")
    assert client.get(frames[1]).content != first.content
    for none in ("/1/0/laid", "/0/9/laid", "/0/0/other_file"):
        assert client.get(page + none).status_code == 404
