"""Phone and ID numbers hidden before a text reaches a group.

What counts as personal information that must be de-identified: 个人信息保护法 art. 28 and
51; the shape 138****5678 is the usual one. Dates, money, alert numbers and the short public
lines (110, 119, 120, 12345 …) stay readable, for a duty officer acts on them.
"""

import re

_SEPARATORS = (
    {ord("０") + n: str(n) for n in range(10)}
    | dict.fromkeys(map(ord, "－—–―‐‑−·•．。_~～"), "-")
    | dict.fromkeys((0x3000, 0xA0), " ")
    | dict(zip(map(ord, "（）＋Ｘｘ"), "()+XX", strict=True))
)
_HAN_DIGITS = dict(zip(map(ord, "〇零一幺二三四五六七八九"), "001123456789", strict=True))
_SHADOWS = (str.maketrans(_SEPARATORS), str.maketrans(_SEPARATORS | _HAN_DIGITS))
"""One character for one, so positions found in a shadow are positions in the text. Chinese
digits are read in a second pass: in 之一138… the 一 is no part of the number."""

_GAP = r"[ \-.]{0,3}"
_MUST_GAP = r"[ \-.,/*]{1,3}"
_START = r"(?<![0-9])"
_NOT_MONEY_BEFORE = r"(?<![¥￥$])"
_NOT_MONEY_AFTER = r"(?!(?:\.\d{1,2})?\s?(?:元(?!旦)|万元|亿元|圆))"

_BETWEEN = r"[ \-]{0,2}"
_ID = (  # GB 11643: six digits of place, a birthday, three of order, one check digit
    rf"{_START}[1-9](?:{_BETWEEN}\d){{5}}{_BETWEEN}(?:1{_BETWEEN}9|2{_BETWEEN}0)"
    rf"(?:{_BETWEEN}\d){{2}}{_BETWEEN}(?:0{_BETWEEN}[1-9]|1{_BETWEEN}[0-2])"
    rf"{_BETWEEN}(?:[0-2]{_BETWEEN}\d|3{_BETWEEN}[01])(?:{_BETWEEN}\d){{3}}"
    rf"{_BETWEEN}[0-9Xx](?![0-9])"
)
_LONG = rf"{_START}{_NOT_MONEY_BEFORE}[0-9]{{15,40}}[Xx]?(?![0-9]){_NOT_MONEY_AFTER}"
_CARD = rf"{_START}62\d\d(?:[ \-]\d{{4}}){{3}}(?:[ \-]\d{{1,4}})?(?![0-9])"
_MOBILE = (
    rf"{_START}{_NOT_MONEY_BEFORE}(?:(?:\+|00)?86{_GAP})?(?:"
    rf"1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}"
    rf"|1[3-9]\d{_GAP}\d{{3}}{_GAP}\d{{5}}"
    rf"|1[3-9]\d\d{_GAP}\d{{3}}{_GAP}\d{{4}}"
    rf"|1[3-9]\d\d{_GAP}\d{{4}}{_GAP}\d{{3}}"
    rf"|1[3-9]\d(?:{_GAP}\d\d){{4}}"
    rf"|1{_MUST_GAP}[3-9](?:{_MUST_GAP}\d){{9}}"
    rf")(?![0-9]){_NOT_MONEY_AFTER}"
)
_LANDLINE = (
    rf"{_START}(?<![0-9]-)(?:\+86{_GAP})?\(?(?P<area>0(?:10|2\d|[3-9]\d\d))\)?{_GAP}"
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
    for shadow in _SHADOWS:
        text = _masked_where(text, text.translate(shadow))
    return text


def _masked_where(text: str, shadow: str) -> str:
    out: list[str] = []
    done = 0
    for found in _PRIVATE.finditer(shadow):
        out += (text[done : found.start()], _hidden(found))
        done = found.end()
    return "".join(out) + text[done:]


def _hidden(found: re.Match[str]) -> str:
    digits = "".join(sign for sign in found.group() if sign.isdigit())
    match found.lastgroup:
        case "mobile":
            own = digits[-11:]
            return f"{own[:3]}****{own[-4:]}"
        case "land":
            return f"{found['area']}-****{digits[-2:]}"
        case "local":
            return f"{found['cue']}{found['gap']}****{digits[-2:]}"
        case _:
            return digits[:3] + "*" * 15
