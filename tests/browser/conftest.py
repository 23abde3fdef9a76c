from tests.browser.fixtures import chrome, visitor
from tests.pipeline.fixtures import office, robot
from tests.web.fixtures import _visitors, county

__all__ = ["_visitors", "chrome", "county", "office", "robot", "visitor"]
