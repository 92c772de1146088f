import re
from html.parser import HTMLParser

import pytest

from tfcmp.reporting.render.document import Claim, Column, Figure, Report, Section, make_table
from tfcmp.reporting.render.html import page_of, support, tally, ways_of

HOSTILE = "<script>alert('x')</script>&\"'"


def report_of(text, rows=1):
    table = make_table(text, text, [Column("a", text), Column("b", text, "number")],
                       [(text, 1.5)] * rows, text)  # fmt: skip
    claim = Claim(text, "supported", text, 1.0, 0.5, 1.5, text, 0.01, text, 9, text)
    figure = Figure("f", text, text, '<svg viewBox="0 0 1 1"></svg>')
    section = Section("s", text, (text,), (claim,), (figure,), (table,))
    return Report(text, ((text, text),), (section,))


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@pytest.fixture
def tags():
    def read(page):
        parser = Tags()
        parser.feed(page)
        return parser.found

    return read


def test_every_text_is_escaped_wherever_it_stands(tags):
    page = page_of(report_of(HOSTILE))
    assert HOSTILE not in page
    assert [tag for tag, _ in tags(page)].count("script") == 1
    assert [tag for tag, _ in tags(page_of(report_of("plain")))] == [tag for tag, _ in tags(page)]


def test_nothing_is_fetched_and_nothing_may_be(tags):
    page = page_of(report_of("plain"))
    found = tags(page)
    assert not [attrs for _, attrs in found if "src" in attrs or "srcset" in attrs]
    assert all(attrs["href"].startswith("#") for _, attrs in found if "href" in attrs)
    assert "url(" not in page
    assert "@import" not in page
    (policy,) = [attrs["content"] for _, attrs in found if "http-equiv" in attrs]
    assert "default-src 'none'" in policy
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/=]+';", policy)


def test_a_number_sorts_by_its_value_and_not_by_what_is_shown(tags):
    values = [attrs["data-value"] for tag, attrs in tags(page_of(report_of("a"))) if tag == "td"
              and "data-value" in attrs]  # fmt: skip
    assert values == ["1.5"]


def test_a_count_of_runs_has_its_table_and_nothing_before_it():
    claim = Claim("2 of 2 runs spiked.", "supported", "stability", 2, unit="runs")
    page = page_of(Report("t", (), (Section("s", "S", claims=(claim,)),)))
    assert '<span class="stands"><a href="#table-stability">' in page


def test_a_long_table_is_folded():
    assert "<summary>31 rows</summary>" in page_of(report_of("a", rows=31))
    assert "<summary>30 rows" not in page_of(report_of("a", rows=30))


def test_a_claim_tells_what_it_stands_on():
    claim = Claim(
        "a", "supported", "pairs", 1.234, 0.5, 2.0, "points", 0.03, "Welch", 200, "3 and 3"
    )
    assert support(claim) == (
        "+1.23 points, 95 % interval +0.50 to +2.00; adjusted p 0.0300; n = 200; runs: 3 and 3"
    )
    assert support(claim, "B").endswith("; test B")
    assert support(Claim("a", "not measured")) == ""
    assert support(Claim("a", "not measured", to_measure="run b")) == "run b"


def test_how_findings_came_about_is_told_once():
    claims = [Claim("a", "supported", test="Welch"), Claim("b", "supported", test="flips")]
    assert ways_of(claims) == {"Welch": "A", "flips": "B"}
    assert ways_of(claims[:1]) == {"Welch": ""}


def test_verdicts_are_counted():
    claims = [Claim("a", "supported"), Claim("b", "not resolved"), Claim("c", "supported")]
    assert tally(claims) == "3 findings: 2 supported, 1 not resolved"
