"""A study that was really made, published, and computed again from the publication alone."""

import json
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet
import pytest
import yaml

from tfcmp import verify
from tfcmp.errors import WorkError

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parents[2] / "scripts" / "publish_study.py"
STUDY = {
    "seeds": [1, 2],
    "settings": {
        "device": "cpu",
        "data": {"source": "diagnostic", "train_size": 200, "max_length": 40},
        "training": {"epochs": 1, "batch_size": 16},
    },
    "entries": [
        {"model": "bag_of_ngrams", "settings": {"architecture.features": 500}},
        {
            "model": "gru",
            "settings": {"architecture.units": 4, "architecture.embedding_size": 6},
            "search": {"trials": 3, "settings": {"training.epochs": 1}},
        },
    ],
    "report": {"prefer": "parameters"},
}


def call(command, *arguments):
    line = [sys.executable, "-m", f"tfcmp.{command}", *map(str, arguments)]
    subprocess.run(line, check=True, capture_output=True)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Two models with two seeds each, one of them searched, with explanations and behaviour."""
    folder = tmp_path_factory.mktemp("made")
    file = folder / "study.yaml"
    file.write_text(yaml.safe_dump(STUDY))
    call("compare", "--config", file, "--runs", folder, "--name", "s", "--cache", folder / "cache")
    run = folder / "s" / "runs" / "gru-seed1"
    call("explain", run, "--evaluate", "--sample", 10)
    call("diagnose", run, "--behaviour")
    return folder / "s"


@pytest.fixture(scope="module")
def publication(study, tmp_path_factory):
    """The published study, in another place than where it was published."""
    script = runpy.run_path(str(SCRIPT))
    folder = tmp_path_factory.mktemp("published") / "pilot"
    script["publish"]([study], folder)
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "copy"
    shutil.move(folder, elsewhere)
    return elsewhere


@pytest.fixture
def copy(publication, tmp_path):
    """A copy to tamper with."""
    shutil.copytree(publication, tmp_path / "copy")
    return tmp_path / "copy"


def told_of(folder, capsys):
    with pytest.raises(WorkError, match="difference"):
        verify.main([str(folder)])
    return capsys.readouterr().out


def test_it_is_computed_again_from_the_publication_alone(publication, capsys):
    verify.main([str(publication)])
    told = capsys.readouterr().out
    assert "not checked: " in told
    assert "the weights are not published" in told
    assert "4 runs, 1 search and a report: what was checked agrees" in told


def test_the_cell_that_differs_is_named(copy, capsys):
    file = copy / "tables" / "accuracy.csv"
    header, first, *rest = file.read_text().splitlines()
    cells = first.split(",")
    cells[2] = "0.9999"
    file.write_text("\n".join([header, ",".join(cells), *rest]) + "\n")
    assert "accuracy.csv: line 2, mean: is '0.9999', recomputed" in told_of(copy, capsys)


def test_another_answer_is_named(copy, capsys):
    file = copy / "runs" / "gru-seed1" / "predictions.parquet"
    table = pyarrow.parquet.read_table(file)
    place = table.schema.get_field_index("probabilities")
    values = [value[::-1] for value in table["probabilities"].to_pylist()]
    column = pyarrow.array(values, table.schema.field(place).type)
    pyarrow.parquet.write_table(table.set_column(place, "probabilities", column), file)
    told = told_of(copy, capsys)
    assert "gru-seed1: predictions.parquet: its checksum is not" in told
    assert "result.json: test.accuracy.value is" in told


def test_a_run_and_a_trial_that_were_taken_out_are_missed(copy, capsys):
    shutil.rmtree(copy / "runs" / "gru-seed2")
    shutil.rmtree(copy / "searches" / "gru" / "trials" / "0001")
    told = told_of(copy, capsys)
    assert "study.yaml asks for seed 2 of gru" in told
    assert "trial 1: it ended (oracle.json), and its outcome.json is missing" in told
    assert "runs/gru-seed2/result.json: missing" in told


def test_it_holds_no_text_and_no_place_of_the_machine(publication, study):
    behaviour = json.loads((study / "runs" / "gru-seed1" / "behaviour.json").read_text())
    texts = [
        text
        for capability in behaviour["capabilities"].values()
        for case in capability["failed"]
        for text in case["texts"]
    ]
    assert texts
    for file in publication.rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        assert str(study.parent).encode() not in content, file
        assert not any(text.encode() in content for text in texts), file
    for name in ("explanation.json", "behaviour.json"):
        assert (publication / "runs" / "gru-seed1" / name).is_file()
    assert not list(publication.rglob("model.keras"))


def test_it_can_be_published_anew_from_itself(publication, tmp_path):
    script = runpy.run_path(str(SCRIPT))
    script["publish"]([publication], tmp_path / "pilot")
    for name in ("report.md", "tables/accuracy.csv", "runs/gru-seed1/result.json"):
        assert (tmp_path / "pilot" / name).read_bytes() == (publication / name).read_bytes()
