"""`scripts/stack`: docker-compose.yml's services as plain processes of this machine."""

import argparse
import os
import sys
from pathlib import Path

from dotenv import dotenv_values

from monitor.stack import probes
from monitor.stack.folder import DataFolderError
from scripts.processes import stack, stores
from scripts.processes.users import ROOT

DATA = ROOT / "var" / "stack"


def main() -> int:
    options = _parser().parse_args()
    # What a container would not see: nothing of the caller's own settings gets in.
    for name in [name for name in os.environ if name.startswith("YUQING_")]:
        if not name.startswith("YUQING_TEST_"):
            del os.environ[name]
    try:
        return _up(options) if options.what == "up" else _run(options)
    except DataFolderError as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/stack",
        description="不用容器，在本机用真正的 PostgreSQL、Redis、Elasticsearch 运行生产部署",
    )
    what = parser.add_subparsers(dest="what", required=True, metavar="动作")
    up = what.add_parser("up", help="启动全部服务；按一次 Ctrl-C 全部停止")
    up.add_argument("--demo", action="store_true", help="演示：虚构的青溪县")
    up.add_argument("--port", type=int, default=8000, help="控制台端口，默认 8000；演示另用下一个")
    up.add_argument("--env", type=Path, help="部署用的 .env 文件")
    run = what.add_parser("run", help="在运行着的部署里执行 yuqing 命令")
    run.add_argument("words", nargs=argparse.REMAINDER, metavar="命令", help="例如 check")
    for each in (up, run):
        each.add_argument("--data", type=Path, default=DATA, help="数据放在哪里，默认 var/stack")
    return parser


def _up(options: argparse.Namespace) -> int:
    if words := stores.missing():
        print(words, file=sys.stderr)
        return 1
    for port in [options.port, options.port + 1] if options.demo else [options.port]:
        probe = probes.port(port)
        if not probe.ok:
            print(f"{probe.words}。请用 --port 换一个端口", file=sys.stderr)
            return 1
    given = dotenv_values(options.env) if options.env else {}
    settings = {name: value for name, value in given.items() if value is not None}
    places = stack.lay_out(options.data.absolute(), settings, options.port)
    return stack.run(places, settings, showing=options.demo)


def _run(options: argparse.Namespace) -> int:
    try:
        return stack.inside(options.data.absolute(), ["yuqing", *options.words])
    except FileNotFoundError:
        print(f"{options.data} 里没有启动过部署，请先 scripts/stack up", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
