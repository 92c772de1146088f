"""From defaults, a file and flags to one configuration: later ones win.

defaults of the code < the model's own defaults < the file < flags
"""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from jsonargparse import ArgumentError, ArgumentParser, Namespace

from tfcmp.command.paths import local_path, require_outputs
from tfcmp.command.run_options import OF_THE_RUN, add_run_options
from tfcmp.command.switches import options_end, switches_first
from tfcmp.command.trust import without_trust
from tfcmp.config.checks import check_configuration, check_given
from tfcmp.config.class_weights import resolve_class_weights
from tfcmp.config.default_paths import absolute_path, absolute_source
from tfcmp.config.fields import Configuration, DataSettings, TrainingSettings
from tfcmp.config.initial import OPTION, InitialSettings, initial_settings
from tfcmp.config.reading import read_settings, setting_names
from tfcmp.errors import CallError
from tfcmp.models.catalogue import ModelRecord, default_configuration, find_model

AddOptions = Callable[[ArgumentParser], None]

GROUPS = ("architecture", "data", "training")
# Hyphen, the dashes of typography, minus sign, and their small and full-width forms.
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
NEGATIVE_NUMBER = re.compile(r"-(\d+\.?\d*|\.\d+)[eE][-+]?\d+|-inf|-nan")
# Options that say what to do now; a file says what a run is.
NOT_IN_FILES = ("--help", "--config", "--print_config", "--resume", "--trust-saved-model")

# The dashes that all options share make short words similar: `--boring` is no misspelt `--quoting`.
NEAREST = 0.75


def parse_configuration(
    arguments: list[str], program: str, description: str, add_options: AddOptions
) -> tuple[Configuration, Namespace]:
    """Parses a command line that describes a run.

    Args:
        arguments: the command line, without the program.
        program: name of the command, for its usage text.
        description: what the command does, for `--help`.
        add_options: adds the options that are the command's own.

    Returns:
        The configuration, and the parsed namespace with the command's own options.

    Raises:
        CallError: an option, a setting or a value is not as expected.
    """
    arguments = _file_first([long_form(argument) for argument in arguments])
    if any(argument.split("=", 1)[0] == "--print_config" for argument in arguments):
        # What it prints is a file, and no file can give trust.
        arguments = without_trust(arguments)
    file = _peek(arguments, "--config")
    settings = read_settings(file) if file is not None else {}
    initial = initial_settings(_peek(arguments, OPTION), settings.get("init_from"))
    name = _peek(arguments, "--model") or settings.get("model") or (initial and initial.model)
    record = find_model(name) if name else None
    if record is not None:
        settings_of = (record.architecture, DataSettings, TrainingSettings)
        arguments = with_values(arguments, dict(zip(GROUPS, settings_of, strict=True)))
    parser = _make_parser(record, program, description, initial)
    add_options(parser)
    if record is not None and file is not None:
        # --print_config writes the options of the moment too, empty ones among them.
        named = {n: value for n, value in settings.items() if value is not None or n in GROUPS}
        _check_names(setting_names(named, GROUPS, file), file, _options(parser))
    namespace = parse_strictly(parser, arguments)
    if record is None:
        raise CallError("--model is missing; python -m tfcmp lists the models")
    built = parser.instantiate(namespace)
    configuration = Configuration(
        model=record.name,
        architecture=built.architecture,
        data=replace(built.data, source=absolute_source(built.data.source)),
        training=built.training,
        **{name: namespace[name] for name in OF_THE_RUN},
    )
    resolve_class_weights(configuration.training)
    if initial is not None:
        configuration.init_from = str(initial.path)
        initial.require_same_network(configuration)
    check_configuration(configuration)
    check_given(configuration, {argument.split("=", 1)[0] for argument in arguments})
    return configuration, namespace


def parse_resumed(arguments: list[str], program: str, add_options: AddOptions) -> Namespace | None:
    """The options of a command line that goes on with a run; None if it starts one.

    Raises:
        CallError: settings are given with `--resume`: a resumed run keeps its own.
    """
    if _peek(arguments, "--resume") is None:
        return None
    parser = ArgumentParser(prog=program, exit_on_error=False, allow_abbrev=False)
    parser.add_argument("--resume", type=local_path)
    add_options(parser)
    known = _options(parser)
    for argument in arguments:
        option = argument.split("=", 1)[0]
        if option.startswith("--") and option not in known:
            raise CallError(
                f"{option} and --resume contradict each other: a resumed run keeps its settings; "
                "leave one of them out"
            )
    return parse_strictly(parser, arguments)


def parse_strictly(parser: ArgumentParser, arguments: list[str]) -> Namespace:
    """Parses, with a mistake told in one sentence that names the nearest option.

    Raises:
        CallError: an option, a setting or a value is not as expected.
    """
    options = _options(parser)
    arguments = _negative_numbers_joined(arguments, options)
    for argument in arguments[: options_end(arguments)]:
        option = argument.split("=", 1)[0]
        if option.startswith("--") and option not in options:
            raise CallError(f"unknown option {option}{_nearest(option, options)}")
        _require_hyphens(option, options)
    try:
        namespace = parser.parse_args(switches_first(parser, arguments))
    except (ArgumentError, TypeError, ValueError) as error:
        raise CallError(_one_sentence(str(error))) from None
    require_outputs(parser, namespace)
    return namespace


def _require_hyphens(written: str, options: list[str]) -> None:
    """Refuses the name of an option behind one hyphen, or behind a dash that a web page made of two.

    Texts may begin with a dash; only one that goes on as an option does is meant as one.
    """
    meant = "--" + written.lstrip(DASHES)
    if written[:1] in tuple(DASHES) and written != meant and meant in options:
        raise CallError(f"{written}: expected two hyphens in front of it; write {meant}")


