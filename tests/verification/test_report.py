import shutil

import pytest

from tfcmp.reporting.analysis.comparison import ReportOptions
from tfcmp.reporting.build import assemble
from tfcmp.reporting.load.inputs import gather
from tfcmp.reporting.write import write_report
from tfcmp.verification.findings import differences
from tfcmp.verification.studies import verify_report


@pytest.fixture(scope="module")
def original(tmp_path_factory, write_run_directory):
    """A report and its runs, written once."""
    folder = tmp_path_factory.mktemp("original")
    paths = [write_run_directory(folder / "runs", model) for model in ("gru", "lstm")]
    write_report(assemble(gather(paths), ReportOptions()), ReportOptions(), folder / "out")
    return folder / "out", paths


@pytest.fixture
def written(original, tmp_path):
    """A copy of the report to change, and its runs."""
    shutil.copytree(original[0], tmp_path / "out")
    return tmp_path / "out", original[1]


def test_a_sound_report_differs_in_nothing(written):
    assert differences(verify_report(*written)) == []


def test_an_altered_table_is_named_by_line_and_column(written):
    file = written[0] / "tables" / "accuracy.csv"
    header, first, *rest = file.read_text().splitlines()
    cells = first.split(",")
    cells[2] = "0.9999"
    file.write_text("\n".join([header, ",".join(cells), *rest]) + "\n")
    told = differences(verify_report(*written))
    assert any("its checksum is not" in one for one in told)
    assert any("accuracy.csv: line 2, mean: is '0.9999', recomputed" in one for one in told)


@pytest.mark.parametrize("name", ["report.html", "report.md", "figures/accuracy.svg"])
def test_an_altered_page_or_picture_is_named(written, name):
    file = written[0] / name
    file.write_text(file.read_text().replace("0", "1", 1))
    (told,) = differences(verify_report(*written))
    assert name in told


def test_a_report_of_other_runs_is_found(written, write_run):
    folder, paths = written
    told = differences(verify_report(folder, [*paths, write_run("gru", 2)]))
    assert any("accuracy.csv" in one for one in told)


def test_a_missing_table_is_named(written):
    (written[0] / "tables" / "pairs.csv").unlink()
    assert any("pairs.csv: missing" in one for one in differences(verify_report(*written)))


def test_beside_a_damaged_run_a_changed_table_is_named_too(written, tmp_path):
    folder, paths = written
    (folder / "tables" / "pairs.csv").unlink()
    damaged = tmp_path / "damaged"
    shutil.copytree(paths[0], damaged)
    (damaged / "timing.json").write_text("{}")
    told = differences(verify_report(folder, [damaged, paths[1]]))
    assert any("pairs.csv: missing" in one for one in told)
    assert any("timing.json" in one for one in told)
