"""Web pages: article, captions, credits, metadata; wrong charsets; nothing runs and nothing is fetched."""

import socket
from datetime import date

import pytest

PAGE = """<!DOCTYPE html>
<!-- saved from url=(0042)https://news.example.org/2016/11/05/raid.html -->
<html lang="en"><head><meta charset="utf-8"><title>Raid on a village | Example Herald</title>
<meta property="og:site_name" content="Example Herald">
<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [
 {"@type": "NewsArticle", "headline": "Raid on a village west of the city",
  "author": [{"@type": "Person", "name": "Lina Marsh"}],
  "datePublished": "2016-11-05T23:30:00+03:00", "publisher": {"@type": "Organization", "name": "Example Herald"}},
 {"@type": "VideoObject", "name": "A child is carried out", "duration": "PT43S", "creditText": "Wadi24"}]}</script>
<script>document.body.innerHTML = "9000 killed"; fetch("http://evil.example/");</script></head>
<body onload="alert('9000 killed')"><nav><ul><li><a href="/">Home</a></li><li>World</li></ul></nav>
<article><h1>Raid on a village west of the city</h1><p class="byline">By Lina Marsh</p>
<figure><img src="http://evil.example/x.jpg" alt="x"><figcaption>A rescue worker carries a boy
<span class="credit">Wadi24</span>
</figcaption></figure>
<p>At least 17 people were killed when warplanes bombed the village on Friday, residents and rescue workers said.</p>
<p>Among the dead were children. The video, which lasts 43 seconds, shows a toddler who runs towards the camera.</p>
<img src="y.jpg" alt="Smoke over the village (Photo: Omar Deeb/AFP)">
<p>"We pulled them out with our hands," said a rescue worker, who asked not to be named because he feared for
his family.</p>
<table><tr><th>Name</th><th>Age</th></tr><tr><td>A child</td><td>3</td></tr></table>
<ul><li>Four houses were destroyed</li></ul></article>
<aside class="related"><figure><img src="z.jpg">
<figcaption>Thirty killed in another city [AFP]</figcaption></figure></aside>
<div class="comments"><p>I do not believe a word of this, says somebody at some length
under the article, and goes on.</p></div>
<footer>Copyright 2016 Example Herald</footer></body></html>"""

ARABIC = """<html dir="rtl"><head>
<meta http-equiv="Content-Type" content="text/html; charset={}"><title>غارات</title></head>
<body><div id="content"><h1>غارات على بلدة وادي السنديان</h1><div class="date">تاريخ النشر: 5 تشرين الثاني 2016</div>
<div class="author">بقلم: سامر الحلبي</div>
<p>قتل 17 مدنيا على الأقل بينهم أطفال في غارات جوية استهدفت بلدة وادي السنديان يوم الجمعة بحسب ناشطين من البلدة.</p>
<p>وأضاف المصدر أن فرق الإنقاذ انتشلت الجثث من تحت الأنقاض وأن عشرين شخصا أصيبوا بجروح بعضهم في حال خطرة.</p>
<div class="wp-caption"><img src="a.jpg"><p class="wp-caption-text">طفل ينجو من القصف [وادي24]</p></div></div>
</body></html>"""


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Any attempt to open a connection or to look up a name fails the test."""

    def refused(*arguments, **options):
        raise AssertionError(f"a page made us call {arguments}")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)


def test_an_article_with_its_metadata(read):
    document = read(PAGE.encode(), "text/html")
    assert document.title == "Raid on a village west of the city"
    assert (document.author, document.publisher, document.lang) == ("Lina Marsh", "Example Herald", "en")
    assert document.published == date(2016, 11, 5)  # the publisher's own day, not that of Greenwich
    assert document.url == "https://news.example.org/2016/11/05/raid.html"
    assert "At least 17 people" in document.text and "Four houses" in document.text and "A child | 3" in document.text
    for foreign in ("9000", "Home", "somebody", "Thirty killed", "Copyright", "evil"):
        assert foreign not in document.text


def test_captions_and_credits_stand_behind_the_text_as_paragraphs_of_their_own(read):
    document = read(PAGE.encode(), "text/html")
    paragraphs = document.text.split("\n\n")
    assert paragraphs[-3:] == [
        "[caption] A rescue worker carries a boy [Wadi24]",
        "[caption] Smoke over the village (Photo: Omar Deeb/AFP)",
        "[caption] A child is carried out. (43 seconds) [Wadi24]",
    ]
    sources = [s.source for s in document.segments]
    assert sources[-3:] == ["/html/body/article/figure/figcaption", "/html/body/article/img/@alt", "jsonld:VideoObject"]


def test_a_paragraph_leads_back_to_its_element(read):
    document = read(PAGE.encode(), "text/html")
    at = document.text.index("Among the dead")
    assert [s.source for s in document.segments if s.start <= at < s.end] == ["/html/body/article/p[3]"]


@pytest.mark.parametrize(
    "declared, real, problem",
    [
        ("utf-8", "utf-8", None),
        ("windows-1256", "windows-1256", None),
        ("utf-8", "windows-1256", "the page declares utf-8 but is windows-1256: read as windows-1256"),
        ("iso-8859-1", "windows-1256", "the page declares iso-8859-1 but is windows-1256: read as windows-1256"),
        ("windows-1256", "utf-8", "the page declares windows-1256 but is utf-8: read as utf-8"),
        ("klingon", "utf-8", 'the page declares the unknown charset "klingon"'),
        ("iso-8859-6", "iso-8859-6", None),
        ("utf-8", "utf-16", None),
    ],
)
def test_a_wrong_charset_is_found_out(declared, real, problem, read):
    document = read(ARABIC.format(declared).encode(real), "text/html")
    assert document.title == "غارات على بلدة وادي السنديان"
    assert "قتل 17 مدنيا على الأقل" in document.text and document.lang == "ar"
    assert document.author == "سامر الحلبي" and document.published == date(2016, 11, 5)
    assert document.text.endswith("[caption] طفل ينجو من القصف [وادي24]")
    assert document.problems == ((problem,) if problem else ())


def test_a_page_without_text_says_so(read):
    document = read(b"<html><head><script>load()</script></head><body><div id=app></div></body></html>", "text/html")
    assert document.text == "" and "its scripts, which are never run" in document.problems[0]


def test_a_page_saved_by_singlefile_names_where_it_came_from(read):
    comment = "<!--\n Page saved with SingleFile \n url: https://example.org/story \n saved date: Sat Nov 05 2016\n-->"
    page = f"<html>{comment}<body><p>At least 17 died.</p></body></html>"
    assert read(page.encode(), "text/html").url == "https://example.org/story"


def test_broken_metadata_cost_nothing(read):
    page = (
        '<html><head><script type="application/ld+json">{"@type": "NewsArticle", "headline": </script>'
        '<script type="application/ld+json">[[[[[[[[[[{"@type":"Article"}]]]]]]]]]]</script>'
        '<meta property="article:published_time" content="2016-13-45"><meta name="author" content="https://example.org/me">'
        "</head><body><article><h1>A raid</h1><p>At least 17 people died in the raid on the village on Friday.</p>"
        "</article></body></html>"
    )
    document = read(page.encode(), "text/html")
    assert (document.title, document.author, document.published) == ("A raid", None, None)
