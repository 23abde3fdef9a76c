"""What docker-compose.yml means, told by compose itself: who runs, as whom, and what is shut."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.stack import services as stack
from tests.peers import compose
from tests.required import lacking

# The first run of all may have to build compose.
pytestmark = pytest.mark.timeout(1200)

ROOT = Path(__file__).parents[2]
OURS = {"web", "beat", "worker-collect", "worker-text", "worker-notify", "migrate"}
STORES = {"postgres", "redis", "elasticsearch"}
PROFILES = {
    "rsshub": {"rsshub"},
    "kibana": {"kibana", "kibana-account"},
    "observability": {"prometheus", "grafana"},
}
WRITABLE = {"elasticsearch", "kibana", "rsshub"}
"""Images of others that write into themselves when they start."""
ONCE = {"migrate", "kibana-account"}

Config = Mapping[str, Any]


@pytest.fixture(scope="module", autouse=True)
def _compose() -> None:
    try:
        compose.program()
    except compose.ComposeMissing as missing:
        lacking(str(missing))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh clone's file with the shipped .env and nothing else around it."""
    place = tmp_path_factory.mktemp("deployment")
    shutil.copy(ROOT / "docker-compose.yml", place)
    shutil.copy(ROOT / ".env.example", place / ".env")
    return place


@pytest.fixture(scope="module")
def everything(folder: Path) -> Config:
    return compose.config(folder, "--profile", "*")


def test_the_file_is_whole_with_and_without_each_profile(folder: Path) -> None:
    plain = compose.config(folder)
    assert plain["warnings"] == ""
    assert set(plain["services"]) == OURS | STORES
    for profile, names in PROFILES.items():
        found = compose.config(folder, "--profile", profile)
        assert set(found["services"]) == OURS | STORES | names
        assert found["warnings"] == ""


def test_our_services_run_what_the_product_says_as_an_ordinary_user(everything: Config) -> None:
    for name in OURS:
        service = everything["services"][name]
        assert service["command"][:3] == ["yuqing", "service", name]
        assert service["environment"]["YUQING_SERVICE"] == name
        assert service["user"] == "10001:10001"
    assert OURS - {"migrate"} == set(stack.NAMES) - {"worker"}
    heard = [queue for name in OURS & set(stack.QUEUES) for queue in stack.QUEUES[name]]
    assert sorted(heard) == sorted(stack.QUEUES["worker"])


def test_nobody_is_root_and_nobody_can_become_it(everything: Config) -> None:
    for name, service in everything["services"].items():
        if name != "rsshub":  # its image's own user
            assert service["user"].split(":")[0].isdecimal(), name
            assert service["user"].split(":")[0] != "0", name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.get("privileged"), name
        assert not service.get("cap_add"), name


def test_file_systems_are_read_only_but_for_data_and_temporary_files(everything: Config) -> None:
    for name, service in everything["services"].items():
        assert service.get("read_only", False) is (name not in WRITABLE), name
        binds = [one for one in service.get("volumes", ()) if one["type"] == "bind"]
        assert all(one["read_only"] for one in binds), name
    for name in OURS:
        service = everything["services"][name]
        places = {one["target"]: one["type"] for one in service["volumes"]}
        assert places == {"/data": "volume", "/office": "bind"}
        assert [place.split(":")[0] for place in service["tmpfs"]] == ["/tmp"]  # noqa: S108


def test_every_service_is_limited_and_has_time_to_stop(everything: Config) -> None:
    for name, service in everything["services"].items():
        limits = service["deploy"]["resources"]["limits"]
        assert {"cpus", "memory", "pids"} <= set(limits), name
        assert service["stop_grace_period"], name
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}, name
        assert service["restart"] == ("no" if name in ONCE else "unless-stopped"), name
    for name in OURS & set(stack.QUEUES):
        grace = everything["services"][name]["stop_grace_period"]
        assert int(grace.removesuffix("s")) > stack.worker(name, 1).grace_s


def test_what_runs_on_is_watched_and_others_wait_until_it_is_well(everything: Config) -> None:
    services = everything["services"]
    for name, service in services.items():
        if name in ONCE:
            assert service["healthcheck"] == {"disable": True}
            continue
        check = service["healthcheck"]
        assert check["test"][0] in ("CMD", "CMD-SHELL"), name
        assert {"interval", "timeout", "retries", "start_period"} <= set(check), name
    for name in OURS - {"migrate"}:
        wanted = {one: how["condition"] for one, how in services[name]["depends_on"].items()}
        assert wanted == {"migrate": "service_completed_successfully", "redis": "service_healthy"}
    wanted = {one: how["condition"] for one, how in services["migrate"]["depends_on"].items()}
    assert wanted == {"postgres": "service_healthy", "elasticsearch": "service_healthy"}


def test_passwords_are_files_and_never_values(everything: Config) -> None:
    for name, service in everything["services"].items():
        for variable, value in service.get("environment", {}).items():
            if any(part in variable for part in ("PASSWORD", "SECRET", "TOKEN", "KEY")):
                assert str(value).startswith("/run/secrets/"), (name, variable)
                (secret,) = [one for one in service["secrets"] if value == one["target"]]
                assert secret["source"] == value.removeprefix("/run/secrets/")
            if variable.endswith("_URL"):
                assert ":" not in str(value).partition("://")[2].partition("@")[0] or (
                    "@" not in str(value)
                ), (name, variable)
        # What a command reads from a file it must have been given.
        said = str(service.get("command")) + str(service.get("healthcheck"))
        for secret in everything["secrets"]:
            if f"/run/secrets/{secret}" in said:
                assert secret in [one["source"] for one in service["secrets"]], name
    for secret in everything["secrets"].values():
        assert set(secret) == {"name", "file"}


