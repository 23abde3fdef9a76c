"""Which words are hot, from counts; every index asks this, so that they agree."""

from collections.abc import Mapping

from monitor.index.protocol import HOT_AT_LEAST, HotWord


def hottest(
    matching: int, among_matching: Mapping[str, int], held: int, among_all: Mapping[str, int]
) -> list[HotWord]:
    """The hot words, highest score first.

    `among_matching` tells how many of the `matching` articles have a word, `among_all` how
    many of all `held`.
    """
    found = []
    for word, count in among_matching.items():
        if count < HOT_AT_LEAST:
            continue
        share, usual = count / matching, among_all[word] / held
        if share > usual:
            found.append(HotWord(word, count, (share - usual) * share / usual))
    return sorted(found, key=lambda hot: (-hot.score, hot.word))
