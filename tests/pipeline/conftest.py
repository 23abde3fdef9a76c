from tests.peers.elasticsearch.fixtures import elastic_url, elasticsearch
from tests.pipeline.fixtures import feeds, office, robot

__all__ = ["elastic_url", "elasticsearch", "feeds", "office", "robot"]
