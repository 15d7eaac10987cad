"""The sun's page: linked from a recording with place and day, complete in both languages, honest about errors."""

import re
from html import unescape

import pytest
from test_web_pages import text_of

KNOWN = {"at": "36.1682,36.9846", "date": "2016-11-04", "zone": "+02:00"}


@pytest.mark.parametrize(("lang", "words"), [("en", "Sun and shadow at"), ("ar", "الشمس والظل في هذا المكان")])
def test_a_recording_leads_to_the_sun_over_its_place_on_its_day(client, made, lang, words):
    html = client.get(f"/footage/{made.clip}", params={"lang": lang}).text
    client.cookies.clear()
    link = unescape(re.search(r'href="(/sun\?[^"]+)"', html)[1])
    assert words in html and "date=2016-11-04" in link and "at=36." in link and made.clip in link
    shown = client.get(link).text
    client.cookies.clear()
    assert f'href="/footage/{made.clip}' in shown and "<polyline" in shown and f'lang="{lang}"' in shown


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_shadow_allows_some_times_and_no_others(client, lang):
    whole = text_of(client.get("/sun", params={**KNOWN, "lang": lang}).text)
    asked = {**KNOWN, "shadow": "2.0±10%", "azimuth": "330±15", "lang": lang}
    fitting = re.findall(r"(\d\d:\d\d)–(\d\d:\d\d)", text_of(client.get("/sun", params=asked).text))
    never = text_of(client.get("/sun", params={**asked, "azimuth": "180±5"}).text)
    client.cookies.clear()
    assert re.search(r"0[5-6]:\d\d–16:\d\d", whole) and "12:00" in whole
    assert len(fitting) == 1 and "08:00" < fitting[0][0] < fitting[0][1] < "10:30"
    assert {"en": "No time of that day fits", "ar": "لا وقت في ذلك اليوم يوافق"}[lang] in never


@pytest.mark.parametrize(
    "query",
    [{"at": "91,0"}, {"at": "x"}, {"date": "2016-13-01"}, {"date": "1066-10-14"}, {"zone": "Moon/Base"},
     {"zone": "../../etc/passwd"}, {"shadow": "long"}, {"azimuth": "999"}, {"toward": "10±5%"}, {"at": "nan,nan"}],
)  # fmt: skip
def test_what_cannot_be_read_is_named_and_nothing_is_computed(client, query):
    answer = client.get("/sun", params={**KNOWN, **query})
    assert answer.status_code == 200 and 'role="alert"' in answer.text and 'aria-invalid="true"' in answer.text
    assert "<polyline" not in answer.text


def test_where_the_sun_does_not_rise_the_page_says_so(client):
    text = text_of(client.get("/sun", params={"at": "78.2,15.6", "date": "2020-12-21", "zone": "+01:00"}).text)
    assert "No time of that day fits" in text
    assert "<polyline" not in client.get("/sun").text
