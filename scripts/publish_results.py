"""Publishes complete runs: docs/results/NAME.json, its picture, and the table in the README.

    python scripts/publish_results.py NAME RUN... [--contended]

`--contended` says that other work ran on the machine: the times are kept in the file and left out
of the table. All numbers are read from the run directories; nothing is typed by hand. `--check` compares the
README with the published file and ends with code 1 where they differ.
"""

import argparse
import json
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "docs" / "results"
README = ROOT / "README.md"
PLACES = ("--runs", "--name", "--cache")
START, END = "<!-- results: {} -->", "<!-- end of results -->"


def main() -> None:
    """Writes or checks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("runs", nargs="*", type=Path)
    parser.add_argument("--check", action="store_true", help="only compare")
    parser.add_argument("--contended", action="store_true", help="other work ran beside the runs")
    options = parser.parse_args()
    file = RESULTS / f"{options.name}.json"
    if options.runs:
        published = [{**read_run(run), "contended": options.contended} for run in options.runs]
        file.write_text(json.dumps(published, indent=2) + "\n")
        draw(all_published(), RESULTS / "imdb.svg")
    readme = README.read_text()
    renewed = with_table(readme, options.name, table(json.loads(file.read_text())))
    if not options.check:
        README.write_text(renewed)
    elif readme != renewed:
        sys.exit(f"the table of {options.name} in README.md is not that of {file.name}")


def all_published() -> list[dict]:
    """Every published run of IMDB, whatever table it is in.

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
    configuration = yaml.safe_load((run / "config.yaml").read_text())
    return {
        "model": result["model"],
        "command": " ".join(without_places(environment["command"])),
        "commit": environment["commit"],
        "date": environment["started"][:10],
        "device": f"{environment['device_names'][0]}, {environment['threads']} threads",
        "precision": environment["precision"],
        "versions": environment["versions"],
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


def without_places(command: list[str]) -> list[str]:
    """The command without the options that say where files lie on one machine."""
    kept, is_place = [], False
    for argument in command:
        if is_place:
            is_place = False
        elif argument in PLACES:
            is_place = True
        elif argument.split("=", 1)[0] not in PLACES:
            kept.append(argument)
    return kept


def footer(published: list[dict]) -> str:
    """Conditions under the table.

    Raises:
        SystemExit: the runs have not the same hardware, precision, seed and splits, or a command
            is more than `--model NAME`, which the README says of every row.
    """
    for run in published:
        if run["command"] != f"python -m tfcmp.fit --model {run['model']}":
            sys.exit(f"{run['model']} was fitted by another command: {run['command']}")
    conditions = {
        (run["device"], run["precision"], run["configuration"]["seed"], str(run["fingerprints"]))
        for run in published
    }
    if len(conditions) > 1:
        sys.exit(f"these runs do not belong in one table: {conditions}")
    device, precision, seed, _ = conditions.pop()
    dates = " and ".join(sorted({run["date"] for run in published}))
    told = f"One run each (seed {seed}), {device}, {precision}, {dates}."
    if any(run.get("contended") for run in published):
        told += " Times are left out where other work ran on the machine."
    return told


def table(published: list[dict]) -> str:
    """The README's table, hardware and date under it."""
    lines = [
        "| model | test accuracy, % | 95 % interval | parameters | text cut off | training | "
        "examples/s |",
        "| --- | ---: | :---: | ---: | ---: | ---: | ---: |",
    ]
    for run in published:
        accuracy = run["test"]["accuracy"]
        rate = run["epochs"][-1]["examples_per_second"]
        lines.append(
            f"| `{run['model']}` | {100 * accuracy['value']:.2f} | "
            f"{100 * accuracy['low']:.2f} to {100 * accuracy['high']:.2f} | "
            f"{run['parameters']['total']:,} | {100 * run['cut_token_share']:.0f} % | "
            f"{duration(run)} | {'' if run.get('contended') else f'{rate:.0f}'} |"
        )
    lines += ["", footer(published)]
    return "\n".join(lines)


def duration(run: dict) -> str:
    """Minutes of training; nothing where other work ran beside it."""
    return "" if run.get("contended") else f"{run['seconds']['training'] / 60:.1f} min"


def with_table(readme: str, name: str, content: str) -> str:
    """The README with `content` between the marks of `name`."""
    start = readme.index(START.format(name)) + len(START.format(name))
    end = readme.index(END, start)
    return f"{readme[:start]}\n{content}\n{readme[end:]}"


def draw(published: list[dict], file: Path) -> None:
    """Accuracy of each model with its interval; training time and precision beside it."""
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