def test_only_the_console_is_published_and_only_to_this_machine(folder: Path) -> None:
    published = {
        name: [(port["host_ip"], port["published"]) for port in service["ports"]]
        for name, service in compose.config(folder, "--profile", "*")["services"].items()
        if service.get("ports")
    }
    assert published == {
        "web": [("127.0.0.1", "8000")],
        "kibana": [("127.0.0.1", "5601")],
        "grafana": [("127.0.0.1", "3000")],
    }
    elsewhere = {"CONSOLE_ADDRESS": "10.1.2.3", "CONSOLE_PORT": "80"}
    (port,) = compose.config(folder, env=elsewhere)["services"]["web"]["ports"]
    assert (port["host_ip"], port["published"], port["target"]) == ("10.1.2.3", "80", 8000)


def test_databases_can_be_reached_from_inside_alone(everything: Config) -> None:
    assert everything["networks"]["inside"]["internal"] is True
    for name in STORES | {"prometheus", "beat", "worker-text", "migrate"}:
        assert set(everything["services"][name]["networks"]) == {"inside"}, name
    # Whom RSSHub could be talked into asking: nobody but the worker that asks it.
    neighbours = {
        name
        for name, service in everything["services"].items()
        if "rsshub" in service["networks"] and name != "rsshub"
    }
    assert neighbours == {"worker-collect"}


def test_stores_on_other_machines_can_be_reached_once_the_inside_is_unsealed(folder: Path) -> None:
    networks = compose.config(folder, env={"SEALED": "false"})["networks"]
    assert not networks["inside"].get("internal")


def test_the_metrics_are_shown_to_whom_the_file_gives_their_token(everything: Config) -> None:
    services = everything["services"]
    for name in ("web", "worker-collect", "worker-text", "worker-notify"):
        environment = services[name]["environment"]
        assert environment["YUQING_METRICS_TOKEN_FILE"] == "/run/secrets/metrics_token"
    assert [one["source"] for one in services["prometheus"]["secrets"]] == ["metrics_token"]
    asked = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text())
    ours = [job for job in asked["scrape_configs"] if job["job_name"].startswith("yuqing")]
    assert len(ours) == 2
    for job in ours:
        assert job["authorization"] == {"credentials_file": "/run/secrets/metrics_token"}


def test_a_setting_in_env_reaches_every_service_of_ours(tmp_path: Path) -> None:
    shutil.copy(ROOT / "docker-compose.yml", tmp_path)
    (tmp_path / ".env").write_text(
        "YUQING_STALL_MINUTES=7\nTEXT_PROCESSES=5\nYUQING_ALLOWED_HOSTS=a.example\n"
    )
    found = compose.config(tmp_path)["services"]
    for name in OURS:
        settings = found[name]["environment"]
        assert settings["YUQING_STALL_MINUTES"] == "7"
        assert settings["YUQING_ALLOWED_HOSTS"] == "127.0.0.1,localhost,web,a.example"
    assert found["worker-text"]["environment"]["YUQING_WORKERS"] == "5"
    assert found["worker-notify"]["environment"]["YUQING_WORKERS"] == "2"


def test_our_own_reading_of_the_file_is_composes(folder: Path) -> None:
    """scripts/stack reads the file itself, on machines without compose."""
    from dotenv import dotenv_values

    from config import deployment

    values = {name: value or "" for name, value in dotenv_values(folder / ".env").items()}
    ours = deployment.read(folder, values).services
    theirs = compose.config(folder, "--profile", "*")["services"]
    assert set(ours) == set(theirs)
    for name, service in theirs.items():
        said = {key: str(one) for key, one in ours[name].get("environment", {}).items()}
        # Theirs has the rest of .env beside it, for our own services.
        assert said.items() <= service.get("environment", {}).items(), name
        if ours[name].get("command") is not None:
            command = [part.replace("$$", "$") for part in service["command"]]
            assert ours[name]["command"] == command, name
        assert ours[name].get("user") == service.get("user"), name


def test_what_the_file_mounts_is_there(everything: Config, folder: Path) -> None:
    for name in PROFILES["observability"]:
        for mount in everything["services"][name]["volumes"]:
            if mount["type"] == "bind":
                place = ROOT / Path(mount["source"]).relative_to(folder)
                assert any(place.rglob("*.*")), place


def test_every_service_that_counts_is_scraped(everything: Config) -> None:
    scraped = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())
    targets = {
        target.partition(":")[0]
        for job in scraped["scrape_configs"]
        for group in job.get("static_configs", ())
        for target in group["targets"]
    }
    found = {
        name
        for job in scraped["scrape_configs"]
        for group in job.get("dns_sd_configs", ())
        for name in group["names"]
    }
    assert targets - {"127.0.0.1"} == {"web"}
    with_port = {
        name
        for name, service in everything["services"].items()
        if service.get("environment", {}).get("YUQING_METRICS_PORT") == "9100"
    }
    assert found == with_port == OURS & set(stack.QUEUES)
