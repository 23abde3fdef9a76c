"""A clock that jumped forward and was set right again puts nothing to sleep."""

from datetime import timedelta

import pytest
from django.utils import timezone

from monitor.models import Delivery, Source
from monitor.pipeline import collect, deliver
from tests.peers.feeds import FeedServer
from tests.peers.robot import Robot
from tests.pipeline.office import Office, webhook
from tests.pipeline.test_deliver import queue

pytestmark = pytest.mark.timeout(60)
FAR = timedelta(days=365)


def test_a_source_due_in_a_year_is_due_now(office: Office, feeds: FeedServer) -> None:
    feed = feeds.feed("/a.xml")
    feed.answers(404)
    office.has(sources=[{"slug": "a", "name": "甲", "url": feed.url}])
    Source.objects.update(due=timezone.now() + FAR)
    assert collect.look(timezone.now()).rows == 1
    office.runs("collect")
    assert feed.count == 1


def test_a_delivery_due_in_a_year_leaves_now(office: Office, robot: Robot) -> None:
    office.has(channels=[webhook(robot.url)])
    queue("hook")
    Delivery.objects.update(due=timezone.now() + FAR)
    assert deliver.look(timezone.now()).rows == 1
    office.runs("deliver")
    assert len(robot.received) == 1
