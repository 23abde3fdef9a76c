from tests.pipeline.fixtures import office, robot
from tests.web.fixtures import _visitors, county, officer, person

__all__ = ["_visitors", "county", "office", "officer", "person", "robot"]
