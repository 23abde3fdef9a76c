"""A mistake in the catalogue, with the place where it stands and how to cure it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class At:
    """A place in a file; line counts from 1, and 0 means that there is no line to name."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file} 第 {self.line} 行" if self.line else self.file


@dataclass(frozen=True, slots=True, order=True)
class CatalogError:
    """One mistake: `words` says in Chinese what is wrong and what to write instead."""

    file: str
    line: int
    words: str

    def __str__(self) -> str:
        return f"{At(self.file, self.line)}：{self.words}"


class CatalogErrors(Exception):  # noqa: N818 - the plural says that it carries all of them
    """Every mistake found, in the order of file and line."""

    def __init__(self, errors: Iterable[CatalogError]) -> None:
        self.errors: tuple[CatalogError, ...] = tuple(sorted(set(errors)))
        super().__init__("\n".join(str(error) for error in self.errors))


class Findings:
    """Collects mistakes while reading goes on, so that all are told at once."""

    def __init__(self) -> None:
        self._errors: list[CatalogError] = []

    def add(self, at: At, words: str) -> None:
        self._errors.append(CatalogError(at.file, at.line, words))

    def adopt(self, others: "Findings", label: str, key: str) -> None:
        """Takes over findings about one field, naming the field where the words do not."""
        for error in others._errors:
            named = error.words.startswith(label)
            words = error.words if named else f"{label}（{key}）：{error.words}"
            self._errors.append(CatalogError(error.file, error.line, words))

    def __len__(self) -> int:
        return len(self._errors)

    def raise_if_any(self) -> None:
        """Raises `CatalogErrors` when anything was found."""
        if self._errors:
            raise CatalogErrors(self._errors)
