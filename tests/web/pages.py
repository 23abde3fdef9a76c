"""What a page says, read from its HTML."""

from html.parser import HTMLParser
from typing import Any

VOID = {"meta", "link", "input", "br", "img", "hr"}


class Page(HTMLParser):
    """Text as people read it, links by their words, and every tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words = ""
        self.links: dict[str, str] = {}
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.marks: list[str] = []
        self.inline: list[str] = []
        self._open: list[tuple[str, str, int]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag not in VOID:
            self._open.append((tag, found.get("href") or "", len(self.words)))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            name, href, start = self._open.pop()
            words = " ".join(self.words[start:].split())
            if name == "a" and href:
                self.links.setdefault(words, href)
            if name == "mark":
                self.marks.append(words)
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] in ("script", "style"):
            self.inline.append(data)
            return
        self.words += data

    @property
    def text(self) -> str:
        return " ".join(self.words.split())

    def link(self, words: str) -> str:
        """The address of the first link whose words contain these."""
        return next(href for text, href in self.links.items() if words in text)


def page(answer: Any) -> Page:
    return Page(answer.content.decode())
