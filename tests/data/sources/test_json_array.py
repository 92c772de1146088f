import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.data.sources.json_rows import array_items
from tfcmp.data.sources.table_file import TableFileSource
from tfcmp.errors import WorkError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
OBJECTS = st.lists(st.dictionaries(st.text(), VALUES, max_size=3), max_size=4)


def items(text, size):
    chunks = (text[start : start + size] for start in range(0, len(text), size))
    return list(array_items(chunks, "table.json", json.JSONDecoder()))


@given(objects=OBJECTS, size=st.integers(1, 40), indent=st.sampled_from([None, 0, 3]))
def test_the_items_come_back_however_the_text_is_cut(objects, size, indent):
    assert items(f" {json.dumps(objects, indent=indent)}\n", size) == objects


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[{"a": 1}', "behind object 1: .*cut off"),
        ('[{"a": 1} {"b": 2}]', "behind object 1: expected , or ]"),
        ('[{"a": 1}, {"b": x}]', "object 2: .*malformed"),
        ('[{"a": "never closed}]', "object 1: .*malformed"),
        ('[{"a": 1}] more', "nothing behind the array"),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_what_is_no_array_is_refused_with_the_number_of_the_object(text, told, size):
    with pytest.raises(WorkError, match=told):
        items(text, size)


def records(path):
    return [(record.text, record.label) for record in TableFileSource(path).records()]


def test_a_json_file_is_an_array_of_objects(tmp_path):
    path = tmp_path / "table.json"
    path.write_text(json.dumps([{"text": "good", "label": 1}, {"label": 0, "text": "bad"}]))
    assert records(path) == [("good", "1"), ("bad", "0")]


def test_a_json_file_of_lines_is_read_too(tmp_path):
    path = tmp_path / "table.json"
    path.write_text('\n{"text": "good", "label": 1}\n{"text": "bad", "label": 0}\n')
    assert records(path) == [("good", "1"), ("bad", "0")]


def test_an_object_is_named_by_its_number(tmp_path):
    path = tmp_path / "table.json"
    path.write_text('[{"text": "a", "label": 1}, {"txt": "b"}]')
    with pytest.raises(WorkError, match="object 2: expected a column 'text'"):
        records(path)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_array(tmp_path):
    path = tmp_path / "table.json"
    path.write_text(json.dumps([{"text": "0123456789" * 200, "label": 1}] * 20_000))
    tracemalloc.start()
    assert sum(1 for _ in TableFileSource(path).records()) == 20_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000
