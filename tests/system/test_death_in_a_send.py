"""The one way in which a message goes out twice: the sender dies before it can write "sent"."""

import os
import random
import signal
from pathlib import Path

import pytest

from tests.system.county import Entry
from tests.system.installation import Installation
from tests.system.stories import STORIES
from tests.system.waiting import until


@pytest.mark.timeout(300)
def test_a_sender_killed_while_the_receiver_holds_its_message_sends_it_again(
    tmp_path: Path, port: int
) -> None:
    story = Entry(0, "story0-0", STORIES[0])
    with Installation(tmp_path / "data", [story], port, random.Random(1)) as house:
        house.robot.hangs(times=1)
        house.starts()
        house.publish(1)
        (first,) = house.robot.wait_for(1, timeout=90)

        ((pk, state, owner),) = house.rows("SELECT id, state, owner FROM monitor_delivery")
        assert (str(pk), state) == (first.delivery, "sending")
        sender = int(owner.rsplit(":", 1)[1])
        assert sender in {process.pid for process in house.processes()["pool"]}
        os.kill(sender, signal.SIGKILL)

        again = house.robot.wait_for(2, timeout=90)
        until(lambda: house.settled(), 60, "the delivery never became sent")
        assert [one.delivery for one in again] == [str(pk)] * 2
        assert again[0].body == again[1].body
        assert house.rows("SELECT state FROM monitor_delivery") == [("sent",)]
        attempts = house.rows("SELECT outcome, ended IS NULL FROM monitor_sending ORDER BY id")
        assert attempts == [("died", 1), ("sent", 0)]
        assert len(house.robot.received) == 2
