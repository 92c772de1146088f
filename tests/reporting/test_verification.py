import json
import shutil

import pyarrow
import pyarrow.parquet
import pytest

from tfcmp.errors import WorkError
from tfcmp.reporting.assembling import Wishes, assemble
from tfcmp.reporting.gathering import gather
from tfcmp.reporting.reading import read_run
from tfcmp.reporting.verification import is_same, verify_report, verify_run
from tfcmp.reporting.writing import write_report
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.later import write_later


def rewrite(path, change):
    """Applies `change` to result.json and lets all its checksums fit again."""
    run = RunDirectory(path)
    result = run.read_json("result.json")
    change(result)
    del result["files"]
    run.complete(result)


def test_a_sound_run_differs_in_nothing(write_run):
    assert verify_run(write_run()) == []


def test_intervals_of_an_earlier_method_are_not_recomputed(write_run):
    path = write_run()

    def as_earlier(result):
        del result["interval_method"]
        result["test"]["accuracy"].update(low=0.1)

    rewrite(path, as_earlier)
    assert verify_run(path) == []
    rewrite(path, lambda result: result["test"]["accuracy"].update(value=0.1))
    assert any("test.accuracy.value" in one for one in verify_run(path))


@pytest.mark.parametrize(
    "name", ["config.yaml", "model.keras", "predictions.parquet", "split.json"]
)
def test_a_file_that_was_altered_is_named(write_run, name):
    path = write_run()
    with (path / name).open("ab") as stream:
        stream.write(b"\n")
    assert f"{path}: {name}: its checksum is not the one that was recorded" in verify_run(path)


def test_a_missing_file_is_named(write_run):
    path = write_run()
    (path / "model.keras").unlink()
    assert verify_run(path) == [f"{path}: model.keras: missing"]


def test_an_altered_answer_is_found_though_the_checksum_fits(write_run):
    path = write_run()
    table = pyarrow.parquet.read_table(path / "predictions.parquet")
    values = table["probabilities"].to_pylist()
    values[-1] = values[-1][::-1]
    place = table.schema.get_field_index("probabilities")
    column = pyarrow.array(values, pyarrow.list_(pyarrow.float32()))
    altered = table.set_column(place, "probabilities", column)
    pyarrow.parquet.write_table(altered, path / "predictions.parquet")
    rewrite(path, lambda result: None)
    told = verify_run(path)
    assert any("test.accuracy.value is" in one for one in told)
    assert any("test.nll.value is" in one for one in told)
    assert not any("validation." in one for one in told)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda result: result["test"]["accuracy"].update(value=0.99), "test.accuracy.value"),
        (lambda result: result["test"]["nll"].update(low=0.0), "test.nll.low"),
        (lambda result: result["validation"].pop("ece"), "validation.ece.value"),
        (lambda result: result["test"].update(extra={"value": 1.0}), "test.extra.value"),
        (lambda result: result.update(seed=9), "seed is 9, recomputed 1"),
        (lambda result: result.update(best_epoch=1), "best_epoch is 1, recomputed 2"),
        (lambda result: result.update(epochs=3), "epochs is 3, recomputed 2"),
        (lambda result: result.update(classes=["a", "b"]), "classes are not those"),
    ],
)
def test_an_altered_result_is_named(write_run, change, named):
    path = write_run()
    rewrite(path, change)
    (told,) = verify_run(path)
    assert named in told


def test_an_altered_result_is_named_where_nothing_can_be_recomputed(write_run):
    path = write_run()
    result = json.loads((path / "result.json").read_text())
    result["parameters"]["total"] = 5
    (path / "result.json").write_text(json.dumps(result))
    assert verify_run(path) == [
        f"{path}: result.json: its checksum is not the one that was recorded"
    ]
    with pytest.raises(WorkError, match=r"result\.json is not as written"):
        read_run(path)


def test_a_split_of_another_size_is_named(write_run):
    path = write_run()
    split = json.loads((path / "split.json").read_text())
    split["splits"]["test"]["size"] = 199
    (path / "split.json").write_text(json.dumps(split))
    rewrite(path, lambda result: None)
    assert f"{path}: split.json: test.size is 199, predictions.parquet has 200" in verify_run(path)


@pytest.mark.parametrize("content", ["[]", "{}", "nothing"])
def test_a_result_that_is_none_is_told_without_a_traceback(write_run, content):
    path = write_run()
    (path / "result.json").write_text(content)
    assert verify_run(path) != []


@pytest.fixture(scope="module")
def original(tmp_path_factory, write_run_directory):
    """A report and its runs, written once."""
    folder = tmp_path_factory.mktemp("original")
    paths = [write_run_directory(folder / "runs", model) for model in ("gru", "lstm")]
    write_report(assemble(gather(paths), Wishes()), Wishes(), folder / "out")
    return folder / "out", paths


@pytest.fixture
def written(original, tmp_path):
    """A copy of the report to change, and its runs."""
    shutil.copytree(original[0], tmp_path / "out")
    return tmp_path / "out", original[1]


def test_a_sound_report_differs_in_nothing(written):
    assert verify_report(*written) == []


def test_an_altered_table_is_named_by_line_and_column(written):
    file = written[0] / "tables" / "accuracy.csv"
    header, first, *rest = file.read_text().splitlines()
    cells = first.split(",")
    cells[2] = "0.9999"
    file.write_text("\n".join([header, ",".join(cells), *rest]) + "\n")
    told = verify_report(*written)
    assert any("its checksum is not" in one for one in told)
    assert any("accuracy.csv: line 2, mean: is '0.9999', recomputed" in one for one in told)


@pytest.mark.parametrize("name", ["report.html", "report.md", "figures/accuracy.svg"])
def test_an_altered_page_or_picture_is_named(written, name):
    file = written[0] / name
    file.write_text(file.read_text().replace("0", "1", 1))
    (told,) = verify_report(*written)
    assert name in told


def test_a_report_of_other_runs_is_found(written, write_run):
    folder, paths = written
    told = verify_report(folder, [*paths, write_run("gru", 2)])
    assert any("accuracy.csv" in one for one in told)


def test_a_missing_table_is_named(written):
    (written[0] / "tables" / "pairs.csv").unlink()
    assert any("pairs.csv: missing" in one for one in verify_report(*written))


def test_rounding_is_no_difference():
    assert is_same(0.1 + 0.2, 0.3)
    assert not is_same(0.3, 0.3001)
    assert not is_same(None, 0.0)


def test_beside_a_damaged_run_a_changed_table_is_named_too(written, tmp_path):
    folder, paths = written
    (folder / "tables" / "pairs.csv").unlink()
    damaged = tmp_path / "damaged"
    shutil.copytree(paths[0], damaged)
    (damaged / "timing.json").write_text("{}")
    told = verify_report(folder, [damaged, paths[1]])
    assert any("pairs.csv: missing" in one for one in told)
    assert any("timing.json" in one for one in told)


def test_a_changed_measurement_of_a_later_command_is_named(write_run):
    path = write_run()
    file = write_later(RunDirectory(path), "bench.json", {"value": 4.0}, "bench", ["model.keras"])
    assert verify_run(path) == []
    file.write_text(file.read_text().replace("4.0", "3.0"))
    (told,) = verify_run(path)
    assert "bench.json is damaged" in told