def _negative_numbers_joined(arguments: list[str], options: list[str]) -> list[str]:
    """The same arguments with `=` in front of -1e-3, which argparse takes for an option."""
    end = options_end(arguments)
    joined: list[str] = []
    for argument in arguments[:end]:
        if joined and joined[-1] in options and NEGATIVE_NUMBER.fullmatch(argument):
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined + arguments[end:]


def _make_parser(
    record: ModelRecord | None,
    program: str,
    description: str,
    initial: InitialSettings | None = None,
) -> ArgumentParser:
    if record is None:
        description += "\n\nAdd --model NAME to see that model's own settings and defaults."
    parser = ArgumentParser(
        prog=program,
        usage=f"{program} --model NAME [--data X] [--config FILE] [options]",
        description=description,
        exit_on_error=False,
        allow_abbrev=False,
    )
    parser.add_argument("--config", action="config", help="YAML file of settings")
    parser.add_argument("--model", type=str, help="model to train; python -m tfcmp lists them")
    add_run_options(parser)
    defaults = default_configuration(record) if record else None
    if defaults is not None and initial is not None and initial.model == defaults.model:
        defaults = initial.over(defaults)
    data = defaults.data if defaults else DataSettings()
    training = defaults.training if defaults else TrainingSettings()
    parser.add_argument("--data", type=DataSettings, default=data)
    if record is not None and defaults is not None:
        parser.add_argument(
            "--architecture", type=record.architecture, default=defaults.architecture
        )
    parser.add_argument("--training", type=TrainingSettings, default=training)
    return parser


def long_form(argument: str) -> str:
    """`--data X` is short for `--data.source X`."""
    return re.sub(r"^--data(?==|$)", "--data.source", argument)


def with_values(arguments: list[str], groups: Mapping[str, Any]) -> list[str]:
    """The same arguments, "true" behind every switch that stands alone (`--architecture.freeze`).

    Args:
        arguments: the command line.
        groups: name of a group -> the dataclass of its settings.
    """
    switches = {
        f"--{group}.{field.name}"
        for group, settings in groups.items()
        for field in fields(settings)
        if field.type in (bool, "bool")
    }
    valued = []
    for argument, following in zip(arguments, [*arguments[1:], "--"], strict=True):
        valued.append(argument)
        if argument in switches and following.startswith("--"):
            valued.append("true")
    return valued


def _peek(arguments: list[str], option: str) -> str | None:
    """The last value of `option`, before the parser that depends on it exists."""
    value = None
    for place, argument in enumerate(arguments):
        if argument == option and place + 1 < len(arguments):
            value = arguments[place + 1]
        elif argument.startswith(f"{option}="):
            value = argument.split("=", 1)[1]
    return value


def _file_first(arguments: list[str]) -> list[str]:
    """The same arguments with `--config` in front: flags win, in whatever order they stand.

    Raises:
        CallError: more than one file is given, or none.
    """
    places = [n for n, argument in enumerate(arguments) if argument.split("=")[0] == "--config"]
    if not places:
        return arguments
    if len(places) > 1:
        raise CallError("--config is given more than once; expected one file")
    start = places[0]
    end = start + (2 if arguments[start] == "--config" else 1)
    file = _peek(arguments[start:end], "--config")
    if file is None:
        raise CallError("--config: expected a file behind it")
    return ["--config", str(absolute_path(file)), *arguments[:start], *arguments[end:]]


def _check_names(names: Iterable[str], file: str, options: list[str]) -> None:
    known = [option for option in options if option not in NOT_IN_FILES]
    for name in names:
        if f"--{name}" not in known:
            raise CallError(
                f"--config {file}: unknown setting {name}{_nearest(f'--{name}', known)}"
            )


def _options(parser: ArgumentParser) -> list[str]:
    return [option for action in parser._actions for option in action.option_strings]


def _nearest(option: str, options: list[str]) -> str:
    """The nearest option as a question; for a dotted one, what its group has."""
    group, _, name = option.rpartition(".")
    in_group = [known.rpartition(".")[2] for known in options if known.startswith(f"{group}.")]
    if group and in_group:
        near = difflib.get_close_matches(name, in_group, n=1)
        hint = f"did you mean {group}.{near[0]}?" if near else f"{group} has {', '.join(in_group)}"
        return f"; {hint}"
    near = difflib.get_close_matches(option, options, n=1, cutoff=NEAREST)
    return f"; did you mean {near[0]}?" if near else "; --help lists the options"


def _one_sentence(message: str) -> str:
    """The parser's message on one line, in our words."""
    message = " ".join(message.split())
    group = re.match(r"Parser key \"(\w+)\": Unable to load config '(.*?)'", message)
    if group:
        name, value = group.groups()
        return f"--{name}: expected one of its settings (--{name}.NAME VALUE), got {value!r}"
    message = re.sub(r"Parser key \"([\w.]+)\":", r"--\1:", message)
    message = re.sub(
        r"Does not validate against any of the Union subtypes Subtypes: \[(.*?)\] Errors:.*"
        r"Given value: (.*)",
        lambda found: f"expected {found[1].replace(', ', ' or ')}, got {found[2]}",
        message.replace("NoneType", "null"),
    )
    message = re.sub(r"typing\.Literal\[(.*?)\]", r"one of \1", message)
    message = re.sub(r"<class '(\w+)'>", r"\1", message).replace("Expected a ", "expected ")
    return message.replace(". Got value:", ", got")
