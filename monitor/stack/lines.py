"""Bytes from a child's pipe → lines fit for a log: bounded, whole characters, no control codes."""

LINE_BYTES = 8 * 1024
CUT = " …（本行过长，其余略去）"

# A feed's text reaches the log; an escape sequence in it must not reach the terminal.
_VISIBLE = {
    code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if code != 0x09
} | {code: f"\\u{code:04x}" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


class LineCutter:
    """Cuts a stream into lines; keeps at most `limit` bytes, whatever the stream does."""

    def __init__(self, limit: int = LINE_BYTES) -> None:
        self.limit = limit
        self._kept = b""
        self._skipping = False  # the head of this line is out already; its rest is dropped

    def feed(self, data: bytes) -> list[str]:
        """The lines that `data` completes; a line over the limit comes once, cut and marked."""
        *whole, rest = data.split(b"\n")
        lines = []
        for piece in whole:
            line = self._end(piece)
            if line is not None:
                lines.append(line)
        over = self._keep(rest)
        return [*lines, over] if over is not None else lines

    def close(self) -> list[str]:
        """What was written without a last newline."""
        if self._skipping or not self._kept:
            return []
        line, self._kept = readable(self._kept), b""
        return [line]

    def _end(self, piece: bytes) -> str | None:
        if self._skipping:
            self._skipping = False
            return None
        line, self._kept = self._kept + piece, b""
        return self._cut(line) if len(line) > self.limit else readable(line.removesuffix(b"\r"))

    def _keep(self, rest: bytes) -> str | None:
        if self._skipping:
            return None
        self._kept += rest
        if len(self._kept) <= self.limit:
            return None
        line, self._kept, self._skipping = self._cut(self._kept), b"", True
        return line

    def _cut(self, line: bytes) -> str:
        end = self.limit
        while end > self.limit - 4 and line[end] & 0xC0 == 0x80:  # inside a UTF-8 character
            end -= 1
        return readable(line[:end]) + CUT


def readable(line: bytes) -> str:
    """One line of UTF-8 text with its control characters shown, not obeyed."""
    return line.decode("utf-8", "replace").translate(_VISIBLE)
