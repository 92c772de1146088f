import codecs

import pytest

from tfcmp.data.sources.columns import Columns
from tfcmp.data.sources.delimited import Dialect, delimited_rows
from tfcmp.data.sources.reading import Reading
from tfcmp.data.sources.rows import dialect_of, iterate_rows
from tfcmp.errors import CallError, WorkError


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


def test_the_end_of_file_of_dos_is_no_row(tmp_path):
    assert len(read(tmp_path, b"text,label\r\ngood,1\r\n\x1a")) == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"text,label\nfine,1\na,b,c\n", "line 3: expected 2 cells as in the header, got 3"),
        (b"text,label\nfine,1\na\n", "line 3: expected 2 cells as in the header, got 1"),
        (b"text,label\n'a, b',1\n", r"line 2: .*Single quotes"),
        (
            b'text,label\nfine,1\n"open,1\nmore,2\n',
            r"table\.csv, line 3: .*Close every double quote",
        ),
        (b'text,label\n"open,1\n' + b"x" * 1000 * 17_000, "line 2: field larger than field limit"),
        (b'text,label\n"a"b,1\n', "line 2"),
        (b"text,label\rgood,1\r\n", "end lines with a line feed"),
        (b"text,label\ngood,1\n\xef\xbb\xbftext,label\n", "line 3: the header stands there again"),
        (b"text^label\ngood^1\n", r"named with --data\.delimiter"),
        (b"\n\n", "found none"),
    ],
    ids=[
        "more cells",
        "fewer cells",
        "single quotes",
        "never closed",
        "swallows the file",
        "text behind a quote",
        "bare carriage return",
        "a second header",
        "one column",
        "blank lines",
    ],
)
def test_a_table_that_cannot_be_right_is_refused_with_its_line(tmp_path, content, told):
    with pytest.raises(WorkError, match=told):
        read(tmp_path, content)


@pytest.mark.parametrize("text", ["text", "\x1a"])
def test_in_a_single_column_every_row_is_a_text(tmp_path, text):
    path = tmp_path / "table.csv"
    path.write_text(f"text\n{text}\n")
    rows = delimited_rows(path, Columns({"text": None}), Reading(), Dialect(","))
    assert [row.cells["text"] for row in rows] == [text]


COLUMNS = Columns({"text": "--data.text_column", "label": "--data.label_column"})


def cells(path, columns=COLUMNS, **options):
    return [tuple(row.cells.values()) for row in iterate_rows(path, columns, Reading(**options))]


@pytest.fixture
def write(tmp_path):
    def write(content, name="table.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.mark.parametrize(
    ("delimiter", "name"), [(";", "semicolon"), ("\t", "tab"), ("|", "pipe"), (",", "comma")]
)
def test_the_delimiter_is_the_one_with_which_the_header_has_the_columns(write, delimiter, name):
    path = write(f"text{delimiter}label\ngood{delimiter}1\n")
    assert cells(path) == [("good", "1")]
    assert dialect_of(path, COLUMNS, Reading()).describe()["delimiter"] == name


def test_a_header_that_has_the_columns_with_the_usual_delimiter_keeps_it(write):
    assert cells(write("text,label,a;b\ngood,1,x\n")) == [("good", "1")]


def test_excels_line_that_names_the_delimiter_is_no_row(write):
    rows = list(iterate_rows(write("sep=;\ntext;label\ngood;1\n"), COLUMNS, Reading()))
    assert [(row.place, row.cells) for row in rows] == [("line 3", {"text": "good", "label": "1"})]


def test_utf_16_with_tabs_as_excel_writes_it_is_read(write):
    table = 'text\tlabel\r\n"one\ttwo"\t1\r\nfine\t0\r\n'
    path = write(codecs.BOM_UTF16_LE + table.encode("utf-16-le"))
    assert cells(path) == [("one\ttwo", "1"), ("fine", "0")]


@pytest.mark.parametrize("written", ["tab", "\\t", "\t", "TAB"])
def test_a_delimiter_has_a_name_or_stands_for_itself(write, written):
    path = write("text\tlabel\na;b,c\t1\n", "table.txt.csv")
    assert cells(path, delimiter=written) == [("a;b,c", "1")]


