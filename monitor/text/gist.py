"""What of a text tells its story from others: its rare words, and the places it names.

How rare a word is was counted once in the project's own texts about life in a county
(training/corpus): 抢救 and 通报 stand in every other story and tell little, 芋泥 tells one. A
name that no dictionary knows falls into single characters, so two of them side by side are a word
of their own; and so is a figure with what it counts (46名), for two reports of one matter share it.
"""

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple

from monitor.text.rarity import Rarity
from monitor.text.tokens import RARE, Fact

WORDS = 32
"""Words kept of a text, the rarest. With fewer a short post and a long report miss each other."""
PLACES = 4
KNEE = 3.0
"""Nats below which a word tells nothing: it stands in every twentieth text."""
EMPTY = 4.0
"""A single character less rare than this (的, 老, 水) makes no name with its neighbour."""
_FIGURE = 5.0
"""Rarity of a figure with its unit: dates and round numbers meet by chance."""
_NO_UNIT = frozenset("年月日时点分号个")


class Site(NamedTuple):
    """A place of our gazetteer; `ground` is the unit on whose ground it lies (属地), else its own
    slug."""

    slug: str
    name: str
    kind: str
    ground: str


@dataclass(frozen=True, slots=True)
class Gist:
    """`words` are at most 32, each with its rarity in nats above KNEE, the rarest first; `sites`
    are the places of our county in order of mention, whether or not the text means ours."""

    words: tuple[tuple[str, float], ...] = ()
    sites: tuple[Site, ...] = ()


def telling(
    fields: Sequence[tuple[Sequence[str], Sequence[Fact]]],
    names: AbstractSet[str],
    rarity: Rarity,
) -> tuple[tuple[str, float], ...]:
    """The words of a gist, from the tokens of the text's fields and what is known of them.

    `names` of places and units are left out: they are compared as what they are.
    """
    found: dict[str, float] = {}
    for tokens, facts in fields:
        _weigh(found, tokens, facts, names, rarity)
    kept = sorted([word for word, rare in found.items() if rare > KNEE])
    kept.sort(key=found.__getitem__, reverse=True)  # stable: words of one rarity stay in order
    return tuple([(word, found[word] - KNEE) for word in kept[:WORDS]])


def _weigh(
    found: dict[str, float],
    tokens: Sequence[str],
    facts: Sequence[Fact],
    names: AbstractSet[str],
    rarity: Rarity,
) -> None:
    """Add the words of one field with their rarity; what is known already stays as it is."""
    before = ""  # the single character that stands right before, if it may begin a name
    figure = ""
    for token, fact in zip(tokens, facts, strict=True):
        rare = fact[RARE]
        if len(token) > 1:
            if rare > KNEE and token not in names:
                found.setdefault(token, rare)
            before = ""
            figure = token if not rare and token.isdigit() else ""
            continue
        if figure and rare and token not in _NO_UNIT:
            found.setdefault(figure + token, _FIGURE)
        if rare >= EMPTY:
            found.setdefault(token, rare)
            if before and (both := before + token) not in found:
                found[both] = rarity.of(both)
            before = token
        else:
            before = ""
        figure = ""


# 送县人民医院救治: the hospital is where the hurt are taken, not where it happened.
_BOUND_FOR = re.compile(r"(?:送|转|往)[^，。；,;]{0,4}$")
_HOSPITAL = "医院"


def sites(mentions: Iterable[tuple[Site, str]]) -> tuple[Site, ...]:
    """The places of a gist, from each mention in order and the text right before it."""
    found = dict.fromkeys(
        site
        for site, before in mentions
        if not (site.name.endswith(_HOSPITAL) and _BOUND_FOR.search(before))
    )
    return tuple(found)[:PLACES]
