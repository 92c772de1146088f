from pathlib import Path

import pytest
from publishing import privacy
from publishing.privacy import LONGEST_CELL, private_parts

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


def test_what_was_published_passes():
    assert private_parts(ROOT / "docs" / "results" / "pilot") == []
