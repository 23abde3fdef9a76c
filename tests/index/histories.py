"""What may happen to a generation: documents written, written over, taken out, in any order."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from monitor.index import Removal, SearchIndex
from monitor.query import Document
from tests.query.worlds import collections, documents

# Below 2^20 apart, so that articles of one second stand by their ids in every index.
IDS = (1, 2, 3, 5, 8, 13, 21, 34, 55)
# A shelf says nothing about the date, and two of them are enough to get the sums wrong.
MONTHS = ("202511", "202512")

Step = tuple[Document, ...] | Removal


@dataclass(frozen=True, repr=False)
class History:
    """Steps one after the other; a document stays on the month on which it began."""

    steps: tuple[Step, ...]

    def moved(self, by: int) -> "History":
        """The same with other ids."""
        return History(tuple(_moved(step, by) for step in self.steps))

    def happens_to(self, index: SearchIndex, generation: str) -> None:
        for step in self.steps:
            if isinstance(step, Removal):
                index.remove(generation, [step])
            else:
                assert index.write(generation, step) == []
        index.refresh(generation)

    def is_undone(self, index: SearchIndex, generation: str) -> None:
        """Take out everything, so that the next history begins with an empty generation."""
        months = {
            number: month
            for step in self.steps
            for number, month in (
                [(step.id, step.month)]
                if isinstance(step, Removal)
                else [(document.id, document.month) for document in step]
            )
        }
        index.remove(generation, [Removal(n, 1_000, month) for n, month in months.items()])

    def left(self) -> list[Document]:
        """The documents that are there in the end, by the words of the protocol."""
        shelf = _Shelf()
        for step in self.steps:
            if isinstance(step, Removal):
                shelf.remove(step)
            else:
                for document in step:
                    shelf.write(document)
        return list(shelf.held.values())

    def __repr__(self) -> str:
        """The history in words, for counterexamples."""
        return "\n".join(map(_told, self.steps)) or "nothing"


@dataclass
class _Shelf:
    held: dict[int, Document] = field(default_factory=dict)
    gone: dict[int, int] = field(default_factory=dict)

    def write(self, document: Document) -> None:
        here = self.held.get(document.id)
        if document.rev <= self.gone.get(document.id, -1) or (here and document.rev < here.rev):
            return
        self.held[document.id] = document

    def remove(self, removal: Removal) -> None:
        here = self.held.get(removal.id)
        if here is None or here.rev <= removal.rev:
            self.held.pop(removal.id, None)
            self.gone[removal.id] = max(removal.rev, self.gone.get(removal.id, -1))


def _moved(step: Step, by: int) -> Step:
    if isinstance(step, Removal):
        return replace(step, id=step.id + by)
    return tuple(replace(document, id=document.id + by) for document in step)


def _told(step: Step) -> str:
    if isinstance(step, Removal):
        return f"remove {step.id} up to rev {step.rev}"
    return "\n".join(
        f"write {d.id} rev {d.rev}: {d.title!r} / {d.body!r}, {d.published:%F %T.%f}, {d.source},"
        f" {d.sentiment}, units {d.units}, topics {d.topics}, level {d.level}, event {d.event},"
        f" words {d.words}"
        for d in step
    )


@st.composite
def histories(draw: st.DrawFn) -> History:
    """A world written at once, and up to three changes of it."""
    world = [replace(d, month=draw(st.sampled_from(MONTHS))) for d in draw(collections(IDS))]
    # What a rev says never changes.
    said = {(document.id, document.rev): document for document in world}
    steps: list[Step] = [tuple(world)] if world else []
    for first in draw(st.lists(st.sampled_from(world), max_size=3)) if world else ():
        if draw(st.booleans()):
            steps.append(Removal(first.id, draw(st.integers(0, 3)), first.month))
        else:
            later = replace(draw(documents(first.id)), month=first.month)
            steps.append((said.setdefault((later.id, later.rev), later),))
    return History(tuple(steps))


def told(world: Sequence[Document]) -> str:
    return _told(tuple(world))
