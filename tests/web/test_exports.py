"""Exports in the console: asked for where one searches, fetched by whoever asked."""

import csv
import io
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User

from monitor.models import Export
from monitor.pipeline import export
from monitor.pipeline.index import search_index, state
from tests.pipeline.office import entry
from tests.web.county import HOSTILE
from tests.web.pages import Page, page
from tests.web.test_access import check_headers, check_markup


@pytest.fixture
def told(county: Any) -> Any:
    county.quiet()
    county.told(entry("=HYPERLINK(1) 停水", title="@停水的人"))
    return county


def asks(person: Any, query: str = "停水", format_: str = "csv") -> Any:
    return person.post("/exports/ask", {"q": query, "format": format_})


def works(county: Any) -> None:
    while county.office.runs("export"):
        pass


def made(county: Any, person: Any, query: str = "停水", format_: str = "csv") -> Export:
    assert asks(person, query, format_).status_code == 302
    works(county)
    return Export.objects.latest("pk")


def forms(found: Page) -> list[str | None]:
    return [a.get("action") for tag, a in found.tags if tag == "form"]


def test_the_search_page_offers_it_for_what_it_found(told: Any, officer: Any) -> None:
    found = page(officer.get("/search", {"q": "停水"}))
    assert "/exports/ask" in forms(found)
    hidden = {a["name"]: a["value"] for _, a in found.tags if a.get("type") == "hidden"}
    assert hidden["q"] == "停水"
    options = [a["value"] for tag, a in found.tags if tag == "option"]
    assert options == ["xlsx", "csv", "jsonl"]
    assert "/exports/ask" not in forms(page(officer.get("/search", {"q": "火星"})))


def test_from_asking_to_the_file(told: Any, officer: Any) -> None:
    answer = asks(officer)
    assert (answer.status_code, answer["Location"]) == (302, "/exports")
    waiting = page(officer.get("/exports"))
    assert "导出中" in waiting.text
    assert "0 / 2 篇" in waiting.text
    assert [a["max"] for tag, a in waiting.tags if tag == "progress"] == ["2"]
    works(told)
    ready = page(officer.get("/exports"))
    assert "可下载" in ready.text
    assert "2 篇" in ready.text
    answer = officer.get(ready.link("下载"))
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"), newline="")))
    assert [line[1] for line in rows[1:]] == ["'@停水的人", "双河镇停水公告"]
    assert rows[1][2] == "'=HYPERLINK(1) 停水"


def test_the_file_comes_with_its_name_its_kind_and_no_guessing(told: Any, officer: Any) -> None:
    row = made(told, officer)
    answer = officer.get(f"/exports/{row.pk}/file")
    name = export.file_name("停水", "csv", row.created)
    assert answer["Content-Disposition"] == f"attachment; filename*=utf-8''{quote(name)}"
    assert name.startswith("导出-停水-20")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert int(answer["Content-Length"]) == row.size
    check_headers(answer)


def test_only_who_asked_and_administrators_see_it(told: Any, officer: Any, person: Any) -> None:
    row = made(told, officer)
    other, admin = person("analyst"), person("admin")
    assert "还没有导出" in page(other.get("/exports")).text
    assert other.get(f"/exports/{row.pk}/file").status_code == 404
    assert other.post(f"/exports/{row.pk}/delete").status_code == 404
    assert export.file(row).exists()
    seen = page(admin.get("/exports")).text
    assert "停水" in seen
    assert "officer-zhang" in seen
    assert admin.get(f"/exports/{row.pk}/file").status_code == 200


def test_a_stranger_gets_nothing(told: Any, officer: Any, client: Any) -> None:
    row = made(told, officer)
    for path in ("/exports", f"/exports/{row.pk}/file"):
        assert client.get(path).status_code == 302
    assert asks(client).status_code == 302
    assert Export.objects.count() == 1


def test_what_changes_things_refuses_get_and_a_form_without_its_token(
    told: Any, officer: Any, db: None
) -> None:
    from django.test import Client

    row = made(told, officer)
    for path in ("/exports/ask", f"/exports/{row.pk}/delete"):
        assert officer.get(path).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="officer-zhang"))
    assert asks(strict).status_code == 403
    assert Export.objects.count() == 1


def test_no_path_leads_out_of_the_folder(told: Any, officer: Any) -> None:
    for path in (
        "/exports/../yuqing.db/file",
        "/exports/%2e%2e%2fyuqing.db/file",
        "/exports/-1/file",
    ):
        assert officer.get(path).status_code == 404
    assert asks(officer, format_="../../csv").status_code == 409
    assert not Export.objects.exists()


