from tests.management.conftest import yuqing
from tests.pipeline.fixtures import feeds, office, robot

__all__ = ["feeds", "office", "robot", "yuqing"]
