"""`python -m tfcmp.bench`: training and inference, measured so that it holds."""

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfcmp.command.ending import run_command
from tfcmp.command.inputs import cache_folder, require_encoder, require_texts
from tfcmp.command.options import parse_configuration
from tfcmp.command.trust import add_trust, is_trusting
from tfcmp.config.fields import Configuration
from tfcmp.config.places import DEFAULT_CACHE
from tfcmp.errors import CallError
from tfcmp.measurement.arms import InferenceArm, TrainingArm, spread_out
from tfcmp.progress import progress_bar
from tfcmp.runs.directory import CONFIG, open_run

if TYPE_CHECKING:
    from jsonargparse import ArgumentParser, Namespace

PROGRAM = "python -m tfcmp.bench"
DESCRIPTION = (
    "Measures throughput of training (--model NAME, or RUN --what training) and answers of a "
    "finished run (RUN), each in a process of its own, and writes bench.json into the run, or into "
    "--out. Lists are separated by commas. Takes every setting of tfcmp.fit; --replicas is a list."
)
WHAT = ("training", "inference", "all")
# Repetitions of which the fastest and the slowest hold the median with 97 % confidence.
REPETITIONS = 6
# MLPerf Inference's rules for one stream and for the offline scenario; a result by them is not
# called by their name, which is for reviewed submissions.
FULL: dict[str, Any] = {"queries": 1024, "samples": 24_576, "seconds": 60.0}
SHORT: dict[str, Any] = {"queries": 256, "samples": 4096, "seconds": 10.0}
SAMPLED = ("float32", "mixed_bfloat16")


def main(arguments: list[str]) -> None:
    """Parses, measures arm by arm, writes bench.json, prints tables and where it lies."""
    run, rest = _run_of(arguments)
    replicas, rest = _take_list(rest, "--replicas")
    if run is not None:
        open_run(run)
        rest = ["--config", str(run / CONFIG), *rest]
    configuration, options = parse_configuration(rest, PROGRAM, DESCRIPTION, _add_options)
    what = options.what or ("inference" if run is not None else "training")
    if what != "training" and run is None:
        raise CallError(
            f"--what {what}: answers are measured of a finished run; give its directory"
        )
    if replicas and configuration.strategy == "none":
        raise CallError("--replicas needs --strategy mirrored or multi_worker")
    if options.repetitions < 1 or not 0 < options.seconds < float("inf"):
        raise CallError("--repetitions and --seconds: expected numbers above 0")
    arms: list[TrainingArm | InferenceArm] = []
    if what != "inference":
        arms += _training_arms(configuration, options, replicas)
    if what != "training":
        assert run is not None
        arms += _inference_arms(run, options)
    folder = run if run is not None else Path(options.out)
    cache = cache_folder(options)
    _require_inputs(configuration, options, cache, what)
    command = shlex.join([*PROGRAM.split(), *arguments])
    _measure(arms, configuration, folder, cache, is_trusting(options), command)


def _measure(
    arms: list[TrainingArm | InferenceArm],
    configuration: Configuration,
    folder: Path,
    cache: Path,
    trust: bool,
    command: str,
) -> None:
    """Runs the arms; what is done is written after each."""
    from tfcmp.measurement.crossings import find_crossings
    from tfcmp.measurement.processes import run_arm
    from tfcmp.measurement.record import read_record, write_record
    from tfcmp.measurement.scaling import find_scaling

    record = read_record(folder)
    new: dict[str, dict[str, Any]] = {"training": {}, "inference": {}}
    with progress_bar("measuring", len(arms)) as advance:
        for arm in arms:
            section = "training" if isinstance(arm, TrainingArm) else "inference"
            own = arm.configuration if isinstance(arm, TrainingArm) else configuration
            for key, cell in run_arm(arm, own, cache, trust).items():
                if "audit" in cell:
                    record["audit"][key] = cell.pop("audit")
                new[section][key] = {**cell, "command": command}
                record[section][key] = new[section][key]
            record["scaling"] = find_scaling(record["training"])
            record["crossings"] = find_crossings(record["training"])
            write_record(folder, record, command)
            advance(1)
    _show(new, record, configuration.model, folder)


def _show(new: dict[str, Any], record: dict[str, Any], label: str, folder: Path) -> None:
    from tfcmp.measurement.table import (
        crossing_lines,
        inference_table,
        scaling_lines,
        training_table,
    )

    lines = []
    if new["inference"]:
        lines += inference_table(label, new["inference"])
    if new["training"]:
        lines += training_table(new["training"])
        lines += scaling_lines(record["scaling"]) + crossing_lines(record["crossings"])
    sys.stdout.write("\n".join([*lines, str(folder)]) + "\n")


