"""Articles as a file for other programs: rows in, bytes out, in constant memory.

table   what is exported, by column      lines     csv and jsonl
cells   text that does nothing in a cell workbook  xlsx
formats the kinds of file                draft     a file that can be gone on with
"""

from monitor.export.draft import Draft, DraftBusy, Progress, draft, sync_folder
from monitor.export.formats import FORMATS, WORDS
from monitor.export.table import COLUMNS, Labels, Row
from monitor.export.workbook import TooLarge

__all__ = [
    "COLUMNS",
    "FORMATS",
    "WORDS",
    "Draft",
    "DraftBusy",
    "Labels",
    "Progress",
    "Row",
    "TooLarge",
    "draft",
    "sync_folder",
]
