"""Operates the page of `orchestrator serve` in a real browser, as a person would, and looks at what it shows.

Usage: operate_page.py SCENARIO URL FOLDER      (the token in SYNC_API_TOKEN; screenshots go into FOLDER)

Exit status: 0 when the page did what it should; an assertion says what it did not.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import sys
import threading
from collections.abc import Callable
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar
from urllib.parse import urlsplit

from axe_core_python.selenium import Axe
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

Value = TypeVar("Value")
PATIENCE = 90.0
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}
# Those that are looked at in one theme, to keep the time.
MORE_WIDTHS = {"tablet": (768, 1024), "wide": (1920, 1080)}


def program(*names: str) -> str:
    """The path of the first of these programs that is there; the browser's driver downloads nothing by itself."""
    for name in names:
        if path := shutil.which(name):
            return path
    raise SystemExit(f"no {names[0]} in PATH: run scripts/setup")


class Page:
    """The page in a browser of its own."""

    def __init__(self, url: str, folder: str) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = program("chromium", "chromium-browser", "google-chrome")
        for argument in ("--headless=new", "--disable-dev-shm-usage", "--disable-gpu", f"--user-data-dir={os.getcwd()}/profile"):
            options.add_argument(argument)
        # Chromium's own sandbox does not work for root.
        if os.geteuid() == 0:
            options.add_argument("--no-sandbox")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options, webdriver.ChromeService(program("chromedriver")))
        self.url = url
        self.folder = folder
        self.resize("desktop")
        self.driver.get(url)

    def find(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        return self.find(selector).text

    def eventually(self, what: str, condition: Callable[[], object]) -> None:
        WebDriverWait(self.driver, PATIENCE, poll_frequency=0.1).until(lambda _: self._holds(condition), what)

    def read(self, what: str, reading: Callable[[], Value]) -> Value:
        """Reads several elements as one: anew when the page draws itself meanwhile, and some of them are gone."""
        wait = WebDriverWait(self.driver, PATIENCE, 0.1, ignored_exceptions=[StaleElementReferenceException])
        return wait.until(lambda _: (reading(),), what)[0]

    @staticmethod
    def _holds(condition: Callable[[], object]) -> bool:
        try:
            return bool(condition())
        except Exception:  # The page draws itself anew: what was found may be gone.
            return False

    def press(self, selector: str) -> None:
        """Presses what the selector finds, once it can be pressed."""
        self.eventually(f"{selector} can be pressed", lambda: self.find(selector).is_enabled())

        def pressed() -> bool:
            found = self.find(selector)
            # The driver takes what is below the bar on top for visible.
            self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", found)
            found.click()
            return True

        self.eventually(f"{selector} is pressed", pressed)

    def confirm(self) -> None:
        self.eventually("it asks first", lambda: self.find("#confirm").is_displayed())
        self.find("#confirm-yes").click()

    def show_token(self, token: str) -> None:
        self.eventually("it asks for the token", lambda: self.find("#token").is_displayed())
        field = self.find("#token-value")
        field.clear()
        field.send_keys(token, Keys.ENTER)

    def sign_in(self) -> None:
        self.show_token(os.environ["SYNC_API_TOKEN"])
        self.eventually("it is live", lambda: self.text("#link") == "Live")

    def resize(self, width: str) -> None:
        columns, rows = (WIDTHS | MORE_WIDTHS)[width]
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": columns, "height": rows, "deviceScaleFactor": 1, "mobile": width == "phone"})

    def theme(self, scheme: str) -> None:
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})

    def look(self, name: str) -> None:
        """Takes pictures in both themes and all widths, and checks what holds for all of them."""
        for width in WIDTHS | MORE_WIDTHS:
            self.resize(width)
            for scheme in ("light", "dark") if width in WIDTHS else ("light",):
                self.theme(scheme)
                self.picture(f"{name}-{width}-{scheme}")
                if width in WIDTHS:
                    self.check_accessibility(f"{name}, {width}, {scheme}")
            self.check_widths(f"{name}, {width}")
        self.resize("desktop")
        self.theme("light")

    def picture(self, name: str) -> None:
        """The whole page, also what one has to scroll to."""
        height = self.driver.execute_script("return document.documentElement.scrollHeight")
        width = self.driver.execute_script("return document.documentElement.clientWidth")
        shot = self.driver.execute_cdp_cmd(
            "Page.captureScreenshot",
            {"captureBeyondViewport": True, "clip": {"x": 0, "y": 0, "width": width, "height": min(height, 5000), "scale": 1}})
        with open(f"{self.folder}/{name}.png", "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    def check_widths(self, where: str) -> None:
        """Nobody has to scroll sideways: neither the page nor anything in it, but for a box that is made to scroll."""
        too_wide = self.driver.execute_script("""
            const all = [document.documentElement, ...document.querySelectorAll("main, main *, .bar, .bar *")];
            return all.filter((box) => !box.closest("svg") && box.clientWidth > 0 && box.scrollWidth > box.clientWidth + 1
                && getComputedStyle(box).overflowX !== "hidden" && !box.classList.contains("hidden"))
              .map((box) => `${box.localName}#${box.id}.${box.className}: ${box.scrollWidth} of ${box.clientWidth}`)""")
        assert not too_wide, f"{where}: wider than the room there is: {too_wide[:5]}"

    def check_accessibility(self, where: str) -> None:
        found = Axe().run(self.driver)["violations"]
        problems = [f"{rule['id']}: {rule['help']}: {[node['html'][:120] for node in rule['nodes'][:3]]}" for rule in found]
        assert not problems, f"{where}: " + "; ".join(problems)

    def check_console(self, *expected: str) -> None:
        """The browser has complained of nothing but what a test brought about."""
        for entry in self.driver.get_log("browser"):
            message = entry["message"]
            assert any(text in message for text in expected), f"the browser says: {message}"


def rows(page: Page, panel: str) -> list[WebElement]:
    return page.driver.find_elements(By.CSS_SELECTOR, f"{panel} tbody tr")


def pieces(page: Page) -> list[WebElement]:
    return page.driver.find_elements(By.CSS_SELECTOR, "#rejects .pieces li")


def whole_sync(page: Page) -> None:
    """From the first look at an empty table to a completed sync and a user that is found."""
    page.show_token("this-is-not-the-token")
    page.eventually("it says that the token is wrong", lambda: page.find("#token-error").is_displayed())
    page.sign_in()
    page.eventually("it says that nothing has run", lambda: "No sync has run yet" in page.text("#now"))
    page.eventually("nothing is dead", lambda: "Every batch could be applied" in page.text("#letters"))
    page.eventually("it is ready", lambda: verdict(page) == ("ok", "Ready for the first sync"))
    assert "Start the first sync" in page.text("#verdict"), page.text("#verdict")
    page.look("empty")

    page.press("#start")
    page.eventually("the sync runs", lambda: page.text("#now .badge") in ("RUNNING", "PROCESSING"))
    assert not page.find("#start").is_enabled(), "a second sync could be started"
    page.eventually("users come in", lambda: page.text("#now .numbers dd").split("\n")[0] not in ("0", ""))
    page.eventually("its bars are there", lambda: page.find("#now [role=progressbar]").is_displayed())
    page.look("running")

    page.eventually("the sync completes", lambda: page.text("#now .badge") == "COMPLETED")
    page.eventually("it is in the history", lambda: "COMPLETED" in rows(page, "#history")[0].text)
    page.eventually("its rejects are shown", lambda: len(pieces(page)) > 0)
    page.eventually("all is well", lambda: verdict(page) == ("ok", "All is well"))
    facts = page.text("#verdict .verdict-facts")
    assert "inserted" in facts and "Sync 1," in facts, facts
    assert "in about 6 h" in facts, f"it does not say when the next sync comes: {facts}"
    assert page.driver.find_elements(By.CSS_SELECTOR, "#history svg .column"), "the chart is empty"
    page.press("#more-rejects")
    page.eventually("more rejects are shown", lambda: len(pieces(page)) > 20)

    name = os.environ["USER_NAME"]
    page.find("#user-name").send_keys(name, Keys.ENTER)
    page.eventually("the user is found", lambda: name in page.text("#lookup .facts"))
    page.look("completed")
    page.find("#user-name").clear()
    page.find("#user-name").send_keys("nobody", Keys.ENTER)
    page.eventually("nobody is found", lambda: "no user of that name" in page.text("#lookup"))
    # A new page of the same tab has the token, and forgets it when told to.
    page.driver.refresh()
    page.eventually("it is live again", lambda: page.text("#link") == "Live")
    page.press("#forget")
    page.eventually("it asks for the token", lambda: page.find("#token").is_displayed())
    page.check_console("401", "404")


def changes(page: Page) -> None:
    """What the two syncs in the table changed, as numbers in three places and as columns of the chart."""
    newest: dict[str, int] = json.loads(os.environ["NEWEST"])
    first: dict[str, int] = json.loads(os.environ["FIRST"])
    page.sign_in()
    page.eventually("both syncs are in the history", lambda: len(rows(page, "#history")) == 2)
    titles, *lines = page.read("the history", lambda: [
        [cell.text for cell in row.find_elements(By.CSS_SELECTOR, "th, td")]
        for row in page.driver.find_elements(By.CSS_SELECTOR, "#history :is(thead, tbody) tr")])
    for line, sync in zip(lines, (newest, first), strict=True):
        cells = dict(zip(titles, line, strict=True))
        shown = {
            "Users": "received", "Inserted": "inserted", "Updated": "updated", "Newly deleted": "newly_deleted",
            "Unchanged": "unchanged", "Not sent": "skipped", "Missing": "missing", "Rejects": "rejected"}
        for title, name in shown.items():
            assert cells[title] == f"{sync[name]:,}", f"{title} of sync {sync['id']}: {cells[title]}, not {sync[name]:,}"
    parts = page.read("the chart", lambda: {
        column.get_attribute("data-part") for column in page.driver.find_elements(By.CSS_SELECTOR, "#history svg .column")})
    assert parts >= {"skipped", "users", "updated", "inserted", "deleted", "missing"}, f"the chart shows {parts}"

    cells = numbers(page)
    assert cells["Newly deleted"][0] == f"{newest['newly_deleted']:,}", f"{cells}"
    assert cells["Unchanged"] == [f"{newest['unchanged']:,}", f"{newest['skipped']:,} not sent"], f"{cells}"
    assert cells["Missing"][0] == f"{newest['missing']:,}", f"{cells}"

    def told(sync: dict[str, int]) -> bool:
        text = page.text("#changes")
        return f"Changes of sync {sync['id']}" in text and all(
            f"{sync[name]:,}" in text for name in ("inserted", "updated", "newly_deleted", "unchanged", "skipped", "missing"))

    page.eventually("the newest sync's changes are told", lambda: told(newest))
    page.look("changes")
    page.press("#sync-1")
    page.eventually("the chosen sync's changes are told", lambda: told(first))
    page.check_console("401")


class BelowAPath(BaseHTTPRequestHandler):
    """A reverse proxy that shows the server below `/user-sync/`, and nothing elsewhere."""

    PATH = "/user-sync/"
    server_address: tuple[str, int]

    def relay(self) -> None:
        if not self.path.startswith(self.PATH):
            self.send_error(404)
            return
        host, port = self.server_address
        upstream = HTTPConnection(host, port, timeout=60)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        sent = {name: value for name, value in self.headers.items() if name.lower() not in ("connection", "accept-encoding")}
        upstream.request(self.command, "/" + self.path.removeprefix(self.PATH), body, sent)
        answer = upstream.getresponse()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in ("transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        while piece := answer.read1(65536):
            self.wfile.write(piece)
            self.wfile.flush()

    do_GET = do_POST = relay

    def log_message(self, *_: object) -> None:
        pass


def below_a_path(url: str) -> str:
    """Starts the proxy before the server; it ends with this process."""
    parts = urlsplit(url)
    assert parts.hostname and parts.port
    BelowAPath.server_address = (parts.hostname, parts.port)
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), BelowAPath)
    proxy.daemon_threads = True
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{proxy.server_port}{BelowAPath.PATH}"


