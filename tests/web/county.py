"""青溪县 for the console's tests: an office, its sources, and a river that is being poisoned."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from monitor.models import Alert
from tests.peers.robot import Robot
from tests.pipeline.office import Office, entry, source, webhook

HOSTILE = (
    '<script>window.ran=1</script><img src=x onerror="window.ran=2">'
    "\u202e反着写的字\u202c'\"></a>停水" + "很" * 400
)

POISON = (
    "白石镇化工厂夜里偷排污水，河里的鱼死光了，井水又苦又臭，村民喝了呕吐头晕，"
    "打了好几次投诉电话没人管，求求有关部门来看看。"
)


class County:
    """`alarm` raises an alert with two reprints; `quiet` only adds everyday articles."""

    def __init__(self, office: Office, robot: Robot) -> None:
        self.office = office
        self.robot = robot
        office.has(
            sources=[
                source("forum", name="青溪论坛", platform="论坛"),
                source("micro", name="微语同城", platform="微博"),
                source("paper", name="云岚晚报", platform="报纸", tier=2),
            ],
            channels=[webhook(f"{robot.url}/hook", "duty", name="值班群")],
        )

    def quiet(self) -> "County":
        ago = timezone.now() - timedelta(days=3)
        self.office.hears(
            "paper",
            entry("城关镇春季植树活动举行，干部群众种下三百棵树苗。", title="城关镇举行植树活动"),
            entry(
                "双河镇明日停水检修，供水公司提前公告，请居民储水。",
                title="双河镇停水公告",
                claimed=ago,
            ),
        )
        self.office.works()
        return self

    def alarm(self) -> Alert:
        self.office.hears(
            "forum", entry(POISON, title="白石镇化工厂偷排，河里鱼死光了", author="河边人")
        )
        self.office.hears("micro", entry(f"转发：{POISON}", title="转：白石镇化工厂偷排污水"))
        self.office.hears("paper", entry(f"网友反映，{POISON}", title="白石镇一化工厂被指偷排"))
        self.office.works()
        return Alert.objects.get()

    def told(self, *told: Any, by: str = "forum") -> list[int]:
        """Any other entries, wholly worked off; returns their ids."""
        ids = self.office.hears(by, *told)
        self.office.works()
        return ids
