"""Decompression that never produces more than it is asked for: a gzip bomb stays small."""

import zlib

from monitor.collect.failures import FetchError

WINDOW = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}


class Inflater:
    """Body chunks in, decoded bytes out; one Content-Encoding of gzip, deflate or none.

    Raises FetchError: `encoding` for one that we did not ask for, `broken` for damaged data,
    `cut` from finish() if the compressed stream stopped early.
    """

    def __init__(self, encoding: str, url: str) -> None:
        self._url = url
        self._encoding = encoding.strip().lower()
        self._stream: zlib._Decompress | None = None
        if self._encoding in ("", "identity"):
            return
        if self._encoding not in WINDOW:
            raise FetchError(
                "encoding",
                f"{url} 用了本系统没有请求的压缩方式“{encoding[:40]}”，无法读取："
                "请联系网站管理员。",
            )
        self._stream = zlib.decompressobj(WINDOW[self._encoding])
        self._fresh = True

    def feed(self, chunk: bytes, room: int) -> bytes:
        """The next decoded bytes, at most `room` (≥ 1) of them; what exceeds it is dropped."""
        if self._stream is None:
            return chunk[:room]
        if self._stream.eof:
            return b""  # padding after the end of the stream
        try:
            return self._inflate(chunk, room)
        except zlib.error as error:
            raise FetchError(
                "broken", f"{self._url} 的压缩内容已损坏：会自动再试，若一直如此请联系网站管理员。"
            ) from error

    def finish(self) -> None:
        """Say that the body has ended."""
        if self._stream is not None and not self._stream.eof and not self._fresh:
            raise FetchError(
                "cut", f"{self._url} 的内容没有传完就断了：会自动再试，若一直如此请联系网站管理员。"
            )

    def _inflate(self, chunk: bytes, room: int) -> bytes:
        assert self._stream is not None  # noqa: S101 - narrows the type, feed() has checked
        try:
            out = self._stream.decompress(chunk, room)
        except zlib.error:
            # Some servers call a raw deflate stream "deflate" (RFC 9110 §8.4.1.2 note).
            if self._encoding != "deflate" or not self._fresh:
                raise
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
            out = self._stream.decompress(chunk, room)
        self._fresh = False
        return out
