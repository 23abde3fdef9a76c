"""The servers that compose takes from images of others, as they are installed on this machine."""

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from monitor.stack.process import Child, Exit
from scripts.processes.health import Health
from scripts.processes.places import LOOPBACK, Places
from scripts.processes.users import becoming, give, ours
from tests.peers import postgres as debian
from tests.peers import redis as redis_peer
from tests.peers.elasticsearch import server as elasticsearch_peer

HEAP = {"ELASTICSEARCH_HEAP": os.environ.get("ELASTICSEARCH_HEAP", "512m")}
STOPS_S = 10.0


def missing() -> str:
    """What this machine lacks to run them, with the cure; "" when nothing."""
    try:
        debian.programs()
        redis_peer.program()
    except (debian.PostgresMissing, redis_peer.RedisMissing) as error:
        return str(error)
    for program in ("curl", "setpriv"):
        if shutil.which(program) is None:
            return f"没有 {program}：apt install curl util-linux (no {program})"
    return elasticsearch_peer.missing()


def postgres(places: Places) -> Child:
    """PostgreSQL with the options of the file; its folder is made as the image makes it."""
    service = places.deployment.services["postgres"]
    folder, port = places.volume("postgres"), places.ports["postgres"]
    programs, user = debian.programs(), _postgres_user()
    become = becoming(user, places.folder)

    def before(_last: Exit | None) -> Sequence[str]:
        if (folder / "PG_VERSION").exists():
            return ()
        give(folder, user)
        _initialise(programs, folder, become, places.secrets, service["environment"])
        return ("数据库已建好",)

    _, *options = service["command"]
    with_port = {"PATH": f"{programs}:{os.environ['PATH']}", "PGPORT": str(port)}
    return Child(
        name="postgres",
        argv=[
            str(programs / "postgres"),
            *("-D", str(folder), "-p", str(port), "-k", ""),
            *("-c", f"listen_addresses={LOOPBACK}"),
            *options,
        ],
        before=before,
        ready=Health.of(places, "postgres", with_port).well,
        become=become,
        stop_signal=signal.Signals[service["stop_signal"]],
        grace=STOPS_S,
        ground=True,
    )


def redis(places: Places) -> Child:
    """Redis by the file's own command, on this port and for this machine alone."""
    service = places.deployment.services["redis"]
    give(places.volume("redis"), service["user"])
    shell, flag, script = (places.translated("redis", word) for word in service["command"])
    script = script.replace("port 6379\n", f"port {places.ports['redis']}\nbind {LOOPBACK}\n")
    script = script.replace("exec redis-server", f"exec {redis_peer.program()}")
    return Child(
        name="redis",
        argv=[shell, flag, script],
        ready=Health.of(places, "redis", {}).well,
        become=becoming(service["user"], places.folder),
        grace=STOPS_S,
        ground=True,
    )


def elasticsearch(places: Places) -> Child:
    """The launcher of the tests: a real server, without the image's security module.

    It runs as whoever starts it, in whose cache its jars lie.
    """
    home = places.volume("elasticsearch")
    give(home, ours())
    return Child(
        name="elasticsearch",
        argv=[str(elasticsearch_peer.RUN), str(places.ports["elasticsearch"]), str(home)],
        env=HEAP,
        ready=Health.of(places, "elasticsearch", {}).well,
        ready_seconds=300.0,  # the first start of all fetches and compiles
        grace=STOPS_S,
        ground=True,
        hide=("WARN", "INFO", "ready on "),
    )


def _postgres_user() -> str:
    """The file's user, but one that this machine has a name for: initdb wants to know it."""
    account = debian.account()
    return f"{account.pw_uid}:{account.pw_gid}" if account else ours()


def _initialise(
    programs: Path,
    folder: Path,
    become: Sequence[str],
    secrets: Path,
    environment: dict[str, str],
) -> None:
    """What the image does when its volume is empty. Raises OSError with the server's own words."""
    initdb = [
        str(programs / "initdb"),
        f"--pgdata={folder}",
        f"--username={environment['POSTGRES_USER']}",
        f"--pwfile={secrets / 'database_password'}",
        "--auth=scram-sha-256",
        *shlex.split(environment["POSTGRES_INITDB_ARGS"]),
    ]
    create = [str(programs / "postgres"), "--single", "-D", str(folder), "postgres"]
    for command, said in ((initdb, ""), (create, f"CREATE DATABASE {environment['POSTGRES_DB']};")):
        done = subprocess.run(
            [*become, *command], input=said, capture_output=True, text=True, cwd="/", timeout=120
        )
        if done.returncode:
            raise OSError(done.stderr.strip() or done.stdout.strip())
