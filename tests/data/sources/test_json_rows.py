import pytest

from tfcmp.data.sources.columns import Columns
from tfcmp.data.sources.json_rows import json_rows
from tfcmp.data.sources.reading import Decoding
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


def test_a_key_that_stands_there_twice_is_refused(tmp_path):
    with pytest.raises(WorkError, match="line 1: column 'label' stands there more than once"):
        read(tmp_path, '{"text": "a", "label": 0, "label": 1}')


def test_a_missing_key_is_refused_with_its_line(tmp_path):
    with pytest.raises(WorkError, match="line 2: expected a column 'text'"):
        read(tmp_path, '{"text": "a"}', '{"txt": "b"}')


def test_an_array_line_is_not_taken_for_an_object(tmp_path):
    with pytest.raises(WorkError, match="got an array"):
        read(tmp_path, '[["text", "a"]]')


def test_an_escaped_half_of_a_character_is_refused(tmp_path):
    with pytest.raises(WorkError, match="line 1: an escape stands for half a character"):
        read(tmp_path, r'{"text": "a\ud83d"}')


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
