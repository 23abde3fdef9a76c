"""The form of log lines, and which values may stand in none."""

import json
import logging.config
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from config.environment import Environment, SettingsError, read
from config.logs import logging_config, secrets_of, service_of

HIDDEN = {
    "DATABASE_PASSWORD": "database-pass",
    "BROKER_PASSWORD": "broker-pass",
    "INDEX_PASSWORD": "index-pass",
    "INDEX_API_KEY": "index-key-123",
    "METRICS_TOKEN": "metrics-token",
    "SECRET_WECOM_KEY": "693a-robot-key",
    "SECRET_HOOK": "https://oa.example.cn/hooks/T0/B1/the-hook",
    "SECRET_KEY": "a-signing-key-of-more-than-32-characters",
}


def settings(folder: Path, **values: str) -> Environment:
    return read({"YUQING_DATA": str(folder), **{f"YUQING_{k}": v for k, v in values.items()}})


def test_every_secret_of_the_settings_is_known_as_one(tmp_path: Path) -> None:
    urls = {
        "DATABASE_URL": "postgresql://yuqing:in%3Aurl-1@db/yuqing",
        "BROKER_URL": "redis://:in-url-2@redis:6379/0",
        "INDEX_URL": "https://elastic:in-url-3@search:9200/yuqing",
        "PROXY_URL": "http://user:in-url-4@proxy:3128",
    }
    known = secrets_of(settings(tmp_path, **HIDDEN, **urls))
    assert set(HIDDEN.values()) <= set(known)
    assert {"in%3Aurl-1", "in:url-1", "in-url-2", "in-url-3", "in-url-4"} <= set(known)
    assert "https%3A%2F%2Foa.example.cn%2Fhooks%2FT0%2FB1%2Fthe-hook" in known
    assert "elastic" not in known


def test_every_setting_that_is_called_a_secret_is_one(tmp_path: Path) -> None:
    """A field that is added under such a name cannot be forgotten."""
    values = {
        name: "x" * 40
        for name in Environment.model_fields
        if name.endswith(("_password", "_key", "_token"))
    }
    assert len(values) >= 6
    for name in values:
        alone = settings(tmp_path, **{name.upper(): f"{name}-{'x' * 40}"})
        assert f"{name}-{'x' * 40}" in secrets_of(alone)


def lines_of(folder: Path, form: str, code: str) -> list[str]:
    """What a process with these settings writes to its log."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("YUQING_")}
    environment |= {f"YUQING_{name}": value for name, value in HIDDEN.items()}
    environment |= {"YUQING_DATA": str(folder), "YUQING_LOG_FORMAT": form}
    environment |= {"YUQING_SERVICE": "web", "DJANGO_SETTINGS_MODULE": "config.settings"}
    found = subprocess.run(
        [sys.executable, "-c", f"import django, logging; django.setup()\n{code}"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return found.stderr.splitlines()


SPEAKS = """
for name in ("monitor.pipeline.alert", "celery.worker", "kombu", "waitress", "django.request", "x"):
    logging.getLogger(name).warning("一行 %s", name)
"""
LEAKS = (
    "\n".join(
        f"logging.getLogger('celery').error('连接 %s', {value!r})" for value in HIDDEN.values()
    )
    + "\ntry:\n  raise RuntimeError("
    + repr(" ".join(HIDDEN.values()))
    + ")\nexcept RuntimeError:\n"
    "  logging.exception('出错')\n"
)


def test_lines_of_libraries_have_the_same_form_as_ours(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in lines_of(tmp_path, "json", SPEAKS)]
    assert [line["logger"] for line in lines] == [
        "monitor.pipeline.alert",
        "celery.worker",
        "kombu",
        "waitress",
        "django.request",
        "x",
    ]
    assert {line["service"] for line in lines} == {"web"}
    assert lines_of(tmp_path, "plain", SPEAKS)[0] == "一行 monitor.pipeline.alert"


@pytest.mark.parametrize("form", ["plain", "json"])
def test_no_secret_reaches_a_log_not_even_in_a_traceback(tmp_path: Path, form: str) -> None:
    written = "\n".join(lines_of(tmp_path, form, LEAKS))
    assert written.count("＊＊＊") >= 2 * len(HIDDEN)
    for value in HIDDEN.values():
        assert value not in written


def test_an_unknown_form_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"YUQING_LOG_FORMAT.*plain、json"):
        settings(tmp_path, LOG_FORMAT="xml")
    with pytest.raises(SettingsError, match="YUQING_SERVICE"):
        settings(tmp_path, SERVICE="处理 一")


@pytest.mark.parametrize(
    ("argv", "service"),
    [
        (["/x/celery/__main__.py", "-A", "config.celery", "--quiet", "worker", "-c2"], "worker"),
        (["/bin/celery", "-A", "config.celery", "beat"], "beat"),
        (["/x/monitor/__main__.py", "web", "--port", "8000"], "web"),
        (["/bin/yuqing", "reindex"], "reindex"),
        (["/bin/yuqing"], "yuqing"),
    ],
)
def test_a_service_without_a_name_is_called_by_its_command(
    tmp_path: Path, argv: list[str], service: str
) -> None:
    assert service_of(settings(tmp_path), argv) == service
    assert service_of(settings(tmp_path, SERVICE="worker-text"), argv) == "worker-text"


def test_the_configuration_is_one_that_logging_takes(tmp_path: Path) -> None:
    given: dict[str, Any] = logging_config(settings(tmp_path), "web")
    assert given["disable_existing_loggers"] is False
    logging.config.DictConfigurator(given).configure_formatter(dict(given["formatters"]["lines"]))
