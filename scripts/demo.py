"""`make demo`: the main job on the embedded corpus, without a download.

Fits a recurrent network and a transformer, loads what was saved, and asks both about a few
sentences. Everything is done through the commands that a user types.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

CONFIGS = Path(__file__).parent.parent / "configs" / "diagnostic"
MODELS = ("gru", "transformer")
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
    with tempfile.TemporaryDirectory() as folder:
        runs = {}
        for model in MODELS:
            console.print(f"[bold]python -m tfcmp.fit --config configs/diagnostic/{model}.yaml")
            runs[model] = fit(model, Path(folder))
        console.print(measured(runs), answers(runs))
    console.print(f"{time.perf_counter() - start:.0f} s in all")


def fit(model: str, folder: Path) -> Path:
    """Fits one model on the embedded corpus and returns its run directory."""
    options = ["--runs", str(folder), "--cache", str(folder / "cache")]
    output = call("fit", "--config", str(CONFIGS / f"{model}.yaml"), *options)
    return Path(output.splitlines()[-1])


def call(command: str, *arguments: str) -> str:
    """Standard output of one of our commands; its progress goes to the terminal."""
    line = [sys.executable, "-m", f"tfcmp.{command}", *arguments]
    return subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True).stdout


def measured(runs: dict[str, Path]) -> Table:
    """Accuracy and time of each run, from its files."""
    table = Table(title="Diagnostic corpus, one run each: test sampling only")
    for column in ("model", "parameters", "test accuracy", "95 % interval", "training", "total"):
        table.add_column(column, justify="left" if column == "model" else "right")
    for model, run in runs.items():
        result = json.loads((run / "result.json").read_text())
        times = json.loads((run / "timing.json").read_text())
        accuracy = result["test"]["accuracy"]
        table.add_row(
            model,
            f"{result['parameters']['total']:,}",
            f"{accuracy['value']:.1%}",
            f"{accuracy['low']:.1%} to {accuracy['high']:.1%}",
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
