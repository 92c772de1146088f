import json
import runpy
import shutil
from pathlib import Path

import pytest
import yaml

from tfcmp import report, verify
from tfcmp.errors import CallError, WorkError

# Files of tests are no modules to import from.
WRITTEN = runpy.run_path(str(Path(__file__).parent / "reporting" / "conftest.py"))
write_run_directory, settings_of = WRITTEN["make_run_directory"], WRITTEN["configuration_of"]


@pytest.fixture
def study(tmp_path):
    """A study of two runs that asks for just these."""
    study = tmp_path / "study"
    for model in ("gru", "lstm"):
        write_run_directory(study / "runs", model)
    settings = settings_of("gru", 1, {}, {})
    entries = [{"model": "gru"}, {"model": "lstm"}]
    asked = {name: of for name, of in settings.items() if name not in ("model", "seed")}
    content = {"seeds": [1], "settings": asked, "entries": entries}
    (study / "study.yaml").write_text(yaml.safe_dump(content))
    return study


def test_sound_runs_and_their_report_agree(study, capsys):
    report.main([str(study)])
    capsys.readouterr()
    verify.main([str(study)])
    told = capsys.readouterr().out
    assert told.startswith("2 runs and a report: all numbers and checksums agree")
    assert "detects damage and slips, not forgery" in told


def test_damage_is_named_and_ends_the_work(study, capsys):
    (study / "runs" / "gru-seed1" / "model.keras").write_bytes(b"other")
    with pytest.raises(WorkError, match=r"1 difference\(s\) in 2 runs; this detects damage"):
        verify.main([str(study)])
    assert "gru-seed1: model.keras: its checksum" in capsys.readouterr().out


def test_a_run_that_was_removed_is_named_by_label_and_seed(study, capsys):
    shutil.rmtree(study / "runs" / "lstm-seed1")
    with pytest.raises(WorkError, match=r"1 difference\(s\) in 1 run;"):
        verify.main([str(study)])
    assert "study.yaml asks for seed 1 of lstm" in capsys.readouterr().out


def test_an_altered_report_of_a_study_is_found(study, capsys):
    report.main([str(study)])
    page = study / "report" / "report.html"
    page.write_text(page.read_text() + " ")
    with pytest.raises(WorkError, match="2 runs and a report"):
        verify.main([str(study)])
    assert "report.html: its checksum" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["report.html", "report.json"])
def test_a_report_of_a_study_that_lost_a_file_is_damaged(study, capsys, name):
    report.main([str(study)])
    (study / "report" / name).unlink()
    capsys.readouterr()
    with pytest.raises(WorkError, match="2 runs and a report"):
        verify.main([str(study)])
    assert name in capsys.readouterr().out


def test_a_study_whose_report_folder_is_empty_has_no_report(study, capsys):
    (study / "report").mkdir()
    verify.main([str(study)])
    assert capsys.readouterr().out.startswith("2 runs: all numbers")


def test_a_report_elsewhere_is_verified_with_its_runs(study, tmp_path, capsys):
    runs = [str(path) for path in sorted((study / "runs").iterdir())]
    report.main([*runs, "--out", str(tmp_path / "out")])
    verify.main([*runs, "--report", str(tmp_path / "out")])
    assert "2 runs and a report" in capsys.readouterr().out


def test_what_could_not_be_checked_is_reported_and_is_no_difference(study, capsys):
    verify.verify([study])
    assert "not checked" not in capsys.readouterr().out
    # The texts of these runs are not those of the diagnostic corpus.
    verify.verify([study], answers=True)
    told = capsys.readouterr().out
    assert told.count("not checked: ") == 2
    assert "2 runs: what was checked agrees" in told


def test_without_a_complete_run_the_call_is_wrong(tmp_path):
    path = write_run_directory(tmp_path, is_complete=False)
    with pytest.raises(CallError, match="at least one complete run"):
        verify.main([str(path)])


def test_a_publication_without_its_runs_is_distinguished_from_one_that_can_be_computed_again(
    tmp_path,
):
    (tmp_path / "published.json").write_text(json.dumps({"files": {}}))
    with pytest.raises(CallError, match="was published without its runs"):
        verify.main([str(tmp_path)])