def verdict(page: Page) -> tuple[str, str]:
    """The state and the headline on top of the page."""
    return page.find("#verdict").get_attribute("data-state") or "", page.text("#verdict .headline")


def numbers(page: Page) -> dict[str, list[str]]:
    """The newest sync's numbers by their names, each with its note."""
    texts = page.read("the numbers", lambda: [
        cell.text for cell in page.driver.find_elements(By.CSS_SELECTOR, "#now .numbers > div")])
    return {name: rest for name, *rest in (text.split("\n") for text in texts)}


def cancelled_sync(page: Page) -> None:
    """A sync is stopped from the page, by keyboard; then the server goes away."""
    page.sign_in()
    page.press("#start")
    page.eventually("it can be cancelled", lambda: page.find("#cancel").is_displayed())
    page.find("#cancel").send_keys(Keys.ENTER)
    page.eventually("it asks first", lambda: page.find("#confirm").is_displayed())
    page.find("#confirm-yes").send_keys(Keys.ENTER)
    page.eventually("the sync has failed", lambda: page.text("#now .badge") == "FAILED")
    page.eventually("it says why", lambda: "interrupted" in page.text("#now .error"))
    page.eventually("it is in the history", lambda: "FAILED" in rows(page, "#history")[0].text)
    page.eventually("the verdict says so", lambda: verdict(page) == ("attention", "Sync 1 failed"))
    assert "Next:" in page.text("#verdict"), page.text("#verdict")
    page.look("failed")
    os.kill(int(os.environ["SERVER_PID"]), 15)
    page.eventually("it says that the server is gone", lambda: "No connection" in page.text("#link"))
    assert verdict(page)[0] == "unknown", "an old verdict is taken for the present one"
    assert not page.find("#start").is_enabled(), "a sync could be started without a server"
    page.look("gone")
    # Its stream was cut: it has no profile of the source.
    page.check_console("401", "ERR_", "/source - Failed to load resource: the server responded with a status of 404")


