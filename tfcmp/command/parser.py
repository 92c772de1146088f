"""A command line, parsed by argparse: options with types, settings of dataclasses, values of a file.

The defaults of the options give way to the values of a file, and these to the command line.
"""

import argparse
import difflib
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn, get_args, get_origin, get_type_hints

import yaml

from tfcmp.config.default_paths import absolute_path
from tfcmp.config.file import flat_settings
from tfcmp.config.values import PathType, from_file, from_text, type_name
from tfcmp.errors import CallError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

# Hyphen, the dashes of typography, minus sign, and their small and full-width forms.
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
# Numbers that argparse takes for an option.
NEGATIVE_NUMBER = re.compile(r"-(\d+\.?\d*|\.\d+)[eE][-+]?\d+|-inf|-nan")
# What argparse takes for an option where no option has its name.
OPTION = re.compile(r"--.*|-(?!\d+$|\d*\.\d+$)[^ ]+", re.DOTALL)
# The dashes that all options share make short words similar: `--boring` is no misspelt `--quoting`.
NEAREST = 0.75
BOOLEANS = ("true", "false")


class StrictParser(argparse.ArgumentParser):
    """An argument parser whose mistakes are errors of the call, and which takes no short forms."""

    def __init__(self, **keywords: Any) -> None:
        super().__init__(allow_abbrev=False, **keywords)

    def error(self, message: str) -> NoReturn:
        """Raises the message.

        Raises:
            CallError: always.
        """
        raise CallError(re.sub(r"^argument (-[^ /]+)(/\S+)?:", r"\1:", message)) from None


class Options(argparse.Namespace):
    """The values of all options.

    Attributes:
        given: names of those that the command line has; a group's with its name: "data.source".
    """

    given: frozenset[str]

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)

    def group(self, name: str) -> dict[str, Any]:
        """The values of a group's options, without its name in front."""
        start = f"{name}."
        return {
            option.removeprefix(start): value
            for option, value in vars(self).items()
            if option.startswith(start)
        }


class CommandParser(StrictParser):
    """Options and arguments of one command.

    Attributes:
        actions: of the options, by name.
        values: by name, what the options have where the command line leaves them out.
        types: of these, by name.
        arguments: parser of what is no option.
        has_arguments: whether it has any.
    """

    def __init__(self, program: str = "", description: str = "", usage: str | None = None) -> None:
        self.actions: dict[str, argparse.Action] = {}
        self.values: dict[str, Any] = {}
        self.types: dict[str, Any] = {}
        self.arguments = StrictParser(add_help=False)
        self.has_arguments = False
        super().__init__(prog=program, description=description, usage=usage)

    def add_argument(
        self,
        *names: str,
        type: Any = str,
        default: Any = None,
        help: str | None = None,
        container: Any = None,
        **keywords: Any,
    ) -> argparse.Action:
        """Adds an option or an argument, as argparse does.

        Args:
            names: of an option, with dashes; of an argument, without.
            type: int, float, bool, str, a `PathType`, a Literal, or a union of them; an option of
                bool can stand alone.
            default: what a command line without it means.
            help: its meaning.
            container: group of `--help` that it belongs to.
            keywords: as argparse has them.
        """
        action = keywords.get("action", "store")
        if choices := keywords.pop("choices", None):
            type = Literal.__getitem__(tuple(choices))
        if action in ("store", "append"):
            keywords["type"] = reader(type)
        if not names[0].startswith("-"):
            self.has_arguments = True
            return self.arguments.add_argument(*names, default=default, help=help, **keywords)
        if action == "store_true" and default is None:
            type, default = bool, False
        if action == "store":
            keywords.setdefault("metavar", _metavar(type, names[0]))
            keywords |= {"nargs": "?", "const": True} if type is bool else {}
        add = super().add_argument if container is None else container.add_argument
        # What is not given is not there after parsing: it comes from a file or is the default.
        added: argparse.Action = add(
            *names,
            default=argparse.SUPPRESS,
            help=_meaning(help, type if "type" in keywords else None, default),
            **keywords,
        )
        self.actions[added.dest] = added
        if default is not argparse.SUPPRESS:
            self.values[added.dest], self.types[added.dest] = default, type
        return added

    def add_settings(
        self, group: str, defaults: "DataclassInstance", short: Mapping[str, str] | None = None
    ) -> None:
        """Adds the fields of a dataclass as options `--GROUP.FIELD`.

        Args:
            group: its name.
            defaults: the values of what is not given.
            short: by the name of a field, another spelling of its option.
        """
        settings = type(defaults)
        container = self.add_argument_group((settings.__doc__ or group).splitlines()[0].rstrip("."))
        hints, meanings = get_type_hints(settings), field_meanings(settings)
        for field in fields(defaults):
            self.add_argument(
                f"--{group}.{field.name}",
                *([short[field.name]] if short and field.name in short else []),
                type=hints[field.name],
                default=getattr(defaults, field.name),
                help=meanings.get(field.name, "").replace("%", "%%"),
                container=container,
            )

    def take_values(self, settings: Mapping[str, Any]) -> None:
        """Takes the settings of a file, by name or in groups, in place of the defaults.

        Options whose default is SUPPRESS say what to do now: a file may name them without a value.

        Raises:
            CallError: a setting is unknown, or has a value of another type.
        """
        groups = {name.split(".")[0] for name in self.values if "." in name}
        for name, value in flat_settings(settings, groups):
            option = name.replace("-", "_")
            if option not in self.values:
                if value is None and option in self.actions:
                    continue
                raise CallError(
                    f"unknown setting {name}{_nearest(f'--{name}', self._flags(self.values))}"
                )
            if value is None and self.values[option] is None:
                continue
            try:
                self.values[option] = from_file(value, self.types[option])
            except ValueError as error:
                raise CallError(f"--{name}: {error}") from None

    def parse(self, arguments: list[str]) -> Options:
        """The values of all options and arguments; behind a lone "--" there are no options.

        Raises:
            CallError: an option or a value is not as expected, or an option names a place that
                cannot be written to.
        """
        end = arguments.index("--") if "--" in arguments else len(arguments)
        options, words = self.parse_known_args(list(self._with_equals(arguments[:end])), Options())
        for word in words:
            self._require_no_option(word)
        options.given = frozenset(vars(options))
        words += arguments[end + 1 :]
        self.arguments.parse_args(["--", *words] if self.has_arguments else words, options)
        for name, value in self.values.items():
            if not hasattr(options, name):
                setattr(options, name, value)
        if "print_config" in options.given:
            self._print_values(options)
        self._require_places(options)
        return options

    def format_help(self) -> str:
        """The text of --help: the arguments in front of the options."""
        page = argparse.ArgumentParser(
            prog=self.prog,
            usage=self.usage,
            description=self.description,
            parents=[self.arguments, self],
            add_help=False,
        )
        return page.format_help()

    def _flags(self, names: Iterable[str]) -> dict[str, argparse.Action]:
        """Actions by the options as they are written."""
        return {
            flag: self.actions[name] for name in names for flag in self.actions[name].option_strings
        }

    def _with_equals(self, words: list[str]) -> Iterator[str]:
        """Options and values joined by "=" where argparse would read the words another way.

        It takes -1e-3 for an option, and an argument behind a switch for the value of that.
        """
        flags = self._flags(self.actions)
        remaining = iter(zip(words, [*words[1:], ""], strict=False))
        for word, next_word in remaining:
            action = flags.get(word)
            is_switch = action is not None and action.nargs == "?"
            is_value = next_word in BOOLEANS if is_switch else NEGATIVE_NUMBER.fullmatch(next_word)
            if action is not None and action.nargs in ("?", None) and is_value:
                yield f"{word}={next_word}"
                next(remaining)
            elif is_switch and self.has_arguments:
                yield f"{word}=true"
            else:
                yield word

    def _require_no_option(self, word: str) -> None:
        """Refuses a word that is meant as an option: texts may begin with a dash."""
        known = self._flags(self.actions)
        option = word.split("=", 1)[0]
        meant = "--" + option.lstrip(DASHES)
        if option[:1] in tuple(DASHES) and option != meant and meant in known:
            raise CallError(f"{option}: expected two hyphens in front of it; write {meant}")
        if any(flag.startswith(f"{option}.") for flag in known):
            raise CallError(f"{option}: expected one of its settings ({option}.NAME VALUE)")
        if OPTION.fullmatch(word):
            raise CallError(f"unknown option {option}{_nearest(option, known)}")

    def _print_values(self, options: Options) -> NoReturn:
        """Prints a file that `--config` takes back, and ends the command."""
        content: dict[str, Any] = {}
        for name in self.values:
            group, _, field = name.rpartition(".")
            part = content.setdefault(group, {}) if group else content
            part[field] = getattr(options, name)
        sys.stdout.write(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))
        self.exit()

    def _require_places(self, options: Options) -> None:
        """Makes the paths of defaults absolute, and asks whether what is written can be."""
        for name, kind in self.types.items():
            value = getattr(options, name)
            if not isinstance(kind, PathType) or not isinstance(value, str):
                continue
            option = self.actions[name].option_strings[0]
            try:
                path = absolute_path(value)
            except CallError as error:
                raise CallError(f"{option}: {error}") from None
            setattr(options, name, str(path))
            kind.require(Path(path), option)


