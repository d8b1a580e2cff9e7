"""A browser at the page that checks certificates; what it asks for is answered from memory and written down."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client
from tests.journeys.platform_server import ARGUMENTS, CHROMIUM
from tests.platform.pages.bundles import HOST, NOW

import sealmark_platform
from sealmark_platform.register import keeping

STATIC = Path(sealmark_platform.__file__).parent / "static"
LANGUAGES = {"en": "en", "ru": "ru", "zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}


def pages_sent():
    """Return the page in every language with its headers, as a platform sends it whose trail is empty: it asks no more."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "newest_chain", lambda: "")
        for language in LANGUAGES:
            client = Client()
            client.cookies["language"] = language
            answer = client.get("/verify/")
            found[language] = answer.content, dict(answer.items())
    return found


class Browser:
    """A page at the address of the issuer; whatever it asks for is written down."""

    def __init__(self, play, pages, site, *, host=HOST, now=NOW):
        self.browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        self.pages, self.site, self.host, self.now = pages, site, host, now
        self.asked, self.faults = [], []
        self.page = self.open()

    def open(self, language="en", **look):
        page = self.browser.new_context(**look).new_page()
        page.set_default_timeout(60_000)
        page.on("console", lambda message: self.faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.clock.set_fixed_time(self.now)
        page.route("**/*", lambda route: self._answer(route, language))
        page.goto(f"https://{self.host}/verify/")
        return page

    def _answer(self, route, language):
        request = route.request
        self.asked.append((request.method, request.url, request.post_data_buffer, request.headers.get("cookie")))
        parts = urlsplit(request.url)
        assert parts.netloc == self.host, request.url
        if parts.path == "/verify/":
            body, headers = self.pages[language]
            return route.fulfill(body=body, headers=headers)
        if parts.path.startswith("/static/"):
            return route.fulfill(path=STATIC / parts.path.removeprefix("/static/"))
        if parts.path in self.site:
            return route.fulfill(body=self.site[parts.path], headers={"Content-Type": "application/octet-stream"})
        return route.fulfill(status=404)

    def drop(self, content, name="certificate.json", page=None):
        page = page or self.page
        page.set_input_files("#verify-file", {"name": name, "mimeType": "application/octet-stream", "buffer": content})
        return self.result(page)

    def result(self, page=None):
        page = page or self.page
        page.wait_for_function("() => { const found = document.getElementById('verify-result');"
                               " return found.childElementCount && !found.hasAttribute('aria-busy'); }")  # fmt: skip
        return page.inner_text("#verify-result")