def _training_arms(
    configuration: Configuration, options: "Namespace", replicas: list[int]
) -> list[TrainingArm | InferenceArm]:
    return [
        *spread_out(
            configuration,
            batch_sizes=_numbers(options.batch_sizes, "--batch-sizes"),
            lengths=_numbers(options.lengths, "--lengths"),
            precisions=_words(options.precisions, "--precisions", SAMPLED),
            replicas=replicas,
            repetitions=options.repetitions,
            seconds=options.seconds,
        )
    ]


def _inference_arms(run: Path, options: "Namespace") -> list[TrainingArm | InferenceArm]:
    from tfcmp.inference.engines import check_engine

    arms: list[TrainingArm | InferenceArm] = []
    if not any(_split(options.engines)):
        raise CallError("--engines: expected names separated by commas, got none")
    for name in _split(options.engines):
        engine, _, precision = name.partition(":")
        arms.append(
            InferenceArm(
                run=str(run),
                engine=engine,
                precision=check_engine(engine, precision or None),
                threads=options.threads,
                lengths=tuple(_numbers(options.lengths, "--lengths")),
                batch_sizes=tuple(_numbers(options.batch_sizes, "--batch-sizes")),
                is_full=bool(options.full),
                **(FULL if options.full else SHORT),
            )
        )
    return arms


def _require_inputs(
    configuration: Configuration, options: "Namespace", cache: Path, what: str
) -> None:
    """Finds the texts and the pretrained weights, before the first process is started."""
    if what != "training" or options.lengths is None:
        require_texts(configuration.data)
    if what != "inference":
        require_encoder(configuration, cache, is_trusting(options))


def _run_of(arguments: list[str]) -> tuple[Path | None, list[str]]:
    """The run directory in front of the options, if one is named."""
    if arguments and not arguments[0].startswith("-"):
        return Path(arguments[0]), arguments[1:]
    return None, arguments


def _take(arguments: list[str], option: str) -> tuple[str | None, list[str]]:
    """The value of an option, and the arguments without it."""
    for place, argument in enumerate(arguments):
        if argument == option and place + 1 < len(arguments):
            return arguments[place + 1], arguments[:place] + arguments[place + 2 :]
        if argument.startswith(f"{option}="):
            return argument.split("=", 1)[1], arguments[:place] + arguments[place + 1 :]
    return None, arguments


def _take_list(arguments: list[str], option: str) -> tuple[list[int], list[str]]:
    value, rest = _take(arguments, option)
    return _numbers(value, option), rest


def _numbers(text: str | None, option: str) -> list[int]:
    return [_whole(word, option) for word in _split(text)]


def _whole(word: str, option: str) -> int:
    if not word.isdecimal() or int(word) < 1:
        raise CallError(
            f"{option}: expected whole numbers above 0, separated by commas, got {word}"
        )
    return int(word)


def _words(text: str | None, option: str, known: tuple[str, ...]) -> list[str]:
    words = list(_split(text))
    for word in words:
        if word not in known:
            raise CallError(f"{option}: expected {' or '.join(known)}, got {word}")
    return words


def _split(text: str | None) -> Iterator[str]:
    return filter(None, map(str.strip, (text or "").split(",")))


def _add_options(parser: "ArgumentParser") -> None:
    add = parser.add_argument
    add(
        "--what", choices=WHAT, default=None, help="of a run its inference, of a model its training"
    )
    add("--lengths", type=str | None, default=None, help="tokens; without, the texts as they are")
    add("--batch-sizes", type=str | None, default=None, help="texts of a step, or of a query")
    add("--precisions", type=str | None, default=None, help="of training: float32,mixed_bfloat16")
    add(
        "--engines", type=str, default="keras", help="keras, onnx, openvino, or onnx:int8 and so on"
    )
    add("--full", type=bool, nargs="?", const=True, default=False, help="for a published table")
    add("--repetitions", type=int, default=REPETITIONS, help="stretches of steps that are timed")
    add("--seconds", type=float, default=2.0, help="length of a stretch")
    add("--out", default="bench", help="folder of bench.json where no run is given")
    add("--cache", default=DEFAULT_CACHE, help="folder of token ids, vocabularies, weights")
    add_trust(parser)


if __name__ == "__main__":
    run_command(main)
