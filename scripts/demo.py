"""`make demo`: the main job on the embedded corpus, without a download.

Runs a small study (n-grams, a recurrent network, a transformer), asks the saved models about a few
sentences, and ends with the path of the report. Everything is done through the commands that a user
types.
"""

import json
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

STUDY = "configs/studies/demo.yaml"
RUNS = Path("runs")
ASKED = ("gru", "transformer")
SENTENCES = (
    "The film is delightful.",
    "The film is not delightful.",
    "The script was boring, but the music was delightful.",
    "The music was delightful, but the script was boring.",
)


def main() -> None:
    """Runs the demo and prints two tables."""
    console = Console()
    start = time.perf_counter()
    # A name of its own: a demo that finds everything done would show nothing.
    name = f"demo-{datetime.now():%Y%m%d-%H%M%S}"
    options = ["--config", STUDY, "--runs", str(RUNS), "--name", name]
    console.print(f"[bold]python -m tfcmp.compare {' '.join(options)}", soft_wrap=True)
    page, study = compare(options)
    runs = sorted((study / "runs").iterdir())
    console.print(
        measured(runs), answers({model: study / f"runs/{model}-seed1" for model in ASKED})
    )
    console.print(f"{time.perf_counter() - start:.0f} s in all; the report:")
    console.print(str(page), soft_wrap=True)


def compare(options: list[str]) -> tuple[Path, Path]:
    """Runs the study; gives the page of its report and its directory."""
    *_, page, study = call("compare", *options).splitlines()
    return Path(page), Path(study)


def call(command: str, *arguments: str) -> str:
    """Standard output of one of our commands; its progress goes to the terminal."""
    line = [sys.executable, "-m", f"tfcmp.{command}", *arguments]
    return subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True).stdout


def measured(runs: list[Path]) -> Table:
    """Accuracy and time of each run, from its files."""
    table = Table(title="Diagnostic corpus, test accuracy of each run: test sampling only")
    for column in ("run", "parameters", "test", "95 % interval", "training", "total"):
        table.add_column(column, justify="left" if column == "run" else "right", no_wrap=True)
    for run in runs:
        result = json.loads((run / "result.json").read_text())
        times = json.loads((run / "timing.json").read_text())
        accuracy = result["test"]["accuracy"]
        table.add_row(
            run.name,
            f"{result['parameters']['total']:,}",
            f"{accuracy['value']:.1%}",
            f"{100 * accuracy['low']:.1f} to {accuracy['high']:.1%}",
            f"{times['seconds']['training']:.0f} s",
            f"{times['total_seconds']:.0f} s",
        )
    return table


def answers(runs: dict[str, Path]) -> Table:
    """What the reloaded models say about a few sentences."""
    table = Table(title="The saved models, loaded again")
    table.add_column("text")
    columns = []
    for model, run in runs.items():
        table.add_column(model)
        lines = call("predict", str(run), *SENTENCES).splitlines()
        columns.append([f"{a['label']} {a['probability']:.2f}" for a in map(json.loads, lines)])
    for sentence, *row in zip(SENTENCES, *columns, strict=True):
        table.add_row(sentence, *row)
    return table


if __name__ == "__main__":
    main()
