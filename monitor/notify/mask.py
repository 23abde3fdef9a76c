"""Phone and ID numbers hidden before a text reaches a group.

What counts as personal information that must be de-identified: 个人信息保护法 art. 28 and
51; the shape 138****5678 is the usual one. Dates, money, alert numbers and the short public
lines (110, 119, 120, 12345 …) stay readable, for a duty officer acts on them.
"""

import re

_FULL_WIDTH = {ord("０") + n: str(n) for n in range(10)}
_HAN_DIGITS = {ord(sign): digit for sign, digit in zip("〇零一幺二三四五六七八九", "001123456789", strict=True)}  # fmt: skip
_SHADOW = str.maketrans(
    _FULL_WIDTH
    | _HAN_DIGITS
    | {ord(sign): "-" for sign in "－—–―‐‑−·•．。_~～"}
    | {ord("（"): "(", ord("）"): ")", 0x3000: " ", 0xA0: " ", ord("＋"): "+", ord("Ｘ"): "X", ord("ｘ"): "X"}  # fmt: skip
)
"""One character for one: positions found in the shadow are positions in the text."""

_GAP = r"[ \-.]{0,3}"
_MUST_GAP = r"[ \-.,/*]{1,3}"
_NOT_INSIDE = r"(?<![0-9A-Za-z])(?<![0-9][.\-])"
_NOT_MONEY_BEFORE = r"(?<![¥￥$])"
_NOT_MONEY_AFTER = r"(?!(?:\.\d{1,2})?\s?(?:元(?!旦)|万元|亿元|圆))"

_ID = (
    rf"{_NOT_INSIDE}[1-9]\d{{5}}{_GAP}(?:19|20)\d\d{_GAP}(?:0[1-9]|1[0-2]){_GAP}"
    rf"(?:[0-2]\d|3[01]){_GAP}\d{{3}}{_GAP}[0-9Xx](?![0-9A-Za-z])"
)
_LONG = rf"(?<![0-9A-Za-z.]){_NOT_MONEY_BEFORE}[0-9]{{15,19}}[Xx]?(?![0-9A-Za-z]){_NOT_MONEY_AFTER}"
_CARD = rf"{_NOT_INSIDE}62\d\d(?:[ \-]\d{{4}}){{3}}(?:[ \-]\d{{1,4}})?(?![0-9A-Za-z])"
_MOBILE = (
    rf"{_NOT_INSIDE}{_NOT_MONEY_BEFORE}(?:(?:\+|00)?86{_GAP})?(?:"
    rf"1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}"
    rf"|1[3-9]\d{_GAP}\d{{3}}{_GAP}\d{{5}}"
    rf"|1[3-9]\d\d{_GAP}\d{{3}}{_GAP}\d{{4}}"
    rf"|1[3-9]\d\d{_GAP}\d{{4}}{_GAP}\d{{3}}"
    rf"|1[3-9]\d(?:{_GAP}\d\d){{4}}"
    rf"|1{_MUST_GAP}[3-9](?:{_MUST_GAP}\d){{9}}"
    rf")(?![0-9]){_NOT_MONEY_AFTER}"
)
_LANDLINE = (
    rf"{_NOT_INSIDE}(?:\+86{_GAP})?\(?(?P<area>0(?:10|2\d|[3-9]\d\d))\)?{_GAP}"
    rf"[2-9]\d{{2,3}}{_GAP}\d{{4}}(?:(?:-| ?转 ?)\d{{1,5}})?(?![0-9])"
)
_LOCAL = (
    r"(?P<cue>电话|手机|座机|号码|致电|拨打|联系方式|[Tt][Ee][Ll])(?P<gap>[是为:： ]{0,3})"
    r"[2-9]\d{2,3}[ \-]?\d{4}(?![0-9])"
)
_PRIVATE = re.compile(
    rf"(?P<id>{_ID})|(?P<card>{_CARD})|(?P<mobile>{_MOBILE})|(?P<land>{_LANDLINE})"
    rf"|(?P<long>{_LONG})|(?P<local>{_LOCAL})"
)


def mask(text: str) -> str:
    """The text with mobile numbers as 138****5678, landlines as 0871-****56, ID and card
    numbers as their first three digits; separators, full-width and Chinese digits are seen
    through. Applying it twice changes nothing more."""
    shadow = text.translate(_SHADOW)
    out: list[str] = []
    done = 0
    for found in _PRIVATE.finditer(shadow):
        out.append(text[done : found.start()])
        out.append(_hidden(found))
        done = found.end()
    out.append(text[done:])
    return "".join(out)


def _hidden(found: "re.Match[str]") -> str:
    digits = "".join(sign for sign in found.group() if sign.isdigit())
    match found.lastgroup if found.lastgroup not in ("area", "cue", "gap") else _outer(found):
        case "mobile":
            own = digits[-11:]
            return f"{own[:3]}****{own[-4:]}"
        case "land":
            return f"{found['area']}-****{digits[-2:]}"
        case "local":
            return f"{found['cue']}{found['gap']}****{digits[-2:]}"
        case _:
            return digits[:3] + "*" * 15


def _outer(found: "re.Match[str]") -> str:
    """`lastgroup` names an inner group when one closed last; the outer one is wanted."""
    return next(name for name in ("land", "local") if found[name] is not None)
