"""Makes the table by which word models normalise texts, from Python's copy of the Unicode database.

    python scripts/unicode_table.py

takes some seconds and prints the version of Unicode and what the table holds. Saved models rely on
what it says: another one is another splitting of `tfcmp.models.word_tokenizer`, with a file of its
own.
"""

import argparse
import io
import sys
import unicodedata
from pathlib import Path

import numpy as np

from tfcmp.models.unicode_table import TABLE_FILE, YPOGEGRAMMENI
from tfcmp.runs.files import whole_file

# Default_Ignorable_Code_Point of DerivedCoreProperties.txt, which Python's database leaves out:
# first and last of each range.
IGNORABLE = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5),
    (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164),
    (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
# What keyboards and word processors write in place of a mark of ASCII, and Unicode keeps apart.
TYPOGRAPHIC = {
    "'": "\u2018\u2019\u201a\u201b\u2039\u203a\u00b4\u2032\u2035\u02b9\u02bb\u02bc\u02bd\u055a"
    "\u05f3\ua78b\ua78c\u275b\u275c",
    '"': "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\u2036\u02ba\u02ee\u05f4\u275d\u275e\u2e42"
    "\u301d\u301e\u301f",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u02d7\u058a\u05be\u2e3a\u2e3b",
    "/": "\u2044\u2215",
}
OF_ASCII = {ord(mark): plain for plain, marks in TYPOGRAPHIC.items() for mark in marks}
# What readers of Arabic and Hebrew do not need and writers mostly leave out: the stroke that
# lengthens a word, and the points that stand for vowels (with the accents of Hebrew).
OPTIONAL = (
    (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2), (0x05C4, 0x05C5), (0x05C7, 0x05C7),
    (0x0640, 0x0640), (0x064B, 0x0652), (0x0670, 0x0670),
)  # fmt: skip
IGNORED = {point for first, last in (*IGNORABLE, *OPTIONAL) for point in range(first, last + 1)}
SURROGATES = range(0xD800, 0xE000)


def main() -> None:
    """Computes the table, prints what it holds and writes it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=TABLE_FILE)
    out = parser.parse_args().out
    points = [point for point in range(sys.maxunicode + 1) if point not in SURROGATES]
    replaced = {point: replacement(chr(point)) for point in points}
    replaced = {point: text for point, text in replaced.items() if text != chr(point)}
    classes = {point: unicodedata.combining(chr(point)) for point in points}
    ordered = [point for point, combining in classes.items() if combining]
    content = io.BytesIO()
    np.savez_compressed(
        content,
        unicode_version=np.array(unicodedata.unidata_version),
        replaced=np.array(list(replaced), np.int32),
        lengths=np.array([len(text) for text in replaced.values()], np.int32),
        replacements=np.array([ord(c) for text in replaced.values() for c in text], np.int32),
        ordered=np.array(ordered, np.int32),
        classes=np.array([classes[point] for point in ordered], np.uint8),
    )
    with whole_file(out) as part:
        part.write_bytes(content.getvalue())
    print(f"Unicode {unicodedata.unidata_version}")
    print(f"{len(replaced):>7,}  code points replaced")
    print(f"{sum(not text for text in replaced.values()):>7,}  of them by nothing")
    print(f"{len(ordered):>7,}  combining marks with an order\n{out}")


def replacement(character: str) -> str:
    """What stands for a character: the replacements of its canonical parts."""
    return "".join(map(folded, unicodedata.normalize("NFD", character)))


def folded(character: str) -> str:
    """A character without canonical parts, as an ASCII mark, as nothing, or NFKD and case folded."""
    if ord(character) in OF_ASCII:
        return OF_ASCII[ord(character)]
    if ord(character) in IGNORED:
        return ""
    # As a letter it would no longer be put in order among the marks; it becomes one after that.
    if ord(character) == YPOGEGRAMMENI:
        return character
    changed = unicodedata.normalize("NFKD", character)
    if changed == character:
        changed = character.casefold()
    return character if changed == character else replacement(changed)


if __name__ == "__main__":
    main()
