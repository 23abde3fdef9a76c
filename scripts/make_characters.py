"""Make monitor/text/characters.json, the frozen table behind normalisation and pieces.

Run it with a Python that has the package `opencc` (it is no dependency of the product)
and with perl on the PATH, whose Unicode tables know the emoji properties:

    python scripts/make_characters.py

The table is frozen in a file rather than asked of `unicodedata` at run time: an index
written under one Python must be read alike under the next one, whose Unicode is newer.

Sources: UAX #15 (NFKC), the Unicode Standard 3.13 (default case folding) and 5.21
(default ignorable code points), UTS #51 (emoji), OpenCC's character table (Apache-2.0).
"""

import json
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

import opencc

TARGET = Path(__file__).parent.parent / "monitor" / "text" / "characters.json"

# The end of the CJK compatibility supplement: nothing above it folds to something else.
END = 0x2FA20


def properties(pattern: str) -> set[int]:
    """The code points below END that match a perl property pattern."""
    program = (
        f"for my $i (0x80..{END - 1}) {{ next if $i >= 0xd800 && $i < 0xe000; "
        f'print "$i\\n" if chr($i) =~ /{pattern}/ }}'
    )
    done = subprocess.run(["perl", "-e", program], check=True, capture_output=True, text=True)
    return {int(line) for line in done.stdout.split()}


def is_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNM"


def fold_table(ignorable: set[int]) -> dict[str, str]:
    """What each character becomes, to the fixed point; only where something changes."""
    simplify: Callable[[str], str] = opencc.OpenCC("t2s").convert
    single = {chr(i): simplify(chr(i)) for i in range(0x3400, END) if unicodedata.name(chr(i), "")}

    def step(character: str) -> str:
        if ord(character) in ignorable:
            return ""
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", character).casefold())
        if len(folded) > 1 and not any(map(is_word, folded)):
            # An ellipsis is a separator whole or in three dots: whole keeps the offsets plain.
            return character
        return "".join(one if len(one := single.get(c, c)) == 1 else c for c in folded)

    table = {}
    for code in range(END):
        if 0xD800 <= code < 0xE000:
            continue
        before, after = chr(code), step(chr(code))
        for _ in range(4):
            if after == before:
                break
            before, after = after, "".join(map(step, after))
        if after != chr(code):
            table[chr(code)] = after
    return table


def ranges(codes: Iterable[int]) -> list[int]:
    """Flat list first, last, first, last … of the runs in the code points."""
    flat: list[int] = []
    for code in sorted(codes):
        if flat and flat[-1] == code - 1:
            flat[-1] = code
        else:
            flat += [code, code]
    return flat


def main() -> int:
    ignorable = properties(r"\p{Default_Ignorable_Code_Point}")
    fold = fold_table(ignorable)
    alive = [i for i in range(END) if chr(i) not in fold and not 0xD800 <= i < 0xE000]
    words = {i for i in alive if is_word(chr(i))}
    # Reserved pictographs count too, so that next year's emoji is a segment already.
    pictures = properties(r"\p{Emoji}") | {
        i for i in properties(r"\p{Extended_Pictographic}") if i >= 0x1F000
    }
    one = {key: value for key, value in fold.items() if len(value) == 1}
    table = {
        "unicode": unicodedata.unidata_version,
        "opencc": version("opencc"),
        "end": END,
        "from": "".join(one),
        "to": "".join(one.values()),
        "many": {key: value for key, value in fold.items() if len(value) != 1},
        "words": ranges(words),
        "emoji": ranges(pictures & set(alive) - words),
    }
    lines = [f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=True)}" for k, v in table.items()]
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="ascii")
    print(f"{TARGET}: {len(fold)} folded, {len(words)} letters, digits and marks")
    return 0


if __name__ == "__main__":
    sys.exit(main())
