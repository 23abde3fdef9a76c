"""Who gets in, and what every page promises to a browser."""

from typing import Any

import pytest

from monitor.models import Article
from tests.web.pages import Page, page

PAGES = ["/", "/?told=0", "/search?q=镇", "/search?q=(", "/search?q=无", "/sources", "/nope"]


@pytest.mark.parametrize(
    "path", ["/", "/alerts/2026-0001", "/search", "/search/events/1", "/articles/1", "/sources"]
)
def test_a_stranger_is_sent_to_sign_in_and_comes_back_to_the_page(client: Any, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"] == f"/sign-in?next={path}"


def test_health_is_told_to_anyone(client: Any) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content.decode()) == (200, "正常\n")


def test_what_changes_things_refuses_get(officer: Any) -> None:
    for path in ("/sign-out", "/channels/duty/resume", "/deliveries/1/resend"):
        assert officer.get(path).status_code == 405


def test_no_page_holds_script_style_or_handlers_of_its_own(county: Any, officer: Any) -> None:
    alert = county.alarm()
    article = Article.objects.first()
    assert article is not None
    for path in (*PAGES, f"/alerts/{alert.number}", f"/articles/{article.pk}"):
        check_markup(page(officer.get(path)))


def check_markup(found: Page) -> None:
    assert found.inline == []
    for tag, attributes in found.tags:
        assert "style" not in attributes, tag
        assert not [name for name in attributes if name.startswith("on")], tag
        assert tag != "style"
        if tag == "script":
            assert (attributes["src"] or "").startswith("/static/")


def test_every_page_is_locked_down_and_kept_nowhere(county: Any, officer: Any) -> None:
    for path in ("/", "/search", "/sources", "/sign-in", "/nope"):
        check_headers(officer.get(path))


def check_headers(answer: Any) -> None:
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    if answer.status_code == 200:
        assert "no-store" in answer["Cache-Control"]


def test_a_page_that_is_not_there_says_so_in_chinese(officer: Any) -> None:
    answer = officer.get("/alerts/2026-9999")
    assert answer.status_code == 404
    assert "没有这一页" in page(answer).text


def test_a_form_without_its_token_is_refused_in_chinese(db: None) -> None:
    from django.test import Client

    answer = Client(enforce_csrf_checks=True).post("/sign-in", {"username": "a", "password": "b"})
    assert answer.status_code == 403
    assert "页面已过期" in page(answer).text


def test_an_unexpected_error_is_told_in_chinese_without_its_trace(
    officer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from monitor.web import sources

    def broken() -> dict[str, Any]:
        raise RuntimeError("秘密的内情")

    monkeypatch.setattr(sources, "status", broken)
    officer.raise_request_exception = False
    answer = officer.get("/sources")
    assert answer.status_code == 500
    assert "系统出错" in page(answer).text
    assert "秘密的内情" not in page(answer).text


def test_the_console_serves_its_own_htmx_and_stylesheet(officer: Any) -> None:
    sources = [
        attributes.get("src") or attributes.get("href")
        for tag, attributes in page(officer.get("/sources")).tags
        if tag in ("script", "link")
    ]
    assert "/static/console.css" in sources
    assert any("htmx-2" in (source or "") for source in sources)
    assert all((source or "").startswith("/static/") for source in sources)
