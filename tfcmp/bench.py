"""`python -m tfcmp.bench`: training and inference, measured so that it holds."""

import itertools
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tfcmp.command.ending import run_command
from tfcmp.command.inputs import arguments_of, cache_folder, require_encoder, require_texts
from tfcmp.command.options import add_cache, add_trust, is_trusting, parse_configuration
from tfcmp.command.parser import CommandParser, Options, StrictParser, reader
from tfcmp.config.default_paths import absolute_path
from tfcmp.config.fields import Configuration
from tfcmp.config.values import output_folder
from tfcmp.errors import CallError
from tfcmp.measurement.cases import InferenceCase, TrainingCase, spread_out
from tfcmp.models.catalogue import find_model
from tfcmp.runs.directory import RunDirectory, open_run
from tfcmp.runs.files import require_writable

if TYPE_CHECKING:
    from tfcmp.measurement.processes import Job, Measured

PROGRAM = "python -m tfcmp.bench"
DESCRIPTION = (
    "Measures throughput of training (--model NAME, or RUN... --what training) and answers of "
    "finished runs (RUN...), in fresh processes and in turn, and writes bench.json into each run, "
    "or into --out. Five processes (--processes 5) support a claim. Lists are separated by commas. "
    "Takes every setting of tfcmp.fit; --replicas is a list."
)
DEFAULT_BENCH = "bench"
# Repetitions of which the fastest and the slowest hold the median with 97 % confidence.
REPETITIONS = 6
# The sample sizes of MLPerf Inference's rules for one stream and for the offline scenario, number
# and seconds both, queries drawn with replacement; a result is not called by their name, which is
# for reviewed submissions.
FULL: dict[str, Any] = {"queries": 1024, "samples": 24_576, "seconds": 60.0}
# So many queries that the interval of the 99th percentile holds it with 95 %.
SHORT: dict[str, Any] = {"queries": 512, "samples": 4096, "seconds": 10.0}
DATA = {"--data", "--data.source"}
# Without effect on how answers are measured; a run's own settings are for training too.
OF_TRAINING = ("precision", "precisions", "repetitions", "seconds")


def main(arguments: list[str]) -> None:
    """Parses, measures case by case, writes bench.json, prints tables and where it lies."""
    runs, rest = _runs_of(arguments)
    replicas, rest = _take_replicas(rest)
    targets = [[*arguments_of(open_run(run)), *rest] for run in runs] or [rest]
    configuration, options = parse_configuration(targets[0], PROGRAM, DESCRIPTION, _add_options)
    configurations = [
        configuration,
        *(parse_configuration(one, PROGRAM, DESCRIPTION, _add_options)[0] for one in targets[1:]),
        *_opponents(configuration, options, rest),
    ]
    what = options.what or ("inference" if runs else "training")
    for one in configurations:
        _check(what, runs, one, options, replicas)
    jobs = _jobs(what, runs, configurations, options, replicas)
    for job in jobs:
        require_writable(job.folder, "--out")
    cache = cache_folder(options)
    for one in configurations:
        _require_inputs(one, options, cache, what)
    if what != "training":
        for run, one in zip(runs, configurations, strict=False):
            _require_texts_of(run, one, arguments)
    _measure(jobs, cache, is_trusting(options), options.processes, arguments)


def _opponents(
    configuration: Configuration, options: Options, rest: list[str]
) -> list[Configuration]:
    """The models of --against, with the same settings; a transformer takes the size of a recurrent."""
    if options.against is None:
        return []
    own = find_model(configuration.model)
    found = []
    others = StrictParser(add_help=False)
    others.add_argument("--against")
    others.add_argument("--model")
    _, shared = others.parse_known_args(rest)
    for name in options.against:
        other, kept = find_model(name), shared
        if other.family == "transformer" and own.family == "recurrent":
            kept = [*kept, "--architecture.match", own.name]
        asked = ["--model", name, *kept]
        found.append(parse_configuration(asked, PROGRAM, DESCRIPTION, _add_options)[0])
    return found


def _jobs(
    what: str,
    runs: list[Path],
    configurations: list[Configuration],
    options: Options,
    replicas: list[int],
) -> "list[Job]":
    """What is measured, in the order of a round."""
    from tfcmp.measurement.processes import Job

    out = Path(options.out) if options.out is not None else None
    jobs = []
    for place, configuration in enumerate(configurations):
        run = runs[place] if place < len(runs) else None
        if what != "inference":
            # Models are set against each other within one file.
            is_shared = run is None or len(configurations) > 1
            folder = out or (absolute_path(DEFAULT_BENCH) if is_shared or run is None else run)
            jobs += [
                Job(case, case.configuration, folder, None if is_shared else run)
                for case in _training_cases(configuration, options, replicas)
            ]
        if what != "training" and run is not None:
            folder = run if out is None else out / run.name if len(runs) > 1 else out
            jobs += [
                Job(case, configuration, folder, run)
                for case in _inference_cases(run, configuration, options)
            ]
    return jobs


