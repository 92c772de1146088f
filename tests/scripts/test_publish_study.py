"""scripts/publish_study.py: what is published of a study, and what is not."""

import json
import runpy
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from publishing.study import UNKNOWN_LOAD

from tfcmp.runs.files import write_json

SCRIPT = Path(__file__).parents[2] / "scripts" / "publish_study.py"


@pytest.fixture(scope="module")
def script():
    return SimpleNamespace(**runpy.run_path(str(SCRIPT)))


@pytest.fixture
def study(tmp_path, write_run_directory, write_search, settings_of):
    """Two complete runs of a gru, one that failed, and a search."""
    folder = tmp_path / "study"
    for seed in (1, 2):
        command = ["python", "-m", "tfcmp.fit", "--runs", str(tmp_path), "--seed", str(seed)]
        write_run_directory(folder / "runs", "gru", seed, environment={"command": command})
    write_run_directory(folder / "runs", "lstm", 1, is_complete=False)
    write_search(folder / "searches" / "gru")
    settings = settings_of("gru", 1, {}, {})
    asked = {name: of for name, of in settings.items() if name not in ("model", "seed")}
    content = {"seeds": [1], "settings": asked, "entries": [{"model": "gru", "seeds": [1, 2]}]}
    (folder / "study.yaml").write_text(yaml.safe_dump(content))
    return folder


def test_report_tables_and_figures_are_published_and_how_they_were_made(script, study, tmp_path):
    out = tmp_path / "pilot"
    script.publish([study], out)
    assert not (out / "report.html").exists()
    for name in ("report.md", "tables/accuracy.csv", "figures/accuracy.svg", "study.yaml"):
        assert (out / name).is_file()
    head = json.loads((out / "published.json").read_text())
    assert head["commands"] == ["python -m tfcmp.compare --config pilot/study.yaml"]
    assert head["commits"] == ["0123456789abcdef"]
    assert head["hours"]["searches"] == pytest.approx(sum(range(10, 22)) / 3600, abs=0.01)
    assert "0123456789abcdef" in (out / "README.md").read_text()
    script.check_sums(out)


def test_runs_without_a_study_are_published_with_the_command_of_each(script, study, tmp_path):
    runs = [study / "runs" / f"gru-seed{seed}" for seed in (1, 2)]
    script.publish(runs, tmp_path / "pilot")
    head = json.loads((tmp_path / "pilot" / "published.json").read_text())
    assert head["commands"] == [f"python -m tfcmp.fit --seed {seed}" for seed in (1, 2)]


def test_runs_that_a_study_adopted_are_published_with_their_own_commands(script, study, tmp_path):
    write_json(study / "study.json", {"finished": {"gru-seed2": 9.0, "gru-search": 20.0}})
    script.publish([study], tmp_path / "pilot")
    head = json.loads((tmp_path / "pilot" / "published.json").read_text())
    assert head["commands"] == [
        "python -m tfcmp.fit --seed 1",
        "python -m tfcmp.compare --config pilot/study.yaml",
    ]
    told = (tmp_path / "pilot" / "README.md").read_text()
    assert all(f"    {command}\n" in told for command in head["commands"])
    assert "the last of which found the others done; published by" in told


def test_times_whose_load_is_unknown_are_left_out(script, study, tmp_path):
    script.publish([study], tmp_path / "pilot")
    for name in ("times", "searches"):
        assert UNKNOWN_LOAD in (tmp_path / "pilot" / "tables" / f"{name}.csv").read_text()
    assert not (tmp_path / "pilot" / "figures" / "heat_seconds_gru.svg").exists()


def test_a_path_of_the_machine_is_refused_and_nothing_replaced(script, study, tmp_path):
    out = tmp_path / "pilot"
    script.publish([study], out)
    before = (out / "published.json").read_text()
    failures = {"failures": {"lstm-seed1": "no such file: /srv/ann/reviews.csv"}}
    write_json(study / "study.json", failures)
    with pytest.raises(SystemExit, match=r"failed_runs.csv, line 2: a path of the machine"):
        script.publish([study], out)
    assert (out / "published.json").read_text() == before


def test_what_may_be_a_text_of_the_data_is_refused(script, study, tmp_path):
    write_json(study / "study.json", {"failures": {"lstm-seed1": "a long review " * 60}})
    with pytest.raises(SystemExit, match="which may be a text"):
        script.publish([study], tmp_path / "pilot")


def test_a_run_that_does_not_verify_is_refused(script, study, tmp_path):
    file = study / "runs" / "gru-seed1" / "timing.json"
    file.write_text(file.read_text().replace("21.0", "11.0"))
    with pytest.raises(SystemExit, match=r"timing.json"):
        script.publish([study], tmp_path / "pilot")


def test_a_published_file_that_was_changed_is_named(script, study, tmp_path):
    out = tmp_path / "pilot"
    script.publish([study], out)
    file = out / "tables" / "accuracy.csv"
    file.write_text(file.read_text().replace("gru", "lstm"))
    with pytest.raises(SystemExit, match=r"tables/accuracy.csv"):
        script.check_sums(out)
    shutil.rmtree(out)


def files_of(folder):
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_folder_that_was_forgotten_does_not_cost_a_study_or_a_run(script, study, write_run):
    run = write_run("lstm")
    for last in (study, run):
        before = files_of(last)
        with pytest.raises(SystemExit, match=r"something else than .* expected a folder"):
            script.publish([study / "runs" / "gru-seed1"], last)
        assert files_of(last) == before


def test_a_file_in_the_place_of_the_folder_is_reported(script, study, tmp_path):
    (tmp_path / "pilot").write_text("notes")
    with pytest.raises(SystemExit, match="something else than a published study"):
        script.publish([study], tmp_path / "pilot")


def test_an_earlier_publication_is_replaced_as_a_whole(script, study, tmp_path):
    out = tmp_path / "there" / "pilot"
    out.mkdir(parents=True)
    script.publish([study], out)
    (out / "tables" / "old.csv").write_text("a\n")
    script.publish([study], out)
    script.check_sums(out)
    assert list(out.parent.iterdir()) == [out]


def test_what_was_published_stays_where_the_new_one_cannot_be_put(
    script, study, tmp_path, monkeypatch
):
    out = tmp_path / "there" / "pilot"
    script.publish([study], out)
    before = files_of(out)
    rename = Path.rename

    def refused(path, target):
        if path.name == "part":
            raise OSError("no space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(OSError, match="no space left"):
        script.publish([study], out)
    assert files_of(out) == before
    assert list(out.parent.iterdir()) == [out]


def test_a_folder_without_a_mark_in_the_readme_is_reported_before_anything_is_written(
    script, study, tmp_path, monkeypatch
):
    monkeypatch.setattr("sys.argv", ["publish_study.py", str(study), str(tmp_path / "unmarked")])
    with pytest.raises(SystemExit, match="no mark <!-- results: unmarked -->"):
        script.main()
    assert not (tmp_path / "unmarked").exists()


def test_the_table_stands_between_the_marks_of_the_readme(script):
    readme = "a\n<!-- results: pilot -->\nold\n<!-- end of results -->\nb\n"
    assert script.with_table(readme, "pilot", "new") == readme.replace("old", "new")
    with pytest.raises(SystemExit, match="no mark"):
        script.with_table("a", "pilot", "new")
    with pytest.raises(SystemExit, match="no mark <!-- end of results -->"):
        script.with_table(readme.split("<!-- end")[0], "pilot", "new")
