"""How the characters of a file become cells: its encoding, delimiter and quotes."""

from dataclasses import dataclass

from tfcmp.data.sources.lines import Decoding
from tfcmp.errors import CallError

# Names of delimiters that a shell or YAML makes hard to write.
NAMES = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
QUOTINGS = ("minimal", "none")
# Far above any text (csv's own 131,072 is not), yet low enough that a quote which is never closed
# ends in an error and not with the whole file in memory.
LONGEST_CELL = 1 << 24


@dataclass(frozen=True)
class Reading:
    """What is known of a file before it is opened.

    Attributes:
        encoding: a name that Python knows; a byte order mark in the file wins over it.
        encoding_errors: "strict" or "replace".
        delimiter: one character or one of `NAMES`; None leaves it to the file.
        quoting: "minimal" (cells in double quotes may hold anything) or "none" (quotes are text);
            None leaves it to the file.
        usual_delimiter: as `delimiter`, for files whose header has the columns with it.
        options: what the flags of these begin with, for errors.

    Raises:
        CallError: one of them is none.
    """

    encoding: str = "utf-8"
    encoding_errors: str = "strict"
    delimiter: str | None = None
    quoting: str | None = None
    usual_delimiter: str | None = None
    options: str = "--data."

    def __post_init__(self) -> None:
        self.decoding()
        self.character(self.delimiter)
        if self.quoting not in (None, *QUOTINGS):
            raise CallError(
                f"{self.flag('quoting')}: expected {' or '.join(QUOTINGS)}, got {self.quoting!r}"
            )

    def flag(self, name: str) -> str:
        """The option that sets `name`."""
        return self.options + (name if "." in self.options else name.replace("_", "-"))

    def decoding(self) -> Decoding:
        """How the bytes of the file become text."""
        advice = (
            f"Name the file's encoding with {self.flag('encoding')} (for example cp1252 or "
            "utf-16), or save it as UTF-8; to have U+FFFD for what does not decode, add "
            f"{self.flag('encoding_errors')} replace."
        )
        return Decoding(self.encoding, self.encoding_errors, advice)

    def character(self, delimiter: str | None) -> str | None:
        """A delimiter as one character; None of None.

        Raises:
            CallError: it is none.
        """
        if delimiter is None:
            return None
        written = "\t" if delimiter == "\\t" else delimiter
        character = NAMES.get(written.lower(), written)
        if len(character) != 1 or character in '"\r\n\0':
            raise CallError(
                f"{self.flag('delimiter')}: expected one character or one of {', '.join(NAMES)}, "
                f"got {delimiter!r}"
            )
        return character


def delimiter_name(character: str) -> str:
    """What the options call a delimiter."""
    return {value: name for name, value in NAMES.items()}.get(character, character)
