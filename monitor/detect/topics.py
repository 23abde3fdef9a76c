"""Which 监测专题 an article hits: every topic's own query, asked of one document at once."""

from collections.abc import Mapping
from typing import Self

from monitor.query import NO_NAMES, Document, Matcher, Names, Query, QueryError, parse


class TopicError(ValueError):
    """A topic whose query cannot be read; `slug` names it, `words` say in Chinese what to do."""

    def __init__(self, slug: str, cause: QueryError) -> None:
        super().__init__(f"监测专题“{slug}”的检索式有误：{cause.words}")
        self.slug = slug
        self.words = str(self)
        self.start = cause.start
        self.end = cause.end


class TopicMatcher:
    """All standing topics, ready to be asked; built once per revision of the catalogue."""

    def __init__(self, topics: Mapping[str, Query]) -> None:
        self._matcher = Matcher(topics)

    @classmethod
    def from_texts(cls, texts: Mapping[str, str], names: Names = NO_NAMES) -> Self:
        """Build from topic slug → query text; raises TopicError at the first that is wrong."""
        topics: dict[str, Query] = {}
        for slug, text in texts.items():
            try:
                topics[slug] = parse(text, names, topic=True)
            except QueryError as error:
                raise TopicError(slug, error) from error
        return cls(topics)

    def hits(self, document: Document) -> tuple[str, ...]:
        """The slugs of the topics that the document answers to, sorted."""
        return tuple(sorted(self._matcher.hits(document)))
