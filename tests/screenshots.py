"""The README's screenshots: pages of the sample archive, as a browser shows them. Run by scripts/screenshots."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import sync_playwright

from searchidx.catalogue import Catalogue, Settings
from tests.web_site import SAMPLE, bring, serving

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
#: Name of the picture, address, width, height, colour scheme.
PICTURES: tuple[tuple[str, str, int, int, Literal["light", "dark"]], ...] = (
    ("search", "/search?q=najaf", 1280, 1100, "light"),
    ("story", "/search?q=shaky+ceasefire+najaf", 1280, 1100, "light"),
    ("map", "/map?q=earthquake", 1280, 900, "dark"),
    ("phone", "/search?q=earthquake", 390, 844, "dark"),
)


def main() -> None:
    """Take every picture; the one named "story" is of the first hit of its address."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit("there is no Chromium on the PATH; install one, on Debian and Ubuntu: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        catalogue = Catalogue(Path(folder))
        bring(catalogue, "sample", sorted(SAMPLE.glob("*.jsonl")))
        Settings.read(SAMPLE).write(catalogue.path("sample"))
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        with serving(catalogue, "sample", Path(folder) / "log") as site:
            for name, path, width, height, scheme in PICTURES:
                page = chromium.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
                page.goto(site.url + path)
                if name == "story":
                    page.click("article :is(h2, h3) a >> nth=0")
                page.screenshot(path=FOLDER / f"{name}.png")
                page.close()
                print(FOLDER / f"{name}.png")
        chromium.close()


if __name__ == "__main__":
    main()
