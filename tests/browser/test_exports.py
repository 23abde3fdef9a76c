"""An export in a real browser: from a search to the file, watching it grow."""

from typing import Any

import pytest
from selenium.webdriver.common.by import By

from monitor.models import Export
from monitor.pipeline import export
from monitor.web import exports
from tests.browser.visitor import Visitor
from tests.pipeline.office import entry


def test_from_a_search_to_the_file(
    county: Any, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "REFRESH_S", 1)
    monkeypatch.setattr(export, "WRITE_S", 0.0)
    county.told(*(entry(f"便民信息第{n}条", title=f"便民{n}号") for n in range(9)))
    visitor.comes_in("analyst")
    visitor.searches("便民")
    visitor.find("#export-format").find_element(By.XPATH, "option[contains(., 'csv')]").click()
    visitor.find(".export-ask button").click()
    visitor.sees("0 / 9 篇")
    (row,) = Export.objects.all()
    while county.office.runs("export"):
        pass
    visitor.sees("可下载")
    link = visitor.find(f"#file-{row.pk}").get_attribute("href")
    fetched = visitor.driver.execute_async_script(
        "const done = arguments[1];"
        "fetch(arguments[0]).then((a) => a.text()).then(done, (e) => done(String(e)))",
        link,
    )
    assert fetched.count("便民") >= 9
    visitor.clicks("删除")
    visitor.sees("已删除导出的文件")
    visitor.sees("还没有导出")
    assert visitor.complaints() == []


def test_a_growing_export_keeps_the_keyboard_where_it_was(
    county: Any, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "REFRESH_S", 1)
    county.told(*(entry(f"便民信息第{n}条", title=f"便民{n}号") for n in range(9)))
    visitor.comes_in("analyst")
    visitor.searches("便民")
    visitor.find(".export-ask button").click()
    visitor.sees("0 / 9 篇")
    (row,) = Export.objects.all()
    visitor.driver.execute_script(
        "document.getElementById(arguments[0]).focus(); window.stayed = true", f"delete-{row.pk}"
    )
    Export.objects.update(done=5)
    visitor.sees("5 / 9 篇")
    assert visitor.focused.get_attribute("id") == f"delete-{row.pk}"
    assert visitor.driver.execute_script("return window.stayed") is True


@pytest.mark.parametrize("width", [375, 1440])
def test_no_export_is_wider_than_the_screen(county: Any, visitor: Visitor, width: int) -> None:
    county.told(entry("便民信息" + "长" * 300, title="便民"))
    visitor.is_at(width)
    visitor.comes_in("analyst")
    visitor.searches(f"便民 OR {'长' * 150} OR {'a' * 150}")
    assert visitor.overflow <= 0
    visitor.find(".export-ask button").click()
    visitor.sees("0 / 1 篇")
    assert visitor.overflow <= 0
    Export.objects.update(state=Export.FAILED, words="磁盘空间不够；" * 20)
    visitor.opens("/exports")
    assert visitor.overflow <= 0
    assert visitor.complaints() == []
