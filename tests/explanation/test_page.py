import html
import re

import numpy as np
import pytest

from tfcmp.explanation.explainer import Explanation
from tfcmp.explanation.page import page_of, write_page
from tfcmp.explanation.reading import Reading
from tfcmp.explanation.words import Span

HOSTILE = "<script>alert('in')</script> & \"so\""


@pytest.fixture
def make():
    """The function (text, scores) -> an explanation with a word per score, found by blanks."""

    def build(text, scores, error=0.01, label="pos", predicted=None):
        words, start = [], 0
        for word in text.split():
            start = text.index(word, start)
            words.append(Span(start, start + len(word)))
            start += len(word)
        nothing = np.zeros(0, np.int32)
        reading = Reading(text, tuple(words), nothing, nothing, nothing, nothing)
        scores = np.array(scores, float)
        return Explanation(
            reading, label, 0.9, predicted or label, "ig", scores, 0.0, 50, error, "padding", 0.25
        )

    return build


def test_every_text_is_escaped_and_nothing_is_lost(make):
    text = f"a  {HOSTILE}\nend"
    page = page_of([make(text, [1.0] * len(text.split()), label=HOSTILE)], HOSTILE)
    assert "<script" not in page
    (shown,) = re.findall(r'<div class="text">(.*?)</div>', page, flags=re.DOTALL)
    assert html.unescape(re.sub(r"</?span[^>]*>", "", shown)) == text


def test_words_have_the_colour_of_their_score_and_a_hint(make):
    page = page_of([make("good bad none", [2.0, -1.0, 0.0])], "run")
    assert re.search(r'style="background:#56a0e0" title="\+2\.000">good<', page)
    assert re.search(r'style="background:#f8caa?\w+" title="-1\.000">bad<', page)
    assert 'style="background:#ffffff" title="+0.000">none<' in page


def test_a_class_that_was_asked_for_is_shown_with_the_predicted_one(make):
    page = page_of([make("good", [1.0], predicted="<neg>")], "run")
    assert "<h2>pos 90.0 % (predicted: &lt;neg&gt;)</h2>" in page
    assert "predicted:" not in page_of([make("good", [1.0])], "run")


def test_words_that_were_cut_are_marked(make):
    page = page_of([make("seen unseen", [1.0, np.nan])], "run")
    assert re.search(r'class="cut" title="not read[^"]*">unseen<', page)


def test_an_incomplete_explanation_carries_a_warning(make):
    page = page_of([make("good", [1.0], error=0.2), make("good", [1.0])], "run")
    assert page.count('class="told warning"') == 1
    assert "do not rely on it" in page


def test_there_is_a_legend_and_nothing_is_fetched(make):
    page = page_of([make("", [])], "run")
    assert "against the label" in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    assert not re.search(r"https?://|<script|<link|@import", page)


def test_the_page_is_written_whole_also_with_half_a_character(make, tmp_path):
    write_page(tmp_path / "page.html", [make("\ud800 good", [0.5, 1.0])], "run")
    assert "? </span>" not in (tmp_path / "page.html").read_text()
    assert [file.name for file in tmp_path.iterdir()] == ["page.html"]
