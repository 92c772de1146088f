import html
import io
import re

import numpy as np
import pytest
from rich.console import Console
from rich.text import Text

from tfcmp.errors import WorkError
from tfcmp.explanation.explainer import Explainer, Explanation
from tfcmp.explanation.presenting import (
    colour_of,
    coloured_text,
    page_of,
    present,
    print_explanation,
    shares,
    write_page,
)
from tfcmp.explanation.reading import Reading, find_words

HOSTILE = "<script>alert('in')</script> & \"so\""


@pytest.fixture
def explainer(make_network):
    return Explainer(make_network(), "occlusion", 50)


def texts_then_failure(*texts):
    yield from texts
    raise WorkError("cannot be read word by word")


def test_what_was_explained_before_a_text_fails_is_on_the_page(explainer, tmp_path, capsys):
    page = tmp_path / "page.html"
    with pytest.raises(WorkError, match="word by word"):
        present(explainer, texts_then_failure("word2 word3"), "run", True, page)
    assert "word3" in page.read_text()
    assert "word2 word3" in capsys.readouterr().out


def test_where_the_first_text_fails_an_older_page_stays(explainer, tmp_path):
    page = tmp_path / "page.html"
    page.write_text("older")
    with pytest.raises(WorkError, match="word by word"):
        present(explainer, texts_then_failure(), "run", True, page)
    assert page.read_text() == "older"


def test_no_texts_make_a_page_without_any(explainer, tmp_path):
    present(explainer, [], "run", True, tmp_path / "page.html")
    assert (tmp_path / "page.html").exists()


def luminance(colour):
    """Relative luminance (WCAG 2.2)."""
    parts = [c / 255 for c in colour]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def test_scores_are_shares_of_the_largest_magnitude():
    np.testing.assert_array_equal(
        shares(np.array([1.0, -4.0, np.nan, 2.0])), [0.25, -1.0, np.nan, 0.5]
    )


def test_without_a_largest_score_there_is_no_colour():
    for scores in ([], [0.0, 0.0], [np.nan]):
        assert not np.nan_to_num(shares(np.array(scores))).any()


def test_nothing_is_white_and_the_ends_differ():
    assert colour_of(0.0) == (255, 255, 255)
    assert colour_of(1.0) != colour_of(-1.0)
    assert colour_of(0.5)[0] > colour_of(1.0)[0]


def test_black_text_can_be_read_on_every_colour():
    for share in np.linspace(-1, 1, 9):
        assert (luminance(colour_of(share)) + 0.05) / 0.05 > 4.5


@pytest.fixture
def make():
    """The function (text, scores) -> an explanation with a score per word."""

    def build(text, scores, error=0.01, label="neg", predicted=None):
        nothing = np.zeros(0, np.int32)
        reading = Reading(text, tuple(find_words(text)), nothing, nothing, nothing, nothing)
        scores = np.array(scores, float)
        return Explanation(
            reading, label, 0.75, predicted or label, "ig", scores, 0.0, 100, error, "mask", 1.5
        )

    return build


def printed(explanation):
    stream = io.StringIO()
    console = Console(file=stream, width=60, force_terminal=True, color_system="truecolor")
    print_explanation(explanation, console)
    return Text.from_ansi(stream.getvalue()).plain


def test_the_answer_the_text_and_the_price_are_shown(make):
    shown = printed(make("[bold]not good[/bold]", [0, 0, 0, 1, 2, 0, 0, 0]))
    assert shown.startswith("neg 75.0%\n[bold]not good[/bold]\n")
    assert "100 steps from mask, completeness error 1.00%, 1.50 s" in " ".join(shown.split())


def test_a_class_that_was_asked_for_is_shown_with_the_predicted_one(make):
    asked, usual = make("good", [1.0], predicted="<pos>"), make("good", [1.0])
    assert printed(asked).startswith("neg 75.0% (predicted: <pos>)\n")
    assert "<h2>neg 75.0 % (predicted: &lt;pos&gt;)</h2>" in page_of([asked], "run")
    assert "predicted:" not in printed(usual) + page_of([usual], "run")


def test_words_are_coloured_in_their_places(make):
    text = coloured_text(make("a good film", [0.0, 2.0, -1.0]))
    colours = {text.plain[span.start : span.end]: str(span.style) for span in text.spans}
    assert colours["good"] == "black on #56a0e0"
    assert set(colours) == {"good", "film"}
    assert len(set(colours.values())) == 2


def test_words_that_were_cut_are_struck_through_and_the_legend_says_why(make):
    explanation = make("seen unseen", [1.0, np.nan])
    assert str(coloured_text(explanation).spans[1].style) == "dim strike"
    assert "cut by the length limit" in printed(explanation)
    assert "cut" not in printed(make("seen", [1.0]))


def test_a_text_cannot_steer_the_terminal(make):
    for harmful in ("\x1b[2J", "\x00", "\x9b", "\ud800", "\x07"):
        text = f"a {harmful} b"
        shown = printed(make(text, np.ones(len(find_words(text)))))
        assert harmful not in shown
        assert "\ufffd" in shown


@pytest.mark.parametrize("how", [{"color_system": None}, {"no_color": True}])
def test_without_colours_words_have_numbers(make, how):
    stream = io.StringIO()
    console = Console(file=stream, width=80, force_terminal=True, **how)
    print_explanation(make("a \x07good film unseen", [0.0, 2.0, -1.0, np.nan]), console)
    lines = Text.from_ansi(stream.getvalue()).plain.splitlines()
    assert lines[1] == "a \ufffdgood (+2.00) film (-1.00) unseen (cut)"
    assert "logit of neg" in lines[2]


def test_every_text_is_escaped_and_nothing_is_lost(make):
    text = f"a  {HOSTILE}\nend"
    page = page_of([make(text, [1.0] * len(find_words(text)), label=HOSTILE)], HOSTILE)
    assert "<script" not in page
    (shown,) = re.findall(r'<div class="text">(.*?)</div>', page, flags=re.DOTALL)
    assert html.unescape(re.sub(r"</?span[^>]*>", "", shown)) == text


def test_words_have_the_colour_of_their_score_and_a_hint(make):
    page = page_of([make("good bad none", [2.0, -1.0, 0.0])], "run")
    assert re.search(r'style="background:#56a0e0" title="\+2\.000">good<', page)
    assert re.search(r'style="background:#f8caa?\w+" title="-1\.000">bad<', page)
    assert 'style="background:#ffffff" title="+0.000">none<' in page


def test_words_that_were_cut_are_marked(make):
    page = page_of([make("seen unseen", [1.0, np.nan])], "run")
    assert re.search(r'class="cut" title="not read[^"]*">unseen<', page)


def test_an_incomplete_explanation_carries_a_warning(make):
    assert "do not rely on it" in printed(make("good", [1.0], error=0.07)).replace("\n", " ")
    page = page_of([make("good", [1.0], error=0.2), make("good", [1.0])], "run")
    assert page.count('class="told warning"') == 1
    assert "do not rely on it" in page


def test_there_is_a_legend_and_nothing_is_fetched(make):
    page = page_of([make("", [])], "run")
    assert "against the label" in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    assert not re.search(r"https?://|<script|<link|@import", page)


def test_the_page_is_written_whole_also_with_half_a_character(make, tmp_path):
    write_page(tmp_path / "page.html", [make("\ud800 good", [1.0])], "run")
    assert "? </span>" not in (tmp_path / "page.html").read_text()
    assert [file.name for file in tmp_path.iterdir()] == ["page.html"]
