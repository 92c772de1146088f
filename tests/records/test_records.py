import json
import shutil
from pathlib import Path

import jsonschema
import pytest

from scripts.json_schemas import schemas
from tfcmp import bench, explain

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "docs" / "schemas"
PILOT = ROOT / "docs" / "results" / "pilot"


def validate(file):
    schema = json.loads((SCHEMAS / file.name.replace(".json", ".schema.json")).read_text())
    jsonschema.validate(json.loads(file.read_text()), schema)


def test_the_schemas_in_docs_are_those_of_the_types():
    written = {
        file.name.replace(".schema.json", ".json"): json.loads(file.read_text())
        for file in SCHEMAS.iterdir()
    }
    assert written == schemas()


@pytest.mark.parametrize("name", sorted(schemas()))
def test_published_files_follow_their_schema(name):
    files = sorted(PILOT.rglob(name))
    assert files
    for file in files:
        validate(file)


@pytest.mark.parametrize("name", ["result.json", "timing.json", "environment.json"])
def test_files_of_a_new_run_follow_their_schema(name, finished_run):
    validate(finished_run / name)


def test_an_explanation_by_all_methods_with_another_run_follows_its_schema(finished_run, tmp_path):
    run = shutil.copytree(finished_run, tmp_path / "run")
    explain.main([str(run), "--evaluate", "--sample", "5", "--other", str(finished_run)])
    validate(run / "explanation.json")
    assert json.loads((run / "explanation.json").read_text())["agreement"]["seeds"]


@pytest.mark.slow
def test_measurements_of_training_and_of_a_run_follow_their_schema(finished_run, tmp_path):
    run = shutil.copytree(finished_run, tmp_path / "run")
    lengths = ["--lengths", "8", "--batch-sizes", "2", "--cache", str(tmp_path / "cache")]
    bench.main([str(run), *lengths])
    bench.main(["--model", "gru", "--against", "transformer", *lengths, "--out", str(tmp_path)])
    validate(run / "bench.json")
    validate(tmp_path / "bench.json")