def dead_letters(page: Page) -> None:
    """Dead letters are shown with their cause, and tried dry."""
    page.sign_in()
    page.eventually("dead letters are shown", lambda: "refused" in page.text("#letters"))
    page.eventually("the verdict says what to do", lambda: verdict(page)[0] == "attention" and "Next:" in page.text("#verdict"))
    page.look("letters")
    page.press("#dry-run")
    page.eventually("it says what it would do", lambda: "Would send" in page.text("#redrive-result"))
    page.check_console("401")


def replay(page: Page) -> None:
    """Dead letters whose cause is mended are replayed."""
    page.sign_in()
    page.press("#redrive")
    page.confirm()
    page.eventually("all of them are gone", lambda: "Every batch could be applied" in page.text("#letters"))
    page.eventually("the sync is complete", lambda: page.text("#now .badge") == "COMPLETED")
    page.check_console("401")


def source(page: Page) -> None:
    """What the source sent: what changed first, the long part when it is asked for, and for the sync that is chosen."""
    changes: list[str] = json.loads(os.environ["CHANGES"])
    page.sign_in()
    # The newest sync has read nothing to its end.
    page.eventually("the newest profile is shown", lambda: page.text("#source h2") == "Source of sync 2")
    text = page.text("#source")
    assert f"{len(changes)} changes against the completed sync before" in text, text
    # On the page each is a sentence, and a name stands in another type.
    lines = [change.replace("`", "").lower() for change in changes]
    assert all(line in text.lower() for line in lines[:4]) and not any(line in text.lower() for line in lines[4:]), text
    assert "3,000" in text and "/s" in text, text
    assert not page.find("#source table").is_displayed(), "the long part is there before it was asked for"
    page.press("#source .more-changes summary")
    page.eventually("all changes are shown", lambda: all(line in page.text("#source").lower() for line in lines))
    page.press("#source > details:last-of-type > summary")
    page.eventually("the long part is shown", lambda: page.find("#source table").is_displayed())

    # Field by field and reason by reason as the command writes it, shares included.
    report = {" ".join(line.split()) for line in os.environ["REPORT"].split("\n")}
    tables = page.read("the tables", lambda: [
        [[cell.text for cell in row.find_elements(By.CSS_SELECTOR, "th, td")] for row in table.find_elements(By.CSS_SELECTOR, "tbody tr")]
        for table in page.driver.find_elements(By.CSS_SELECTOR, "#source table")])
    fields, unknown, rejects = tables
    assert len(fields) == 8 and len(unknown) == 3 and len(rejects) == 2, tables
    for row in fields + [[name, part, kind] for name, kind, _, part in unknown] + rejects:
        written = " ".join(row).replace("–", "-").replace("<0.1%", "under 0.1%")
        assert written in report, f"{row} is not in {report}"

    name = os.environ["USER_NAME"]
    page.find("#user-name").send_keys(name, Keys.ENTER)
    page.eventually("the user is found", lambda: name in page.text("#lookup .facts"))
    found = page.text("#lookup .facts")
    for column, value in json.loads(os.environ["EXTRAS"]).items():
        assert f"{column}\n{value}" in found, f"{column} is not {value} in {found}"
    page.look("source")

    page.press("#sync-3")
    page.eventually("a sync without a profile has no panel", lambda: not page.find("#source").is_displayed())
    page.press("#sync-1")
    page.eventually("the chosen sync's source is shown", lambda: page.text("#source h2") == "Source of sync 1")
    assert "nothing to compare with" in page.text("#source"), page.text("#source")
    page.check_console("401", "/source")


SCENARIOS = {
    "whole-sync": whole_sync, "changes": changes, "cancelled-sync": cancelled_sync, "dead-letters": dead_letters,
    "replay": replay, "source": source}

if __name__ == "__main__":
    scenario, url, folder = sys.argv[1:]
    # The page knows nothing of where it is: one scenario finds out by being elsewhere.
    browser = Page(below_a_path(url) if scenario == "changes" else url, folder)
    try:
        SCENARIOS[scenario](browser)
    except BaseException:
        browser.driver.save_screenshot(f"{folder}/at-the-failure.png")
        print(browser.find("body").text, file=sys.stderr)
        raise
    finally:
        browser.driver.quit()
