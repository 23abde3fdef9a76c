"""The catalogue: what the office watches, whom it tells and how it weighs, as YAML with cures.

files    directories → Catalog, or every mistake with file, line and cure
nodes    YAML text → nodes that know their line
fields   one node → one JSON value            kinds   which fields an item has
typed    canonical JSON → typed values        names   what queries may call by name
merge    three-way merge of one item          show    its lines for `yuqing catalog apply`
"""

from monitor.catalog.channels import SecretMissing
from monitor.catalog.errors import CatalogError, CatalogErrors
from monitor.catalog.files import Catalog, load
from monitor.catalog.kinds import KINDS
from monitor.catalog.levels import Levels
from monitor.catalog.merge import Change, Verdict, compare, three_way
from monitor.catalog.names import names_of
from monitor.catalog.show import lines, summary
from monitor.catalog.typed import Values, build, build_all
from monitor.catalog.values import Channel, Lexicon, Source, Topic

__all__ = [
    "KINDS",
    "Catalog",
    "CatalogError",
    "CatalogErrors",
    "Change",
    "Channel",
    "Levels",
    "Lexicon",
    "SecretMissing",
    "Source",
    "Topic",
    "Values",
    "Verdict",
    "build",
    "build_all",
    "compare",
    "lines",
    "load",
    "names_of",
    "summary",
    "three_way",
]
