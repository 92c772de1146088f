import csv
import json
import shutil
from xml.etree import ElementTree

import pytest

from tfcmp.errors import WorkError
from tfcmp.reporting.analysis.comparison import ReportOptions
from tfcmp.reporting.build import assemble
from tfcmp.reporting.load.inputs import gather
from tfcmp.reporting.write import read_record, write_report
from tfcmp.runs.files import sha256_of

WISHES = ReportOptions(("accuracy>=0.5",), "parameters", 0.01, "nll")


@pytest.fixture(scope="module")
def original(tmp_path_factory, write_run_directory):
    """Folder of a report, and the runs that it is of."""
    folder = tmp_path_factory.mktemp("original")
    runs = [write_run_directory(folder / "runs", model) for model in ("gru", "lstm")]
    page = write_report(assemble(gather(runs), WISHES), WISHES, folder / "out")
    assert page == folder / "out" / "report.html"
    return folder / "out", runs


@pytest.fixture
def folder(original, tmp_path):
    """A copy of it to change."""
    shutil.copytree(original[0], tmp_path / "out")
    return tmp_path / "out"


def test_the_record_holds_options_and_checksums_of_all_files(folder):
    report_options, sums = read_record(folder)
    assert report_options == WISHES
    # The names that reports of earlier versions have.
    assert set(json.loads((folder / "report.json").read_text())) == {
        "report_format",
        "wishes",
        "files",
    }
    written = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    assert set(sums) == written - {"report.json"}
    assert all(sha256_of(folder / name) == of for name, of in sums.items())


def test_every_table_is_a_csv(folder):
    with (folder / "tables" / "accuracy.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["model"] for row in rows} == {"gru", "lstm", "majority class"}
    assert 0.5 < float(rows[0]["mean"]) < 1


def test_pictures_are_files_of_their_own_with_ink_on_paper(folder):
    for file in (folder / "figures").glob("*.svg"):
        ElementTree.parse(file)
        written = file.read_text()
        assert "currentColor" not in written
        assert 'fill="#ffffff"' in written


def written_again(folder, run):
    """Writes the report of one run into the folder."""
    write_report(assemble(gather([run]), ReportOptions()), ReportOptions(), folder)


def test_what_an_earlier_report_listed_does_not_stay(folder, write_run):
    record = json.loads((folder / "report.json").read_text())
    for name in ("tables/old.csv", "figures/old.svg"):
        (folder / name).write_text("of an earlier report")
        record["files"][name] = "0"
    (folder / "report.json").write_text(json.dumps(record))
    written_again(folder, write_run("gru", 7))
    for name in ("tables/old.csv", "figures/old.svg", "tables/pairs.csv"):
        assert not (folder / name).exists()


@pytest.mark.parametrize("record", ["as it is", None, "{", "{}"])
def test_files_that_no_report_wrote_stay(folder, write_run, record):
    own = [folder / "tables" / "sales.csv", folder / "figures" / "logo.svg"]
    for file in own:
        file.write_text("of the user")
    if record is None:
        (folder / "report.json").unlink()
    elif record != "as it is":
        (folder / "report.json").write_text(record)
    written_again(folder, write_run("gru", 7))
    assert [file.read_text() for file in own] == ["of the user"] * 2


def test_no_record_removes_what_lies_elsewhere(folder, write_run):
    outside = folder.parent / "outside.csv"
    outside.write_text("of the user")
    record = json.loads((folder / "report.json").read_text())
    record["files"] |= {"tables/../../outside.csv": "0", str(outside): "0"}
    (folder / "report.json").write_text(json.dumps(record))
    written_again(folder, write_run("gru", 7))
    assert outside.exists()


def test_the_same_runs_give_the_same_files(folder, original, tmp_path):
    write_report(assemble(gather(original[1]), WISHES), WISHES, tmp_path / "again")
    assert read_record(folder) == read_record(tmp_path / "again")


def test_a_folder_without_report_is_told(tmp_path):
    with pytest.raises(WorkError, match="holds no report"):
        read_record(tmp_path)


def test_a_damaged_record_is_told(folder):
    (folder / "report.json").write_text(json.dumps({"files": {}}))
    with pytest.raises(WorkError, match="is damaged"):
        read_record(folder)