def _check(
    what: str,
    runs: list[Path],
    configuration: Configuration,
    options: Options,
    replicas: list[int],
) -> None:
    """Checks what contradicts, or would have no effect."""
    if what != "training" and not runs:
        raise CallError(
            f"--what {what}: answers are measured of a finished run; give its directory"
        )
    if replicas and configuration.strategy == "none":
        raise CallError("--replicas needs --strategy mirrored or multi_worker")
    if options.repetitions < 1 or not 0 < options.seconds < float("inf"):
        raise CallError("--repetitions and --seconds: expected numbers above 0")
    if options.processes < 1:
        raise CallError(f"--processes: expected at least 1, got {options.processes}")
    if options.against is not None and (runs or what != "training"):
        raise CallError(
            "--against is for training with --model; name several runs to measure them in turn"
        )
    void = [f"--{name}" for name in OF_TRAINING if name in options.given]
    if what == "inference" and void:
        raise CallError(
            f"{void[0]} is of training, and answers are measured; expected a precision behind its "
            "engine, such as --engines keras:bf16, --full for a longer sample, or --what training"
        )
    is_linear = find_model(configuration.model).family == "linear"
    if what != "inference" and is_linear and options.lengths is not None:
        raise CallError(
            f"--lengths: {configuration.model} finds its n-grams in real texts, and none in those "
            "that are made up at fixed lengths; leave --lengths out"
        )


def _measure(
    jobs: "list[Job]", cache: Path, trust: bool, processes: int, arguments: list[str]
) -> None:
    """Measures, shows what is measured, and raises the first error of those cases that failed."""
    from tfcmp.measurement.processes import measure_jobs

    command = shlex.join([*PROGRAM.split(), *arguments])
    labels = {job.folder: job.configuration.model for job in jobs}
    by_folder = measure_jobs(jobs, cache, trust, command, processes)
    for folder, found in by_folder.items():
        if any(found.new.values()):
            _show(found, labels[folder], folder)
    for found in by_folder.values():
        for error in found.failures.values():
            raise error


def _show(found: "Measured", label: str, folder: Path) -> None:
    from tfcmp.measurement.table import (
        crossing_lines,
        failure_lines,
        inference_table,
        kept_lines,
        scaling_lines,
        training_table,
    )

    lines, new, record = [], found.new, found.record
    if new["inference"]:
        lines += inference_table(label, new["inference"])
        lines += kept_lines(new["inference"], record["inference"])
    if new["training"]:
        lines += training_table(new["training"])
        lines += scaling_lines(record["scaling"]) + crossing_lines(record["crossings"])
    lines += failure_lines(found.failures)
    sys.stdout.write("\n".join([*lines, str(folder)]) + "\n")


def _training_cases(
    configuration: Configuration, options: Options, replicas: list[int]
) -> list[TrainingCase]:
    return spread_out(
        configuration,
        batch_sizes=options.batch_sizes or [],
        lengths=options.lengths or [],
        precisions=options.precisions or [],
        replicas=replicas,
        repetitions=options.repetitions,
        seconds=options.seconds,
    )


def _inference_cases(
    run: Path, configuration: Configuration, options: Options
) -> list[InferenceCase]:
    from tfcmp.inference.engines import check_engine

    cases: list[InferenceCase] = []
    for name in options.engines:
        engine, _, precision = name.partition(":")
        cases.append(
            InferenceCase(
                run=str(run),
                engine=engine,
                precision=check_engine(engine, precision or None),
                threads=options.threads,
                lengths=tuple(options.lengths or ()),
                batch_sizes=tuple(options.batch_sizes or ()),
                is_full=bool(options.full),
                device=configuration.device,
                **(FULL if options.full else SHORT),
            )
        )
    return cases


def _require_inputs(configuration: Configuration, options: Options, cache: Path, what: str) -> None:
    """Finds the texts and the pretrained weights, before the first process is started."""
    if what != "training" or options.lengths is None:
        require_texts(configuration.data)
    if what != "inference":
        require_encoder(configuration, cache, is_trusting(options))


def _require_texts_of(run: Path, configuration: Configuration, arguments: list[str]) -> None:
    """Of texts at a place that is named: whether they are those that the run answered."""
    # Imported here: --help needs none of it.
    from tfcmp.data.run_texts import settings_at

    if DATA & {argument.split("=", 1)[0] for argument in arguments}:
        settings_at(RunDirectory(run), configuration.data.source)


def _runs_of(arguments: list[str]) -> tuple[list[Path], list[str]]:
    """The run directories in front of the options."""
    runs = list(itertools.takewhile(lambda argument: not argument.startswith("-"), arguments))
    return [absolute_path(run) for run in runs], arguments[len(runs) :]


def _take_replicas(arguments: list[str]) -> tuple[list[int], list[str]]:
    """The list of --replicas, a number elsewhere, and the arguments without it."""
    parser = StrictParser(add_help=False)
    parser.add_argument("--replicas", type=reader(list[int]), default=[])
    found, rest = parser.parse_known_args(arguments)
    return found.replicas, rest


def _add_options(parser: CommandParser) -> None:
    add = parser.add_argument
    add(
        "--what",
        type=Literal["training", "inference", "all"],
        help="of a run its inference, of a model its training",
    )
    add("--lengths", type=list[int] | None, help="tokens; without, the texts as they are")
    add("--batch-sizes", type=list[int] | None, help="texts of a step, or of a query")
    add(
        "--precisions",
        type=list[Literal["float32", "mixed_bfloat16"]] | None,
        help="of training",
    )
    add(
        "--engines",
        type=list[str],
        default=["keras"],
        help="keras, onnx, openvino, or onnx:int8 and so on",
    )
    add("--against", type=list[str] | None, help="models measured in turn with --model")
    add("--processes", type=int, default=1, help="fresh processes of each; 5 support a claim")
    add("--full", type=bool, default=False, help="a long sample")
    add("--repetitions", type=int, default=REPETITIONS, help="timed windows of a process")
    add("--seconds", type=float, default=2.0, help="length of a window")
    add(
        "--out",
        type=output_folder,
        help="folder of bench.json; without, the run, or bench/ where none is given",
    )
    add_cache(parser)
    add_trust(parser)


if __name__ == "__main__":
    run_command(main)
