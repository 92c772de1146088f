"""A tiny study that was really searched, trained and tested, to be tampered with."""

import runpy
import shutil
from pathlib import Path

import pytest
import yaml

# Files of tests are no modules to import from.
WRITTEN = runpy.run_path(str(Path(__file__).parents[1] / "reporting" / "conftest.py"))
write_run, write_run_directory = WRITTEN["write_run"], WRITTEN["write_run_directory"]

MODEL = "bag_of_ngrams"
STUDY = {
    "seeds": [1, 2],
    "settings": {
        "device": "cpu",
        "data": {"source": "diagnostic", "train_size": 200, "max_length": 40},
        "training": {"epochs": 2, "batch_size": 16},
    },
    "entries": [
        {
            "model": MODEL,
            "settings": {"architecture": {"features": 500}},
            "search": {
                "trials": 3,
                "settings": {"training.epochs": 1},
                "space": {"training.learning_rate": {"low": 0.01, "high": 0.1, "scale": "log"}},
            },
        }
    ],
}


@pytest.fixture(scope="session")
def untouched(tmp_path_factory, shared_cache):
    """A complete study of two runs and a search; not to be changed."""
    from tfcmp import tune
    from tfcmp.config.file import write_configuration
    from tfcmp.runs.directory import create_run
    from tfcmp.study.directory import StudyDirectory
    from tfcmp.study.file import read_study
    from tfcmp.study.plan import make_plan
    from tfcmp.study.stages import configuration_of
    from tfcmp.training.train import train

    path = tmp_path_factory.mktemp("studies") / "tiny"
    path.mkdir()
    (path / "study.yaml").write_text(yaml.safe_dump(STUDY))
    study, plan = StudyDirectory(path), make_plan(read_study(path / "study.yaml"), "study.yaml")
    (search,) = plan.searches
    settings, space = path.parent / "settings.yaml", path.parent / "space.yaml"
    write_configuration(settings, search.configuration)
    space.write_text(yaml.safe_dump(search.request.space))
    options = {
        "--config": settings,
        "--search.trials": search.request.trials,
        "--search.seed": search.request.seed,
        "--search.space": space,
        "--runs": path / "searches",
        "--name": MODEL,
        "--cache": shared_cache,
    }
    tune.main([str(part) for option in options.items() for part in option])
    for run in plan.runs:
        directory = create_run(path / "runs", MODEL, run.name)
        train(configuration_of(study, run), directory, shared_cache)
        directory.unlock()
        study.state.finished[run.name] = 1.0
    study.write_state()
    return path


@pytest.fixture
def study(untouched, tmp_path):
    """A copy of the study to tamper with."""
    shutil.copytree(untouched, tmp_path / "tiny")
    return tmp_path / "tiny"
