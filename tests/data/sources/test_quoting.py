import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.data.sources.columns import Columns
from tfcmp.data.sources.quoting import find_quoting
from tfcmp.data.sources.reading import Reading
from tfcmp.data.sources.rows import iterate_rows
from tfcmp.errors import WorkError

PLAIN = "".join(f"a film\t{number}\n" for number in range(5))


def quoting_of(*rows, header="text\tlabel\n", lines_before=0):
    lines = io.StringIO(header + "".join(rows), newline="")
    return find_quoting(iter(lines), "\t", "table.tsv", Reading(), lines_before)


@pytest.mark.parametrize(
    "rows",
    [
        (PLAIN, 'a 5" screen\t1\n'),
        (PLAIN, '"Great" film\t1\n'),
        (PLAIN, '"open film\t1\n', PLAIN),
        (PLAIN, '"good\t1\n', PLAIN, 'seen on a 5"\t0\n'),
        (PLAIN, '"Great film"\t1\n'),
    ],
    ids=["inside a cell", "around a word", "never closed", "around whole rows", "needless"],
)
def test_quotes_that_cannot_enclose_cells_are_text(rows):
    assert quoting_of(*rows) == "none"


@pytest.mark.parametrize(
    "row",
    ['"a\tb"\t1\n', '"one\ntwo"\t1\n', '"she said ""no"""\t1\n', '"ends in \r"\t1\n'],
    ids=["delimiter", "line break", "doubled quote", "carriage return"],
)
def test_a_cell_that_needs_its_quotes_shows_that_they_enclose_cells(row):
    assert quoting_of(PLAIN, row, PLAIN) == "minimal"


def test_quotes_in_the_header_or_in_every_row_enclose_cells():
    header = '"text"\t"label"\n'
    assert quoting_of('"good"\t"1"\n', header=header) == "minimal"
    assert quoting_of('"good"\t"1"\n', header="sep=\t\n" + header, lines_before=1) == "minimal"
    assert quoting_of('"good"\t1\n', '"bad"\t0\n', '"so, so"\t1\n') == "minimal"


@pytest.mark.parametrize(
    "rows",
    [
        # As a spreadsheet writes a cell with a comma, and as a corpus writes speech.
        (PLAIN, '"Great, film"\t1\n'),
        # Doubled quotes together with bare ones.
        ('"she said ""no"""\t1\n', 'a 5" screen\t1\n'),
        # A line break together with a cell that is not closed.
        ('"one\ntwo"\t1\n', '"Great" film\t1\n'),
    ],
)
def test_a_file_that_does_not_tell_is_refused_with_line_and_option(rows):
    with pytest.raises(WorkError, match=r"table\.tsv, line \d+: .*--data\.quoting minimal"):
        quoting_of(*rows)


def test_of_a_single_column_lines_between_quotes_are_refused():
    with pytest.raises(WorkError, match="line 2"):
        quoting_of('"one\n', 'two"\n', header="text\n")


CELLS = st.text(st.sampled_from('ab" ,;\t\n\r'), min_size=1, max_size=8)


TABLES = st.lists(st.tuples(CELLS, st.sampled_from(["x", "y"])), min_size=1, max_size=6)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("quoting")


def rows_of(path, **options):
    rows = iterate_rows(path, Columns({"text": None, "label": None}), Reading(**options))
    return [(row.cells["text"], row.cells["label"]) for row in rows]


def rows_or_refusal(path):
    try:
        return rows_of(path)
    except WorkError as error:
        return str(error)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@given(table=TABLES)
def test_with_its_options_every_table_is_read_back_cell_by_cell(folder, delimiter, table):
    path = folder / "table.tsv"
    with path.open("w", newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows([("text", "label"), *table])
    assert rows_of(path, delimiter=delimiter, quoting="minimal") == table


@given(
    table=st.lists(
        st.tuples(st.text(st.sampled_from('ab" ,'), min_size=1), st.sampled_from("xy")), min_size=1
    )
)
def test_a_table_without_quoting_is_read_back_or_refused_unless_it_looks_quoted(folder, table):
    path = folder / "plain.tsv"
    path.write_text("text\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label in table))
    assert rows_of(path, quoting="none") == table
    read = rows_or_refusal(path)
    if isinstance(read, str):
        assert "--data.quoting" in read
        return
    # Never a row less: only quotes around a whole cell may go.
    assert len(read) == len(table)
    assert [label for _, label in read] == [label for _, label in table]


@given(table=TABLES)
def test_a_quoted_table_is_read_back_or_refused_unless_cells_hold_whole_rows(folder, table):
    path = folder / "quoted.tsv"
    with path.open("w", newline="") as stream:
        csv.writer(stream, delimiter="\t").writerows([("text", "label"), *table])
    read = rows_or_refusal(path)
    if isinstance(read, str):
        assert "--data.quoting" in read
        return
    lines = [line for text, _ in table for line in f"{text}\t".split("\n")[:-1]]
    if not any(line.count("\t") == 1 for line in lines):
        assert read == table
