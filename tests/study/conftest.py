"""Studies whose processes are played: files appear, nothing is trained."""

import json
import runpy
from pathlib import Path

import pytest
import yaml

from tfcmp.command.options import parse_file
from tfcmp.config.file import write_configuration
from tfcmp.study.directory import StudyDirectory
from tfcmp.study.file import read_study
from tfcmp.study.plan import make_plan
from tfcmp.study.scheduler import Scheduler

# Files of tests are no modules to import from.
write_run_directory = runpy.run_path(str(Path(__file__).parents[1] / "reporting" / "conftest.py"))[
    "make_run_directory"
]

SMALL = {"device": "cpu", "data": {"source": "diagnostic", "train_size": 200}}
TRIALS = "trial,status,score,seconds,training.optimizer,training.learning_rate\n"


@pytest.fixture
def write_study(tmp_path):
    """The function (entries, further names) -> path of a study file."""

    def write(*entries, name="study", **more):
        file = tmp_path / f"{name}.yaml"
        content = {"seeds": [1, 2], "settings": SMALL, "entries": list(entries), **more}
        file.write_text(yaml.safe_dump(content, sort_keys=False))
        return file

    return write


@pytest.fixture
def plan_of():
    """The function (study file) -> its plan."""
    return lambda file: make_plan(read_study(file), str(file))


@pytest.fixture
def write_result():
    """The function (study directory, run of its plan, settings) that writes a complete run."""

    def write(study, run, configuration=None, **settings):
        path = study.run(run.name)
        if not (path / "config.yaml").exists():
            model, seed = run.configuration.model, run.configuration.seed
            write_run_directory(
                path.parent, model, seed, name=run.name, is_complete=False, **settings
            )
        else:
            write_run_directory(path.parent, "gru", 1, name=f".{run.name}", **settings)
            for file in (path.parent / f".{run.name}").iterdir():
                file.replace(path / file.name)
            (path.parent / f".{run.name}").rmdir()
        write_configuration(path / "config.yaml", configuration or run.configuration)
        (path / "result.json").write_text('{"test": {"accuracy": {"value": 0.875}}}')
        return path

    return write


class PlayedChild:
    """A process that has ended before it is looked at, or works until it is asked to end."""

    def __init__(self, code):
        self.code = code
        self.was_interrupted = False

    def poll(self):
        return self.code

    def interrupt(self):
        self.was_interrupted = True

    def end(self, deadline):
        self.code = 1 if self.code is None else self.code


@pytest.fixture
def played(write_result, write_search):
    """The function (study, plan, outcomes) -> a start function that plays all commands.

    `outcomes` has, by name, what a process does: nothing for success, an exit code and a last line,
    or None for one that never ends. `start.commands` holds the command lines, by name in order.
    """

    def make(study, plan, outcomes=None):
        def start(command, log):
            name = log.stem
            start.commands.append((name, command))
            outcome = (outcomes or {}).get(name, 0)
            if outcome is None:
                child = PlayedChild(None)
            elif outcome == 0:
                _succeed(study, plan, name)
                child = PlayedChild(0)
            else:
                code, told = outcome
                log.write_text(f"before\nerror: {told}\n")
                child = PlayedChild(code)
            start.children.append(child)
            return child

        start.commands, start.children = [], []
        return start

    def _succeed(study, plan, name):
        runs = {run.name: run for run in plan.runs}
        if name in runs:
            file = study.settings(name)
            write_result(study, runs[name], parse_file(file, "test") if file.exists() else None)
            return
        label = name.removesuffix("-search")
        (search,) = [search for search in plan.searches if search.label == label]
        write_search(study, search)

    return make


@pytest.fixture
def write_search():
    """The function (study directory, search of its plan) that writes a complete search."""

    def write(study, search, status="complete"):
        folder = study.search(search.label)
        folder.mkdir(parents=True, exist_ok=True)
        request = search.request
        write_configuration(folder / "config.yaml", search.configuration)
        known = {
            "tuner": request.tuner,
            "budget": {"trials": request.trials, "seconds": request.seconds},
            "seed": {"search": request.seed},
            "status": status,
        }
        (folder / "search.json").write_text(json.dumps(known))
        (folder / "trials.csv").write_text(TRIALS + "0,complete,0.9,1.0,sgd,0.5\n")
        best = {
            "model": "gru",
            "seed": 7,
            "data": {"train_size": 50},
            "training": {"optimizer": "sgd", "learning_rate": 0.5, "epochs": 9},
        }
        (folder / "best.yaml").write_text(yaml.safe_dump(best))

    return write


@pytest.fixture
def study(tmp_path):
    """An empty study directory with its folders."""
    directory = StudyDirectory(tmp_path / "runs" / "study")
    for folder in ("runs", "settings", "logs"):
        (directory.path / folder).mkdir(parents=True)
    return directory


@pytest.fixture
def schedule(study, plan_of, played):
    """The function (study file, outcomes, jobs) that works through it; gives the start function."""

    def work(file, outcomes=None, jobs=1, tell=lambda event, working: None):
        plan = plan_of(file)
        start = played(study, plan, outcomes)
        study.keep(file)
        Scheduler(study, plan, start, tell, jobs).work()
        return start

    return work
