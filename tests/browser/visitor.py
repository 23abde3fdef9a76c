"""What a person does with a browser, with patience and without looking at internals."""

from typing import Any
from urllib.parse import quote

from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from monitor.pipeline import accounts
from scripts.screenshots import enter, widen

PATIENCE_S = 15


class Visitor:
    def __init__(self, driver: Any, root: str) -> None:
        self.driver = driver
        self.root = root

    def forgets(self) -> None:
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        self.driver.get("about:blank")
        self.driver.get_log("browser")
        self.is_at(1440)

    def is_at(self, width: int) -> None:
        """Look at the console on a screen of this many pixels."""
        widen(self.driver, width)

    def comes_in(self, role: str = "admin") -> None:
        """By a one-time link, as after `yuqing up --demo`."""
        user = accounts.add_user(f"{role}-li", None, role)
        enter(self.driver, f"{self.root}/enter/{accounts.sign_in_token(user)}")

    def opens(self, path: str) -> None:
        self.driver.get(self.root + path)

    def searches(self, query: str) -> None:
        self.opens(f"/search?q={quote(query)}")

    def sees(self, words: str) -> str:
        """Wait until the page says these words; returns all it says."""
        return self.until(lambda _: (text := self.text) if words in self.text else None, words)

    def until(self, condition: Any, words: str = "") -> Any:
        return WebDriverWait(self.driver, PATIENCE_S, poll_frequency=0.05).until(
            condition, f"never: {words}"
        )

    @property
    def text(self) -> str:
        return str(self.driver.execute_script("return document.body.innerText"))

    def find(self, selector: str) -> WebElement:
        return self.until(lambda d: d.find_element(By.CSS_SELECTOR, selector), selector)

    def clicks(self, words: str) -> None:
        """Click the first visible link or button that says these words."""
        path = f"//*[self::a or self::button or self::summary][contains(., '{words}')]"

        def visible(driver: Any) -> WebElement | None:
            found = driver.find_elements(By.XPATH, path)
            return next((one for one in found if one.is_displayed()), None)

        element = self.until(visible, words)
        # A link may run over two lines: the middle of the box around it is not always on it.
        x, y = self.driver.execute_script(
            "arguments[0].scrollIntoView({block: 'center'});"
            "const lines = [...arguments[0].getClientRects()];"
            "const line = lines.sort((a, b) => b.width - a.width)[0];"
            "return [line.x + line.width / 2, line.y + line.height / 2]",
            element,
        )
        mouse = ActionBuilder(self.driver)
        mouse.pointer_action.move_to_location(x, y).click()
        mouse.perform()

    def presses(self, *keys: str) -> None:
        for key in keys:
            self.focused.send_keys(key)

    def tabs_to(self, selector: str, most: int = 60) -> int:
        """Press Tab until an element is focused; returns how many presses that took."""
        for presses in range(1, most + 1):
            self.presses(Keys.TAB)
            if self.driver.execute_script(
                "return document.activeElement.matches(arguments[0])", selector
            ):
                return presses
        raise AssertionError(f"{most} presses of Tab never reach {selector}")

    @property
    def focused(self) -> WebElement:
        return self.driver.switch_to.active_element

    @property
    def overflow(self) -> int:
        """By how many pixels the page is wider than the screen."""
        return int(
            self.driver.execute_script(
                "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
        )

    def complaints(self) -> list[str]:
        """What the browser complained of: refused content, script errors (not HTTP statuses)."""
        return [
            entry["message"]
            for entry in self.driver.get_log("browser")
            if entry["level"] in ("SEVERE", "WARNING") and entry["source"] != "network"
        ]

    @property
    def ran(self) -> Any:
        """What hostile text would have set, had it run."""
        return self.driver.execute_script("return window.ran")
