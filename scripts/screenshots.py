"""Pictures of the console in a real Chromium, at a phone's width and at a desk's.

    python -m scripts.screenshots http://127.0.0.1:8000/enter/TOKEN docs/screenshots

Uses the one-time link up, then takes 预警, one alert, 检索, one article, 信源 and 系统 as
`alerts-375.png`, `alerts-1440.png` … A picture shows at most TALLEST pixels of a page.
"""

import argparse
import base64
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urljoin

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions as seen
from selenium.webdriver.support.ui import WebDriverWait

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
WIDTHS = {375: 812, 1440: 900}
TALLEST = {375: 812, 1440: 1100}
PATIENCE_S = 20
QUERY = "化工 或 停水"


@contextmanager
def chromium() -> Iterator[webdriver.Chrome]:
    """A browser with a fresh profile, with its console's log kept; gone afterwards."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    profile = tempfile.mkdtemp(prefix="yuqing-chromium-")
    for flag in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--lang=zh-CN",
        f"--user-data-dir={profile}",
    ):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    try:
        driver.set_page_load_timeout(PATIENCE_S)
        yield driver
    finally:
        driver.quit()
        shutil.rmtree(profile, ignore_errors=True)


def widen(driver: webdriver.Chrome, width: int) -> None:
    """Give the page this many CSS pixels; a phone's width comes with a phone's fine pixels."""
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {
            "width": width,
            "height": WIDTHS.get(width, 900),
            "deviceScaleFactor": 2 if width < 600 else 1,
            "mobile": width < 600,
        },
    )


def enter(driver: webdriver.Chrome, link: str) -> None:
    """Sign in by a one-time link, as a person does: open it, press the button."""
    driver.get(link)
    driver.find_element(By.CSS_SELECTOR, "main button[type=submit]").click()
    WebDriverWait(driver, PATIENCE_S).until(seen.presence_of_element_located((By.ID, "alerts")))


def shoot(driver: webdriver.Chrome, file: Path, width: int) -> None:
    """Write the page as a PNG, from its top."""
    height = driver.execute_script("return document.documentElement.scrollHeight")
    area = {"x": 0, "y": 0, "width": width, "height": min(height, TALLEST[width]), "scale": 1}
    taken = driver.execute_cdp_cmd(
        "Page.captureScreenshot",
        {"format": "png", "captureBeyondViewport": True, "clip": area},
    )
    file.write_bytes(base64.b64decode(taken["data"]))


def addresses(driver: webdriver.Chrome, root: str) -> dict[str, str]:
    """The pages to take, by the name of their picture."""
    search = urljoin(root, f"/search?q={quote(QUERY)}")
    pages = {"alerts": urljoin(root, "/"), "search": search}
    pages |= {name: urljoin(root, f"/{name}") for name in ("sources", "system")}
    for name, page, selector in (
        ("alert", pages["alerts"], ".alert-row h2 a"),
        ("article", search, ".result h2 a"),
    ):
        driver.get(page)
        links = driver.find_elements(By.CSS_SELECTOR, selector)
        if links:
            pages[name] = str(links[0].get_attribute("href"))
    return pages


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="拍控制台各页的截图")
    parser.add_argument("link", help="一次性登录链接")
    parser.add_argument("folder", type=Path, help="存放截图的目录")
    parser.add_argument("--alert", help="要拍的预警编号，默认列表第一条")
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    with chromium() as driver:
        widen(driver, 1440)
        enter(driver, given.link)
        pages = addresses(driver, given.link)
        if given.alert:
            pages["alert"] = urljoin(given.link, f"/alerts/{given.alert}")
        for width in WIDTHS:
            widen(driver, width)
            for name, address in pages.items():
                driver.get(address)
                file = given.folder / f"{name}-{width}.png"
                shoot(driver, file, width)
                print(f"{file}　{file.stat().st_size // 1024} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