@pytest.mark.parametrize(
    ("name", "written"),
    [*(("delimiter", one) for one in ("", "::", '"', "\n")), ("quoting", "all")],
)
def test_what_is_no_delimiter_or_quoting_is_a_wrong_call(name, written):
    with pytest.raises(CallError, match=rf"--data\.{name}"):
        Reading(**{name: written})


@pytest.mark.parametrize(
    ("content", "options", "told"),
    [
        ("text;label\ngood;1\n", {"delimiter": "comma"}, r"found 'text;label' \(separator: comma;"),
        ("review;stars;date\na;1;2\n", {}, r"'review', 'stars', 'date' \(separator: semicolon"),
        ("text,the label\ngood,1\n", {}, r"--data\.label_column 'the label'"),
    ],
    ids=["a delimiter that is named stays", "the separator that finds most", "quoted for a shell"],
)
def test_a_missing_column_is_told_with_what_was_found_and_the_option(write, content, options, told):
    with pytest.raises(WorkError, match=told):
        cells(write(content), **options)


@pytest.mark.parametrize("asked", ["label", " label"])
def test_blanks_behind_the_delimiters_of_a_header_are_no_part_of_cells(write, asked):
    path = write('text, label\n"good, indeed", "pos"\n')
    assert cells(path, Columns({"text": None, asked: None})) == [("good, indeed", "pos")]


def test_blanks_before_a_quote_of_the_first_row_are_no_part_of_cells(write):
    path = write('label,text\n1, "great, ""film"""\n')
    assert cells(path, Columns({"label": None, "text": None})) == [("1", 'great, "film"')]


def test_blanks_inside_quotes_are_kept(write):
    assert cells(write('text,label\n" ""good""", 1\n')) == [(' "good"', " 1")]


SWALLOWING = 'text,label\ngood,1\nbad,0\n"fine,1\nfair,0\na 5"",1\ndull,0\n'.replace('""', '"')


def test_rows_between_two_stray_quotes_of_a_csv_are_refused_with_their_line(write):
    with pytest.raises(WorkError, match=r"line 4: .* whole rows.*--data\.quoting none"):
        cells(write(SWALLOWING))


def test_a_cell_of_a_tsv_with_a_tab_and_a_line_break_is_refused_with_its_line(tmp_path):
    path = tmp_path / "table.tsv"
    path.write_text('text\tlabel\nfine\t1\n"good\tand\nlong\t!"\t1\n')
    with pytest.raises(WorkError, match=r"line 3: .* tab and a line break.*--data\.quoting none"):
        cells(path)
    assert cells(path, quoting="minimal")[-1] == ("good\tand\nlong\t!", "1")


def test_what_quotes_mean_can_be_said(write):
    assert len(cells(write(SWALLOWING), quoting="none")) == 6
    assert len(cells(write(SWALLOWING), quoting="minimal")) == 4


def test_a_text_of_two_lines_with_a_comma_each_is_a_text(write):
    path = write('text,label\ngood,1\nbad,0\n"I came, I saw\nI won, said he",1\n')
    assert cells(path)[-1] == ("I came, I saw\nI won, said he", "1")


@pytest.mark.parametrize("name", ["table.jsonl", "table.parquet"])
def test_a_delimiter_of_a_file_without_any_is_a_wrong_call(tmp_path, name):
    from tfcmp.data.sources.table_file import TableFileSource

    (tmp_path / name).write_text("{}")
    with pytest.raises(CallError, match=r"--data\.delimiter goes with"):
        next(TableFileSource(tmp_path / name, delimiter=";").records())


@pytest.mark.parametrize("name", ["table.csv", "table.tsv"])
def test_a_file_whose_lines_end_with_carriage_returns_alone_is_read(write, name):
    rows = [("text", "label"), ('the "good" one', "1"), ("bad", "0")]
    separator = "," if name.endswith("csv") else "\t"
    path = write("\r".join(separator.join(row) for row in rows) + "\r", name)
    assert cells(path) == rows[1:]
