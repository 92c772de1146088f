import pytest

from tfcmp.data.sources.columns import Columns
from tfcmp.data.sources.delimited import Dialect, delimited_rows
from tfcmp.data.sources.reading import Reading
from tfcmp.errors import WorkError


def read(tmp_path, content, delimiter=","):
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    columns = Columns({"text": None}, ["label"])
    return list(delimited_rows(path, columns, Reading(), Dialect(delimiter)))


def test_rows_are_placed_at_their_first_line(tmp_path):
    rows = read(tmp_path, b'text,label\n"a\nb",1\n\nc,2\n')
    assert [row.place for row in rows] == ["line 2", "line 5"]
    assert rows[0].cells == {"text": "a\nb", "label": "1"}


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(tmp_path):
    rows = read(tmp_path, b"\xef\xbb\xbftext,label\r\ngood,1\r\n")
    assert [row.cells for row in rows] == [{"text": "good", "label": "1"}]


def test_a_quote_inside_an_unquoted_cell_is_text(tmp_path):
    rows = read(tmp_path, b'text\tlabel\na "good" one\t1\n', "\t")
    assert rows[0].cells["text"] == 'a "good" one'


@pytest.mark.parametrize(("row", "count"), [(b"a,b,c", 3), (b"a", 1)])
def test_a_wrong_number_of_cells_is_refused(tmp_path, row, count):
    with pytest.raises(WorkError, match=f"line 3: expected 2 cells as in the header, got {count}"):
        read(tmp_path, b"text,label\nfine,1\n" + row + b"\n")


def test_single_quotes_around_cells_are_named_as_what_encloses_nothing(tmp_path):
    with pytest.raises(WorkError, match=r"line 2: .*Single quotes"):
        read(tmp_path, b"text,label\n'a, b',1\n")


def test_a_quote_that_is_never_closed_is_refused_where_it_opens(tmp_path):
    with pytest.raises(WorkError, match=r"table\.csv, line 3: .*Close every double quote"):
        read(tmp_path, b'text,label\nfine,1\n"open,1\nmore,2\n')


def test_a_quote_that_swallows_a_large_file_is_refused(tmp_path):
    with pytest.raises(WorkError, match="line 2: field larger than field limit"):
        read(tmp_path, b'text,label\n"open,1\n' + b"x" * 1000 * 17_000)


def test_text_after_a_closing_quote_is_refused(tmp_path):
    with pytest.raises(WorkError, match="line 2"):
        read(tmp_path, b'text,label\n"a"b,1\n')


def test_bare_carriage_returns_among_line_feeds_are_refused(tmp_path):
    with pytest.raises(WorkError, match="end lines with a line feed"):
        read(tmp_path, b"text,label\rgood,1\r\n")


def test_the_end_of_file_of_dos_is_no_row(tmp_path):
    assert len(read(tmp_path, b"text,label\r\ngood,1\r\n\x1a")) == 1


def test_the_header_of_a_joined_file_is_known_behind_its_byte_order_mark(tmp_path):
    content = b"\xef\xbb\xbftext,label\ngood,1\n"
    with pytest.raises(WorkError, match="line 3: the header stands there again"):
        read(tmp_path, content + content)


def test_a_file_of_one_column_is_told_how_to_name_another_separator(tmp_path):
    with pytest.raises(WorkError, match=r"named with --data\.delimiter"):
        read(tmp_path, b"text^label\ngood^1\n")


def test_a_file_of_blank_lines_lacks_its_columns(tmp_path):
    with pytest.raises(WorkError, match="found none"):
        read(tmp_path, b"\n\n")


@pytest.mark.parametrize("text", ["text", "\x1a"])
def test_in_a_single_column_every_row_is_a_text(tmp_path, text):
    path = tmp_path / "table.csv"
    path.write_text(f"text\n{text}\n")
    rows = delimited_rows(path, Columns({"text": None}), Reading(), Dialect(","))
    assert [row.cells["text"] for row in rows] == [text]