def test_an_unfinished_file_is_given_to_nobody(told: Any, officer: Any) -> None:
    asks(officer)
    row = Export.objects.get()
    export.file(row).write_text("half")
    assert officer.get(f"/exports/{row.pk}/file").status_code == 404


def test_a_mistake_in_the_query_is_told_at_once(told: Any, officer: Any) -> None:
    answer = asks(officer, "停水 (县城")
    assert answer.status_code == 400
    assert "第 4 个字符处：这个左括号没有配对" in page(answer).text
    assert not Export.objects.exists()


def test_what_is_refused_is_told_at_once(told: Any, officer: Any) -> None:
    answer = asks(officer, "火星")
    assert answer.status_code == 409
    assert "没有文章符合" in page(answer).text
    search_index().drop(state().active)
    answer = asks(officer)
    assert answer.status_code == 503
    assert "检索库暂时不可用" in page(answer).text


def test_the_page_asks_for_itself_only_while_something_grows(
    told: Any, officer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "WRITE_S", 0.0)
    asks(officer)
    again = next(str(a["hx-get"]) for _, a in page(officer.get("/exports")).tags if "hx-get" in a)
    assert officer.get(again).status_code == 204
    works(told)
    answer = officer.get(again)
    assert "可下载" in page(answer).text
    assert not [a for _, a in page(answer).tags if "hx-get" in a]


def test_cancelling_and_deleting(told: Any, officer: Any) -> None:
    asks(officer)
    row = Export.objects.get()
    assert "取消" in page(officer.get("/exports")).text
    answer = officer.post(f"/exports/{row.pk}/delete", follow=True)
    assert "已取消导出" in page(answer).text
    works(told)
    assert Export.objects.get().state == Export.DELETED
    row = made(told, officer)
    answer = officer.post(f"/exports/{row.pk}/delete", follow=True)
    assert "已删除导出的文件" in page(answer).text
    assert officer.get(f"/exports/{row.pk}/file").status_code == 404
    assert not export.file(row).exists()


def test_one_that_failed_says_why_and_is_asked_for_again(told: Any, officer: Any) -> None:
    asks(officer)
    Export.objects.update(state=Export.FAILED, words="磁盘空间不够；请清理")
    found = page(officer.get("/exports"))
    assert "失败" in found.text
    assert "磁盘空间不够；请清理" in found.text
    assert forms(found)[-2:] == ["/exports/ask", f"/exports/{Export.objects.get().pk}/delete"]


def test_a_file_that_is_gone_is_told_of(told: Any, officer: Any) -> None:
    row = made(told, officer)
    export.file(row).unlink()
    assert officer.get(f"/exports/{row.pk}/file").status_code == 404
    Export.objects.update(state=Export.EXPIRED)
    assert "已过期" in page(officer.get("/exports")).text
    assert "重新导出" in page(officer.get("/exports")).text


def test_with_nothing_exported_the_page_says_what_to_do(officer: Any) -> None:
    found = page(officer.get("/exports"))
    assert "还没有导出" in found.text
    assert found.link("检索") == "/search"


def test_many_exports_stand_on_several_pages(told: Any, officer: Any) -> None:
    row = made(told, officer)
    for _ in range(25):
        row.pk = None
        row.save()
    first = page(officer.get("/exports"))
    assert len([words for words in first.links if "停水" in words or "下载" in words])
    assert "第 1 页，共 2 页" in first.text
    assert "较新的" in page(officer.get(first.link("较早的"))).text


def test_the_pages_are_locked_down_whatever_the_query_says(told: Any, officer: Any) -> None:
    told.told(entry(HOSTILE, title=HOSTILE))
    made(told, officer, "停水 OR <script>window.ran=3</script>")
    answer = officer.get("/exports")
    check_headers(answer)
    found = page(answer)
    check_markup(found)
    assert "<script>window.ran=3</script>" in found.text
    check_markup(page(asks(officer, "<script>(")))


def test_the_names_of_files_say_nothing_to_a_shell_or_a_header(told: Any, officer: Any) -> None:
    row = made(told, officer, '停水 OR "a;\r\nX-Evil 1"')
    disposition = officer.get(f"/exports/{row.pk}/file")["Content-Disposition"]
    assert "\r" not in disposition
    assert "\n" not in disposition
    assert disposition.isascii()
