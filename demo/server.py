"""`python -m demo.server`: the invented county 青溪县, alive on 127.0.0.1.

One process plays fourteen sites and the 企业微信 robot with its phone. With --state-dir a
restart goes on where the county is by then, instead of beginning its story again.
"""

import argparse
import asyncio
import contextlib
import json
import logging
import signal
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web

from demo.archive import load
from demo.press import Press
from demo.robot import Robot
from demo.sites import BY_SLUG, SITES, Manner
from demo.web import County, make_app
from monitor.words import SHANGHAI

log = logging.getLogger("demo")

HOST = "127.0.0.1"
# How often the log tells what came out; feeds themselves never lag behind.
TICK_S = 0.5


def main(argv: Sequence[str] | None = None) -> int:
    """Runs until SIGINT or SIGTERM; 1 when the port is taken."""
    options = _options(argv)
    # Under a supervisor each line already gets its time.
    pattern = "%(asctime)s %(message)s" if sys.stdout.isatty() else "%(message)s"
    logging.basicConfig(format=pattern, datefmt="%H:%M:%S", stream=sys.stdout)
    log.setLevel(logging.INFO)
    state: Path | None = options.state_dir
    if state is not None:
        state.mkdir(parents=True, exist_ok=True)
    press, clock = begin(options.now, options.seed, options.speed, state)
    county = County(
        press=press,
        robot=Robot(state / "demo-phone.json" if state else None),
        clock=clock,
        base=f"http://{HOST}:{options.port}",
    )
    try:
        asyncio.run(_serve(county, options.port))
    except OSError as error:
        log.error("端口 %d 用不了：%s。请换一个 --port。", options.port, error.strerror)
        return 1
    return 0


def begin(
    now: datetime | None, seed: int, speed: float, state: Path | None
) -> tuple[Press, Callable[[], datetime]]:
    """The calendar and the county's clock. `now` (aware) fixes the start for a repeatable run."""
    known = _remembered(state)
    moment = now or datetime.now(SHANGHAI)
    start = known if known is not None and now is None else moment
    if state is not None and start is not known:
        (state / "demo-start.json").write_text(json.dumps({"start": start.isoformat()}), "utf-8")
    began = time.monotonic()

    def clock() -> datetime:
        return moment + timedelta(seconds=time.monotonic() - began)

    return Press(load(), start, seed, speed), clock


def _remembered(state: Path | None) -> datetime | None:
    if state is None or not (state / "demo-start.json").is_file():
        return None
    try:
        words = json.loads((state / "demo-start.json").read_text("utf-8"))
        start = datetime.fromisoformat(words["start"])
    except (ValueError, KeyError, TypeError):
        log.warning("看不懂 %s，故事从头开始。", state / "demo-start.json")
        return None
    return start if start.tzinfo else None


async def _serve(county: County, port: int) -> None:
    runner = web.AppRunner(make_app(county), access_log=None, shutdown_timeout=2)
    await runner.setup()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        await web.TCPSite(runner, HOST, port).start()
        log.info("青溪县开张：%s（值班手机 %s/phone）", county.base, county.base)
        teller = asyncio.create_task(_tell(county))
        await stop.wait()
        teller.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await teller
    finally:
        await runner.cleanup()
    log.info("青溪县打烊。")


async def _tell(county: County) -> None:
    """One line for each article as it comes out, each site that goes or returns, and the end."""
    # What came out while the server was starting is news as well.
    told = county.press.count(max(county.press.start, county.clock() - timedelta(seconds=5)))
    log.info("已有 %d 篇旧闻，后面还有 %d 篇。", told, len(county.press.issues) - told)
    mortals = [site for site in SITES if site.manner is Manner.MORTAL]
    alive = {site.slug: county.alive(site) for site in mortals}
    over = county.press.exhausted(county.clock())
    while True:
        now = county.clock()
        for issue in county.press.since(told, now):
            log.info("发布　%s《%s》", BY_SLUG[issue.article.source].name, issue.article.headline)
            told += 1
        for site in mortals:
            if county.alive(site) != alive[site.slug]:
                alive[site.slug] = not alive[site.slug]
                log.info("站点　%s%s", site.name, "回来了" if alive[site.slug] else "掉线了")
        if not over and county.press.exhausted(now):
            over = True
            log.info("储备的文章已发完，此后不再有新文章。")
        await asyncio.sleep(TICK_S)


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m demo.server", description="虚构的青溪县：十四个订阅源和一部值班手机。"
    )
    parser.add_argument("--port", type=int, default=8001, help="端口（默认 8001）")
    parser.add_argument("--seed", type=int, default=7, help="决定储备文章的先后和间隔（默认 7）")
    parser.add_argument("--speed", type=_speed, default=1.0, help="剧本快进倍数（默认 1）")
    parser.add_argument("--state-dir", type=Path, help="记住开始时间和手机消息的目录")
    parser.add_argument("--now", type=_moment, help="把开始时间定为这一刻（ISO 格式），供测试用")
    return parser.parse_args(argv)


def _speed(words: str) -> float:
    value = float(words)
    if not 0.01 <= value <= 1000:
        raise argparse.ArgumentTypeError("应在 0.01 到 1000 之间")
    return value


def _moment(words: str) -> datetime:
    moment = datetime.fromisoformat(words)
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


if __name__ == "__main__":
    sys.exit(main())
