import pytest

from tfcmp.errors import WorkError
from tfcmp.explanation.explainer import Explainer
from tfcmp.explanation.presenting import present


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
