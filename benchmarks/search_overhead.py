"""How much of a search is training: with models kept between trials, and built anew for each.

    TFDS_DATA_DIR=... python benchmarks/search_overhead.py [--trials 4] [--texts 1000] [--epochs 1]

The same random trials of `gru` on IMDB twice in one process, in turns, trial by trial: once with
the model, its compiled step and its random states put back to their start, once with everything
made anew, as KerasTuner's own tuners do. Texts are prepared before; imports are not counted.

Prints, for both, the share of their seconds in training and evaluation steps, and the ratio of the
whole times.
"""

import argparse
import gc
import json
import tempfile
from pathlib import Path

from tfcmp.config.default_paths import DEFAULT_CACHE
from tfcmp.models.catalogue import default_configuration, find_model
from tfcmp.search.hyperparameters import make_hyperparameters, settings_of
from tfcmp.search.plan import Budget
from tfcmp.search.record import Outcome
from tfcmp.search.settings import with_settings
from tfcmp.search.space import default_space, make_space
from tfcmp.search.trial import TrialRunner
from tfcmp.search.tuner import make_oracle
from tfcmp.training.hardware import set_up_hardware


def main() -> None:
    """Runs the trials both ways and prints the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=4)
    parser.add_argument("--texts", type=int, default=1000, help="training reviews used")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=Path(DEFAULT_CACHE).expanduser())
    options = parser.parse_args()
    configuration = with_settings(
        default_configuration(find_model("gru")),
        {"data.train_size": options.texts, "training.epochs": options.epochs},
    )
    space = make_space(default_space(configuration), configuration)
    hyperparameters = make_hyperparameters(space, "random")
    oracle = make_oracle("random", hyperparameters, Budget(options.trials), 1, options.epochs)
    device = str(set_up_hardware(configuration)["device"])
    outcomes: dict[str, list[Outcome]] = {"kept": [], "anew": []}
    with tempfile.TemporaryDirectory() as folder:
        runners = {
            name: TrialRunner(configuration, Path(folder) / name, options.cache, None, device, name)
            for name in outcomes
        }
        for runner in runners.values():
            runner.texts(configuration)
        for number in range(options.trials):
            settings = settings_of(oracle._random_values(), space)
            # Who goes first changes, and nobody pays for what the other one leaves behind.
            for name in sorted(runners, reverse=number % 2 == 0):
                outcomes[name].append(runners[name].run(number, settings, unseen))
                runners["anew"]._models._kept = None
                gc.collect()
    kept, anew = (sum(one.seconds for one in outcomes[name]) for name in ("kept", "anew"))
    report = {
        "share_in_steps": {name: share_in_steps(found) for name, found in outcomes.items()},
        "training_seconds": {name: phase(found, "training") for name, found in outcomes.items()},
        "first_step_seconds": {
            name: phase(found, "first_step") for name, found in outcomes.items()
        },
        "kept_over_anew_seconds": kept / anew,
        "same_scores": [one.score for one in outcomes["kept"]]
        == [one.score for one in outcomes["anew"]],
    }
    print(json.dumps(report, indent=2))


def unseen(_share: float) -> None:
    """Progress that nobody looks at."""


def share_in_steps(outcomes: list[Outcome]) -> float:
    """Share of the trials' seconds in training and evaluation steps."""
    steps = phase(outcomes, "training") + phase(outcomes, "validation")
    return steps / sum(outcome.seconds for outcome in outcomes)


def phase(outcomes: list[Outcome], name: str) -> float:
    """Seconds of all trials in one phase."""
    return sum(outcome.phases.get(name, 0.0) for outcome in outcomes)


if __name__ == "__main__":
    main()
