from typing import NamedTuple

import pytest

from tfcmp.data.corpus import text_id
from tfcmp.data.picking import data_settings, pick_texts
from tfcmp.errors import WorkError
from tfcmp.runs.directory import RunDirectory


class Text(NamedTuple):
    text: str


def picked(texts, wanted, tmp_path):
    ids = [text_id(text) for text in wanted]
    return list(pick_texts(map(Text, texts), ids, RunDirectory(tmp_path)))


def test_every_wanted_text_comes_once_in_the_order_of_its_source(tmp_path):
    found = picked(["a", "b", "a", "c", "d"], ["c", "a"], tmp_path)
    assert found == [(text_id("a"), Text("a")), (text_id("c"), Text("c"))]


def test_nothing_is_read_behind_the_last_wanted_text(tmp_path):
    texts = iter("abcd")
    picked(texts, ["b"], tmp_path)
    assert "".join(texts) == "cd"


def test_texts_that_are_gone_are_told(tmp_path):
    with pytest.raises(WorkError, match=r"2 of 3 test texts of .* are not in its source any more"):
        picked(["a", "b"], ["a", "x", "y"], tmp_path)


def test_the_settings_of_a_run_say_where_its_texts_are(finished_run):
    assert data_settings(RunDirectory(finished_run)).source == "diagnostic"
