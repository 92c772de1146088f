"""Publishes single runs of IMDB: docs/results/NAME.json and the picture of all of them.

    python scripts/publish_results.py NAME RUN... [--contended]

`--contended` says that other work ran on the machine: the times are kept in the file and left out
of the picture. All numbers are read from the run directories, which are verified first; nothing is typed by hand. Studies are
published by publish_study.py.
"""

import argparse
import json
import sys
from pathlib import Path

import yaml
from publishing.redaction import redacted

from tfcmp.verification.findings import differences
from tfcmp.verification.runs import verify_run

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "docs" / "results"


def main() -> None:
    """Writes both files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument(
        "--contended", action="store_true", help="other work ran at the same time as the runs"
    )
    options = parser.parse_args()
    file = RESULTS / f"{options.name}.json"
    published = [{**read_run(run), "contended": options.contended} for run in options.runs]
    file.write_text(json.dumps(published, indent=2) + "\n")
    draw(all_published(), RESULTS / "imdb.svg")


def all_published() -> list[dict]:
    """Every published run of IMDB, whatever file it is in.

    Raises:
        SystemExit: they were not tested on the same texts.
    """
    files = sorted(RESULTS.glob("imdb*.json"))
    published = [run for file in files for run in json.loads(file.read_text())]
    if len({run["fingerprints"]["test"] for run in published}) > 1:
        sys.exit(f"the runs of {', '.join(file.name for file in files)} have other test texts")
    return published


def read_run(run: Path) -> dict:
    """What is published of a run: no path, no text."""
    result, timing, environment, split = (
        json.loads((run / f"{name}.json").read_text())
        for name in ("result", "timing", "environment", "split")
    )
    epochs = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines() if line]
    epochs = [line for line in epochs if line["event"] == "epoch"]
    if told := differences(verify_run(run)):
        sys.exit("\n".join(told))
    configuration = redacted(yaml.safe_load((run / "config.yaml").read_text()))
    return {
        "model": result["model"],
        "command": " ".join(redacted(environment)["command"]),
        "commit": environment["commit"],
        "date": environment["started"][:10],
        "device": f"{environment['device_names'][0]}, {environment['threads']} threads",
        "precision": environment["precision"],
        "versions": environment["versions"],
        **({"pretrained": weights} if (weights := pretrained(environment)) else {}),
        "configuration": configuration,
        "test": result["test"],
        "validation": result["validation"],
        "parameters": result["parameters"],
        "best_epoch": result["best_epoch"],
        "epochs": epochs,
        "seconds": timing["seconds"],
        "cut_token_share": split["splits"]["test"]["cut_token_share"],
        "fingerprints": {name: part["fingerprint"] for name, part in split["splits"].items()},
    }


def pretrained(environment: dict) -> dict:
    """Source, version and checksums of pretrained weights; of a user's folder its name alone."""
    parts = (environment.get("pretrained") or {}).items()
    return {name: redacted(part) for name, part in parts if part}


def duration(run: dict) -> str:
    """Minutes of training; nothing where other work ran at the same time."""
    return "" if run.get("contended") else f"{run['seconds']['training'] / 60:.1f} min"


def draw(published: list[dict], file: Path) -> None:
    """Accuracy of each model with its interval; training time and precision next to it."""
    import matplotlib

    matplotlib.use("svg")
    # Text as text, and the same file for the same numbers.
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "tfcmp", "font.size": 11})
    from matplotlib import pyplot

    ranked = sorted(published, key=lambda run: run["test"]["accuracy"]["value"])
    figure, axes = pyplot.subplots(figsize=(7.2, 0.5 * len(ranked) + 0.9), layout="constrained")
    for place, run in enumerate(ranked):
        value, low, high = (
            100 * run["test"]["accuracy"][name] for name in ("value", "low", "high")
        )
        axes.errorbar(
            value, place, xerr=[[value - low], [high - value]], fmt="o", capsize=3, color="#1f5fa8"
        )
        minutes = ", ".join(filter(None, (duration(run), run["precision"])))
        axes.annotate(minutes, (high, place), (8, 0), textcoords="offset points", va="center")
    axes.set_yticks(range(len(ranked)), [run["model"] for run in ranked])
    axes.set_xlabel("test accuracy, %, with 95 % interval")
    axes.margins(x=0.05, y=0.12)
    axes.set_xlim(right=axes.get_xlim()[1] + 2.5)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="x", alpha=0.3)
    figure.savefig(file, facecolor="white", metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    main()
