"""The dictionary's text format: one `词 权重` a line, `#` begins a remark."""

from monitor.catalog.errors import At, Findings
from monitor.catalog.fields import as_number

LIMIT = 3.0  # the scale of a word's weight: -3 gravest, 3 best, 0 takes the feeling away
MAX_WORD = 20
MAX_LINES = 20_000


def read_words(text: str, file: str, findings: Findings) -> dict[str, float]:
    """Word → weight in the file's order; mistakes go to findings."""
    weights: dict[str, float] = {}
    places: dict[str, At] = {}
    for number, line in enumerate(text.split("\n")[:MAX_LINES], 1):
        parts = line.partition("#")[0].split()
        if not parts:
            continue
        at = At(file, number)
        weight = as_number(parts[-1].replace("+", "", 1)) if len(parts) == 2 else None
        if weight is None:
            findings.add(at, f"“{line.strip()[:30]}”不对，应写成“词 权重”，例如：停水 -1.5")
        elif not -LIMIT <= weight <= LIMIT:
            findings.add(at, f"权重 {parts[1]} 超出范围，应在 -{LIMIT:g} 到 {LIMIT:g} 之间")
        elif len(parts[0]) > MAX_WORD:
            findings.add(at, f"“{parts[0][:10]}…”太长，一个词最多 {MAX_WORD} 个字")
        elif parts[0] in weights:
            first = places[parts[0]].line
            findings.add(at, f"“{parts[0]}”写了两次（第 {first} 行已有）；请只留一个")
        else:
            weights[parts[0]] = weight
            places[parts[0]] = at
    if text.count("\n") > MAX_LINES:
        findings.add(At(file, MAX_LINES + 1), f"超过 {MAX_LINES} 行；请拆成几个文件")
    return weights
