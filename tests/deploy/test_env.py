"""`yuqing check --env` says what is wrong with a .env before anything is started."""

import re
import shutil
from pathlib import Path

import pytest

from config.deployment import COMPOSE, fill, mistakes, read, variables

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
SECRETS = ("secret_key", "database_password", "broker_password", "index_password", "metrics_token")


@pytest.fixture
def deployment(tmp_path: Path) -> Path:
    """A folder as an office has it, with its passwords made."""
    shutil.copy(ROOT / COMPOSE, tmp_path)
    (tmp_path / "secrets").mkdir()
    for name in SECRETS:
        (tmp_path / "secrets" / name).write_text("geheim" * 8)
    return tmp_path


def said(folder: Path, text: str) -> list[str]:
    (folder / ".env").write_text(text, encoding="utf-8")
    return list(mistakes(folder / ".env"))


def everything_switched_on() -> str:
    """The example with no line commented out any more."""
    return re.sub(r"^#(?=[A-Z_]+=)", "", EXAMPLE, flags=re.M)


def test_the_example_is_right_as_it_is_and_with_every_line_in_force(deployment: Path) -> None:
    assert said(deployment, EXAMPLE) == []
    assert said(deployment, everything_switched_on()) == []


def test_the_example_names_everything_that_the_compose_file_asks_for() -> None:
    named = set(re.findall(r"^([A-Z_]+)=", everything_switched_on(), re.M))
    asked = variables((ROOT / COMPOSE).read_text(encoding="utf-8"))
    assert asked - named == set()
    assert {name for name in named if not name.startswith("YUQING_")} <= asked


def test_what_the_example_shows_is_what_holds_without_it() -> None:
    """Commented lines show defaults; those that show something else are examples of addresses."""
    text = (ROOT / COMPOSE).read_text(encoding="utf-8")
    defaults = dict(re.findall(r"\$\{(\w+):-([^${}]+)\}", text))
    shown = dict(re.findall(r"^#([A-Z_]+)=(.*)$", EXAMPLE, re.M))
    same = {name for name in shown if name in defaults and not name.startswith("YUQING_")}
    assert {name: shown[name] for name in same} == {name: defaults[name] for name in same}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("YUQING_OFICE=青溪县", "是否想写 YUQING_OFFICE？"),
        ("YUQING_PUBLIC_URL=yuqing.example.gov.cn", "https://"),
        ("YUQING_INDEX_URL=/var/index", "YUQING_INDEX_URL"),
        ("YUQING_BROKER_URL=redis://", "没有写主机名"),
        ("YUQING_SHIFT_HOURS=25", "钟点"),
        ("YUQING_OFFICES_FILE=/run/secrets/x", "不认识的设置"),
        ("CONSOL_PORT=80", "是否想写 CONSOLE_PORT？"),
        ("PASSWORT=1", "没有用到 PASSWORT"),
        ("YUQING_DATA=/srv", "由 docker-compose.yml 定"),
        ("YUQING_WORKERS=8", "由 docker-compose.yml 定"),
        ("YUQING_SECRET_KEY_FILE=/run/x", "由 docker-compose.yml 定"),
        ("CONSOLE_PORT", "没有等号"),
    ],
)
def test_a_mistake_is_named_with_its_cure(deployment: Path, line: str, words: str) -> None:
    (found,) = said(deployment, line + "\n")
    assert words in found


@pytest.mark.parametrize(
    "line",
    [
        "COMPOSE_PROFILES=observability,kibana",
        "YUQING_SECRET_WECOM_KEY=plain",
        "YUQING_SECRET_WECOM_KEY_FILE=/run/secrets/wecom",
        "YUQING_INDEX_CA=/office/ca.pem",
        "YUQING_PROXY_URL_FILE=/run/secrets/proxy",
    ],
)
def test_what_only_a_container_can_see_is_left_to_it(deployment: Path, line: str) -> None:
    assert said(deployment, line + "\n") == []


def test_a_missing_or_empty_secret_is_named(deployment: Path) -> None:
    (deployment / "secrets" / "broker_password").unlink()
    (deployment / "secrets" / "secret_key").write_text("")
    found = said(deployment, "")
    assert len(found) == 2
    assert all("没有密码文件" in words for words in found)
    assert len(said(deployment, "SECRETS=./elsewhere\n")) == len(SECRETS)


def test_a_file_that_cannot_be_read_is_said_so(deployment: Path) -> None:
    (deployment / ".env").write_bytes("YUQING_OFFICE=青溪县\n".encode("gb18030"))
    (found,) = mistakes(deployment / ".env")
    assert "UTF-8" in found


def test_without_a_compose_file_only_the_settings_are_looked_at(tmp_path: Path) -> None:
    assert said(tmp_path, "CONSOL_PORT=80\nYUQING_OFFICE=青溪县\n") == []
    assert len(said(tmp_path, "YUQING_OFICE=青溪县\n")) == 1


def test_the_command_ends_with_one_when_something_is_wrong(deployment: Path, yuqing) -> None:
    (deployment / ".env").write_text("CONSOL_PORT=80\n", encoding="utf-8")
    ran = yuqing("check", "--env", str(deployment / ".env"))
    assert (ran.code, "CONSOLE_PORT" in ran.out) == (1, True)
    (deployment / ".env").write_text(EXAMPLE, encoding="utf-8")
    assert yuqing("check", "--env", str(deployment / ".env")).code == 0


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("${A}", "a"),
        ("${NONE}", ""),
        ("${A:-b}", "a"),
        ("${EMPTY:-b}", "b"),
        ("${NONE:-redis://x:1/0}", "redis://x:1/0"),
        ("${A:+,${A}}", ",a"),
        ("${NONE:+,${NONE}}", ""),
        ('"$$(cat /run)"', '"$(cat /run)"'),
    ],
)
def test_variables_are_filled_in_as_compose_does_it(text: str, filled: str) -> None:
    assert fill(text, {"A": "a", "EMPTY": ""}) == filled


def test_a_deployment_is_read_with_its_variables(deployment: Path) -> None:
    odd = "本县: #1 {办}"
    found = read(
        deployment, {"TEXT_PROCESSES": "7", "SECRETS": "./hidden", "YUQING_ALLOWED_HOSTS": odd}
    )
    assert found.services["worker-text"]["environment"]["YUQING_WORKERS"] == "7"
    assert found.services["web"]["environment"]["YUQING_ALLOWED_HOSTS"].endswith(f",{odd}")
    assert found.services["worker-text"]["user"] == "10001:10001"
    assert found.secrets["secret_key"] == deployment / "hidden" / "secret_key"
