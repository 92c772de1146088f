"""Seconds from the command to the first training step, against a bare `import tensorflow`.

    python benchmarks/start_up.py [--model gru] [--data imdb] [--repeats 5]

The token cache is filled by a first run that is not counted. Each measured run is a process of its
own, killed as soon as its first step is done; the two commands take turns.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FIRST_STEP = """
import sys, time, tfcmp.fit, tfcmp.training.segment as segment
add = segment.Segment.add
def add_and_end(self, batch, outcome, rate):
    float(outcome[0])
    print("first step", flush=True)
    time.sleep(60)
segment.Segment.add = add_and_end
tfcmp.fit.main(sys.argv[1:])
"""


def main() -> None:
    """Measures in turns and prints medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="gru")
    parser.add_argument("--data", default="imdb")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        command = ["--model", options.model, "--data", options.data]
        command += ["--runs", folder, "--cache", str(Path(folder) / "cache")]
        to_first_step(command, "warm-up")
        ours, bare = [], []
        for repeat in range(options.repeats):
            bare.append(to_import())
            ours.append(to_first_step(command, f"run-{repeat}"))
    ratio = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
    report = {
        "import_tensorflow_seconds": statistics.median(bare),
        "command_to_first_step_seconds": statistics.median(ours),
        "ratio": ratio,
    }
    print(json.dumps({**vars(options), **report}, indent=2))


def to_first_step(command: list[str], name: str) -> float:
    """Seconds until the process says that its first step is done."""
    start = time.perf_counter()
    line = [sys.executable, "-c", FIRST_STEP, *command, "--name", name]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for output in process.stdout:
            if output.strip() == "first step":
                seconds = time.perf_counter() - start
                os.kill(process.pid, signal.SIGKILL)
                return seconds
    raise SystemExit("the run ended before its first step")


def to_import() -> float:
    """Seconds that a process takes to import TensorFlow and end."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", "import tensorflow"], check=True, stderr=subprocess.DEVNULL
    )
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
