from pathlib import Path

import pytest
from publishing import privacy
from publishing.privacy import LONGEST_CELL, private_parts

from tfcmp.data.corpus import text_id

ROOT = Path(__file__).parents[2]


@pytest.fixture
def found(tmp_path):
    """The function (text, name of its file) -> what of it must not be published."""

    def parts(text, name="report.md"):
        (tmp_path / name).write_text(text)
        return private_parts(tmp_path)

    return parts


@pytest.mark.parametrize(
    "text",
    [
        "no such file: /srv/ann/reviews.csv",
        "read from /scratch/ann",
        "/nfs/group/data.csv",
        "error:/gpfs/x",
        "--data=/Volumes/disk/reviews.csv",
        "(/private/var/folders)",
        '"/mnt/a b"',
        "~/reviews.csv",
        r"C:\Users\ann",
        r"d:\data",
        "file:///srv/x",
    ],
)
def test_a_path_of_a_machine_is_found(found, text):
    (one,) = found(f"a note\n{text}\n")
    assert one.startswith("report.md, line 2: a path of the machine (")


@pytest.mark.parametrize(
    "text",
    [
        "[the report](docs/results/pilot/report.md)",
        "see https://www.w3.org/2000/svg and //EN",
        "texts/s, precision/recall/f1, 1/2/3",
        "./runs/gru, ../other/report",
        "</g></svg>",
        "12:30 /",
        "configs/studies/imdb_cpu.yaml",
    ],
)
def test_what_is_no_place_of_a_machine_is_not(found, text):
    assert found(text) == []


def test_letters_of_an_embedded_picture_are_no_path_and_lines_are_counted_on(found):
    picture = 'href="data:image/png;base64,\n/qDX/f29/Ho+/AA/B\niVBO==" />'
    assert found(picture, "map.svg") == []
    (one,) = found(f"{picture}\n<text>/srv/ann/x</text>\n", "map.svg")
    assert one.startswith("map.svg, line 4: a path of the machine (/srv/ann/x")


def test_names_of_the_machine_and_its_user_are_found(found, monkeypatch):
    monkeypatch.setattr(privacy.socket, "gethostname", lambda: "quartz-7")
    monkeypatch.setattr(privacy.getpass, "getuser", lambda: "ann")
    told = found("on quartz-7\nby ann\nwithout annotation\n")
    assert [one.split(": ")[0] for one in told] == ["report.md, line 1", "report.md, line 2"]
    assert "a name of the machine or its user (quartz-7)" in told[0]


def test_a_cell_that_may_be_a_text_is_found_and_a_note_is_not(found):
    long = "word " * (LONGEST_CELL // 4)
    assert found(long) == []
    (one,) = found(f'model,reason\ngru,"{long}"\n', "runs.csv")
    assert one.startswith("runs.csv, line 2: ")
    assert one.endswith("characters in a cell, which may be a text")


@pytest.fixture
def with_predictions(tmp_path):
    """Predictions of one text, in the folder that is looked through."""
    import pyarrow
    import pyarrow.parquet

    def write(text="A dull film.", **columns):
        table = pyarrow.table({"split": ["test"], "id": [text_id(text)], **columns})
        pyarrow.parquet.write_table(table, tmp_path / "predictions.parquet")

    return write


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("explanation.json", '{"a": [{"note": "A dull film."}]}'),
        ("metrics.jsonl", '{"event": "epoch"}\n{"note": "A dull film."}\n'),
        ("slices.csv", "a,b\n1,A dull film.\n"),
    ],
)
def test_a_predicted_text_is_found_whatever_it_is_called(found, with_predictions, name, content):
    with_predictions()
    (one,) = found(content, name)
    assert one == f"{name}: a text of the data (id {text_id('A dull film.')})"


def test_a_long_string_of_json_is_found(found):
    (one,) = found(f'{{"note": "{"word " * LONGEST_CELL}"}}', "bench.json")
    assert one.endswith("characters in a string, which may be a text")


def test_a_column_of_texts_is_found(found, with_predictions):
    with_predictions(text_of=["A dull film."])
    assert found("nothing\n") == ["predictions.parquet: a column that is not published (text_of)"]


def test_what_was_published_passes():
    for file in (ROOT / "docs" / "results").glob("*/published.json"):
        assert private_parts(file.parent) == []
