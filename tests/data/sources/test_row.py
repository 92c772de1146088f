import pytest

from tfcmp.data.sources.columns import Row
from tfcmp.errors import WorkError


def test_a_null_text_is_empty():
    assert Row("row 1", {"text": None}).text("text", "file") == ""


def test_a_text_of_another_type_is_refused():
    with pytest.raises(WorkError, match="file, row 1: expected a string in 'text'"):
        Row("row 1", {"text": b"bytes"}).text("text", "file")
