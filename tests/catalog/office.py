"""An office that writes catalogue files as people do."""

from pathlib import Path

from monitor.catalog import Catalog, CatalogErrors, load


class Office:
    """Directories under one folder: `writes` puts a file there, `loads` reads all in order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.directories: list[Path] = []

    def writes(self, file: str, text: str | bytes, directory: str = "office") -> "Office":
        path = self.folder / directory / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        if (home := self.folder / directory) not in self.directories:
            self.directories.append(home)
        return self

    def loads(self) -> Catalog:
        return load(self.directories)

    def hears(self) -> list[str]:
        """What the office is told, one line a mistake; empty when there is none."""
        try:
            self.loads()
        except CatalogErrors as errors:
            return [str(error) for error in errors.errors]
        return []