def field_meanings(settings: type) -> dict[str, str]:
    """What the docstring of a dataclass says of its fields, under "Args:"."""
    _, _, arguments = (settings.__doc__ or "").partition("Args:")
    told = re.findall(r"^ {8}(\w+): (.*(?:\n {9,}.*)*)", arguments, re.MULTILINE)
    return {name: " ".join(meaning.split()) for name, meaning in told}


def reader(kind: Any) -> Callable[[str], Any]:
    """What reads values of a type for argparse, which puts the option in front of a mistake."""

    def read(text: str) -> Any:
        try:
            return from_text(text, kind)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read


def _metavar(kind: Any, name: str) -> str:
    """The value of an option as --help shows it: its choices, or its name in capitals."""
    literals = [one for one in (kind, *get_args(kind)) if get_origin(one) is Literal]
    choices = get_args(literals[0]) if literals else BOOLEANS if kind is bool else ()
    return (
        f"{{{','.join(choices)}}}"
        if choices
        else name.lstrip("-").rpartition(".")[2].replace("-", "_").upper()
    )


def _meaning(told: str | None, kind: Any, default: Any) -> str | None:
    """What --help says of an option, with type and default."""
    notes = [f"type: {type_name(kind)}"] if kind and get_origin(kind) is not Literal else []
    if default is not argparse.SUPPRESS:
        notes.append(f"default: {'null' if default is None else default}".replace("%", "%%"))
    return f"{told or ''} ({', '.join(notes)})".strip() if notes else told


def _nearest(option: str, options: Iterable[str]) -> str:
    """The nearest option as a question; for a dotted one, what its group has."""
    group, _, name = option.rpartition(".")
    in_group = [known.rpartition(".")[2] for known in options if known.startswith(f"{group}.")]
    if group and in_group:
        near = difflib.get_close_matches(name, in_group, n=1)
        hint = f"did you mean {group}.{near[0]}?" if near else f"{group} has {', '.join(in_group)}"
        return f"; {hint}"
    near = difflib.get_close_matches(option, options, n=1, cutoff=NEAREST)
    return f"; did you mean {near[0]}?" if near else "; --help lists the options"
