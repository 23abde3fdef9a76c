"""What docker-compose.yml and the .env beside it say, read as compose reads them.

Compose fills ${NAME}, ${NAME:-default} and ${NAME:+instead} in from .env. A name that nothing
uses, a setting that the file fixes anyway or a missing secret would only show once containers
run, so `yuqing check --env` says it before.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from dotenv import dotenv_values

from config import environment
from config.environment import PREFIX, SettingsError

COMPOSE = "docker-compose.yml"
OF_COMPOSE = ("COMPOSE_", "DOCKER_", "BUILDKIT_")
"""Names with these heads are compose's own."""

_PLACE = re.compile(r"\$\$|\$\{(?P<name>\w+)(?:(?P<how>:[-+])(?P<rest>(?:[^${}]|\$\{\w+\})*))?\}")


@dataclass(frozen=True)
class Deployment:
    """A compose file with the .env in force filled in. `services` are compose's own mappings."""

    folder: Path
    services: Mapping[str, Mapping[str, Any]]
    secrets: Mapping[str, Path]
    variables: frozenset[str]
    fixed: frozenset[str]


def read(folder: Path, values: Mapping[str, str]) -> Deployment:
    """The folder's compose file with these variables; OSError when there is none."""
    text = (folder / COMPOSE).read_text(encoding="utf-8")
    raw = yaml.safe_load(text)
    filled = _filled(raw, values)
    return Deployment(
        folder=folder,
        services=filled["services"],
        secrets={
            name: folder / secret["file"] for name, secret in filled.get("secrets", {}).items()
        },
        variables=frozenset(variables(text)),
        fixed=frozenset(_fixed(raw)),
    )


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text as compose hands it on; an empty value counts as none."""

    def filled(place: re.Match[str]) -> str:
        if place[0] == "$$":
            return "$"
        value, rest = values.get(place["name"], ""), fill(place["rest"] or "", values)
        return rest if place["how"] == (":+" if value else ":-") else value

    return _PLACE.sub(filled, text)


def _filled(node: Any, values: Mapping[str, str]) -> Any:
    """Every string of a parsed file filled in: a value cannot break the file's form."""
    if isinstance(node, dict):
        return {key: _filled(one, values) for key, one in node.items()}
    if isinstance(node, list):
        return [_filled(one, values) for one in node]
    return fill(node, values) if isinstance(node, str) else node


def variables(text: str) -> set[str]:
    """Every name that the text asks for."""
    return set(re.findall(r"(?<!\$)\$\{(\w+)", text))


def mistakes(env: Path) -> Iterator[str]:
    """What is wrong with a .env, one thing a line, each with its cure.

    Without a compose file beside it only the product's own settings are looked at.
    """
    try:
        values = dotenv_values(env, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        yield f"读不了 {env}（{error}），应为 UTF-8 文本，请检查路径、权限和编码"
        return
    for name, value in values.items():
        if value is None:
            yield f"“{name}”这一行没有等号，应写成 名称=值"
    given = {name: value for name, value in values.items() if value is not None}
    try:
        environment.check(given)
    except SettingsError as error:
        yield str(error)
    if (env.parent / COMPOSE).is_file():
        deployment = read(env.parent, given)
        yield from _strangers(given, deployment)
        yield from _without_effect(given, deployment)
        yield from _secrets(deployment)


def _strangers(given: Mapping[str, str], deployment: Deployment) -> Iterator[str]:
    for name in given:
        known = name in deployment.variables or name.startswith((PREFIX, *OF_COMPOSE))
        if not known:
            close = difflib.get_close_matches(name.upper(), deployment.variables, 1)
            hint = f"，是否想写 {close[0]}？" if close else "，请删去或改正"
            yield f"{COMPOSE} 里没有用到 {name}{hint}"


def _without_effect(given: Mapping[str, str], deployment: Deployment) -> Iterator[str]:
    for name in given:
        if name in deployment.fixed:
            yield f"{name} 由 {COMPOSE} 定，写在这里不起作用，请删去这一行"


def _secrets(deployment: Deployment) -> Iterator[str]:
    """The secrets that services without a profile want."""
    wanted = {
        name
        for service in deployment.services.values()
        if not service.get("profiles")
        for name in service.get("secrets", ())
    }
    for name, file in deployment.secrets.items():
        if name in wanted and not (file.is_file() and file.stat().st_size):
            yield f"没有密码文件 {file}，或是空的，做法见 docs/deployment.md"


def _fixed(compose: Mapping[str, Any]) -> set[str]:
    """Our settings that the file gives its services whatever .env says of them."""
    return {
        name
        for service in compose["services"].values()
        for name, value in service.get("environment", {}).items()
        if name.startswith(PREFIX) and name not in variables(str(value))
    }
