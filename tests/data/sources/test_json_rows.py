import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.data.sources.columns import Columns
from tfcmp.data.sources.json_rows import array_items, json_rows
from tfcmp.data.sources.reading import Decoding
from tfcmp.data.sources.table_file import TableFileSource
from tfcmp.errors import WorkError


def read(tmp_path, *lines, errors="strict"):
    path = tmp_path / "table.jsonl"
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return list(json_rows(path, Columns({"text": None}, ["label"]), Decoding(errors=errors)))


def test_rows_are_placed_at_their_line_and_blank_lines_are_none(tmp_path):
    rows = read(tmp_path, '{"text": "a", "label": 1, "other": {}}', "  ", '{"text": "b"}')
    assert [row.place for row in rows] == ["line 1", "line 3"]
    assert [row.cells for row in rows] == [{"text": "a", "label": 1}, {"text": "b"}]


@pytest.mark.parametrize(
    "line", ['{"text": "a"', "{'text': 'a'}", '{"text": 1} {"text": 2}', "[" * 100_000, "9" * 5000]
)
def test_malformed_json_is_refused_with_its_line(tmp_path, line):
    with pytest.raises(WorkError, match=r"table\.jsonl, line 2: .*malformed JSON"):
        read(tmp_path, '{"text": "fine"}', line)


@pytest.mark.parametrize(
    ("line", "kind"),
    [("[1]", "an array"), ('"a"', "a string"), ("3", "a number"), ("null", "null")],
)
def test_a_line_that_is_no_object_is_refused(tmp_path, line, kind):
    with pytest.raises(WorkError, match=f"line 1: expected a JSON object .*, got {kind}"):
        read(tmp_path, line)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (['{"text": "a", "label": 0, "label": 1}'], "line 1: column 'label' .* more than once"),
        (['{"text": "a"}', '{"txt": "b"}'], "line 2: expected a column 'text'"),
        ([r'{"text": "a\ud83d"}'], "line 1: an escape stands for half a character"),
    ],
    ids=["a key twice", "no key", "half a character"],
)
def test_an_object_that_is_wrong_is_refused_with_its_line(tmp_path, lines, told):
    with pytest.raises(WorkError, match=told):
        read(tmp_path, *lines)


def test_an_escaped_half_of_a_character_can_be_replaced(tmp_path):
    rows = read(tmp_path, r'{"text": "a\ud83d \ud83d\ude00"}', errors="replace")
    assert rows[0].cells["text"] == "a\ufffd \U0001f600"


def test_a_nested_object_is_a_dict(tmp_path):
    rows = read(tmp_path, '{"text": "a"}', '{"text": {"a": 1}}')
    assert type(rows[1].cells["text"]) is dict


@pytest.mark.parametrize(
    "line",
    [
        '{"text": {"0": "a", "1": "b"}, "label": {"0": 1, "1": 0}}',
        '{"text": ["a", "b"]}',
        '{"columns": ["text"], "index": [0], "data": [["a"]]}',
        '{"version": 1, "data": [{"text": "a"}]}',
        '{"0": {"text": "a"}, "1": {"text": "b"}}',
    ],
)
def test_an_object_that_holds_all_texts_is_refused_with_the_way_to_write_them(tmp_path, line):
    with pytest.raises(WorkError, match=r"line 1: expected an object per text.*orient='records'"):
        read(tmp_path, line)


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


@pytest.mark.parametrize(
    "content",
    [
        '[{"text": "good", "label": 1}, {"label": 0, "text": "bad"}]',
        '\n{"text": "good", "label": 1}\n{"text": "bad", "label": 0}\n',
    ],
)
def test_a_json_file_is_an_array_of_objects_or_a_file_of_lines(tmp_path, content):
    path = tmp_path / "table.json"
    path.write_text(content)
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
