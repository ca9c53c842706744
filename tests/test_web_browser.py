"""The pages in a real browser: a reader's walks, by mouse, by keyboard, without JavaScript, on a phone; and axe on every kind of page."""

import os
import re
import shutil
from urllib.parse import parse_qsl, urlsplit

import pytest

pytest_plugins = ["tests.web_site"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
STORY = "a story"


def _missing(what):
    """Skip where something is missing, but fail where everything has to be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, which these tests need")
    pytest.skip(f"{what} is missing; install it to run the browser tests")


@pytest.fixture(scope="session")
def browser():
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("the Python package playwright")
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        _missing("a Chromium browser")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser, site):
    """Return what opens a page of the site in a context of its own; nothing may be asked of other sites or go wrong."""
    contexts, trouble = [], []

    def open_(path, **options):
        context = browser.new_context(base_url=site.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: trouble.extend([message.text] if message.type == "error" else []))
        page.on("pageerror", lambda error: trouble.extend([str(error)]))
        page.on("request", lambda request: trouble.extend([] if request.url.startswith(site.url) else [request.url]))
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not [text for text in trouble if "status of 4" not in text]


def total(page):
    """Return the number of stories that the page says it found."""
    return int(page.inner_text("h1").split()[0].replace(",", ""))


def asked(url):
    """Return the parameters of an address that say something."""
    return sorted(parse_qsl(urlsplit(url).query))


@pytest.mark.parametrize("javascript", [True, False])
def test_a_reader_searches_narrows_reads_follows_and_comes_back_to_all_as_it_was(open_page, javascript):
    page = open_page("/", java_script_enabled=javascript)
    page.fill("#q", "najaf")
    page.press("#q", "Enter")
    page.wait_for_url("**/search?q=najaf")
    everything = total(page)
    page.get_by_role("link", name=re.compile("^2004: [0-9]")).click()
    page.wait_for_url("**date=2004*")
    assert total(page) < everything
    page.get_by_role("link", name=re.compile("^August 2004: [0-9]")).click()
    page.wait_for_url("**date=2004-08*")
    page.check("label:has-text('Muqtada al-Sadr')")
    if not javascript:
        page.click("button:has-text('Apply')")
    page.wait_for_url("**entity=Muqtada*")
    narrowed, url = total(page), page.url
    assert 0 < narrowed < everything
    page.click(".hits li:nth-child(2) h3 a")
    assert f"2 of {narrowed}" in page.inner_text("main")
    page.click("text=Next result")
    assert f"3 of {narrowed}" in page.inner_text("main")
    page.click(".related h3 a >> nth=0")
    assert "Back to" not in page.inner_text("main")
    page.go_back()
    page.click("text=Back to")
    assert asked(page.url) == asked(url)
    assert total(page) == narrowed
    assert page.is_checked("label:has-text('Muqtada al-Sadr')")
    page.click("text=Remove Date")
    page.wait_for_url(lambda url: "date=" not in url)
    assert total(page) >= narrowed


def test_filters_apply_at_once_keep_the_focus_tell_the_count_and_go_back(open_page):
    page = open_page("/search?q=najaf")
    before = total(page)
    box = page.locator("#filters label:has-text('Baghdad')").first
    page.evaluate("window.kept = true")
    box.click()
    page.wait_for_url("**place=Baghdad*")
    after = total(page)
    assert after < before
    assert page.evaluate("window.kept") is True
    assert page.evaluate("document.activeElement.value") == "Baghdad, Iraq"
    page.wait_for_selector(f"#status:has-text('{after} stories found')", state="attached")
    page.go_back()
    page.wait_for_selector(f"h1:has-text('{before} stories')")
    assert "place=" not in page.url


def test_dates_are_typed_or_dragged(open_page):
    page = open_page("/search?q=election")
    everything = total(page)
    page.fill("[name=after]", "2005")
    page.fill("[name=before]", "march 2011")
    page.press("[name=before]", "Enter")
    page.wait_for_url("**after=2005*before=march*")
    assert total(page) < everything
    page = open_page("/search?q=election")
    first = page.locator("svg.bars a[data-first='2008'] .place").bounding_box()
    last = page.locator("svg.bars a[data-first='2012'] .place").bounding_box()
    page.mouse.move(first["x"] + 5, first["y"] + 40)
    page.mouse.down()
    page.mouse.move(last["x"] + 5, last["y"] + 40, steps=5)
    page.mouse.up()
    page.wait_for_url("**after=2008*before=2013*")
    assert total(page) < everything


def test_the_keyboard_alone_reaches_everything(open_page):
    page = open_page("/search?q=najaf")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#results:focus")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    first = page.inner_text(".hits li:nth-child(1) h3")
    assert page.evaluate("document.activeElement.textContent") == first
    page.keyboard.press("Enter")
    page.wait_for_url("**hit=1")
    assert page.inner_text("h1") == first
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("/?")
    assert page.input_value("#q") == "/?"


def test_a_country_of_the_map_leads_to_its_stories_and_outlines_are_loaded_once(open_page):
    page = open_page("/map?q=najaf")
    loaded = []
    page.on("request", lambda request: loaded.append(urlsplit(request.url).path))
    page.reload()
    [outlines] = [path for path in loaded if path.startswith("/static/lands.")]
    iraq = page.locator("svg.map a:has(> title:text-matches('^Iraq: ')) use")
    box = iraq.bounding_box()
    assert box["width"] > 10
    assert box["height"] > 10
    total_of_iraq = page.locator("section.letter li:has-text('Iraq') .count").first.inner_text()
    page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 3)
    page.wait_for_url("**/search?q=najaf&place=Iraq")
    assert total(page) == int(total_of_iraq)
    page.goto("/map?q=earthquake")
    page.wait_for_load_state("networkidle")
    again = [each for each in page.evaluate("performance.getEntriesByType('resource')") if outlines in each["name"]]
    assert [each["transferSize"] for each in again] == [0]


def test_citations_and_commands_are_copied_by_a_button(browser, site, truce):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(site.url + truce["address"])
    page.click("summary:has-text('Cite')")
    page.click("button:has-text('Copy')")
    page.wait_for_selector("button:has-text('Copied')")
    assert page.evaluate("navigator.clipboard.readText()") == page.inner_text(".citation")
    page.goto(site.url + "/search?q=najaf")
    page.locator("#filters label:has-text('Baghdad')").first.click()
    page.wait_for_url("**place=Baghdad*")
    page.click(".use button:has-text('Copy')")
    page.wait_for_selector("button:has-text('Copied')")
    assert page.evaluate("navigator.clipboard.readText()") == "searchidx search --place 'Baghdad, Iraq' najaf"
    context.close()


def test_keys_can_be_switched_off(open_page):
    page = open_page("/help")
    page.uncheck("#keys")
    page.goto("/search?q=najaf")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "q"


def test_completions_come_by_kind_and_enter_sends_what_is_typed(open_page):
    page = open_page("/")
    page.type("#q", "naja")
    page.wait_for_selector(".completions:visible")
    assert page.locator(".completions li.soft").all_inner_texts()[:2] == ["Words", "Places"]
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.closest('.completions') !== null")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=naja")
    page.fill("#q", "")
    page.type("#q", "14 aug 2004")
    page.click(".completions a:has-text('14 August 2004')")
    page.wait_for_url("**/news/2004/08/14/")


PATHS = [
    "/",
    "/search?q=najaf&place=-Baghdad&date=2004-08",
    "/search?q=najaf+(truce",
    "/search?q=zzzqqq&place=Iraq",
    "/search/entity?q=najaf",
    STORY,
    "/news/",
    "/news/2004/",
    "/news/2004/08/",
    "/news/2004/08/14/",
    "/places",
    "/names?order=name",
    "/places/Iraq",
    "/map",
    "/map?q=najaf&place=Iraq",
    "/compare?q=election&q=earthquake",
    "/compare?q=election&q=earthquake&by=month",
    "/timeline?q=najaf",
    "/search?q=14+august+2004",
    "/help",
    "/about",
    "/accessibility",
    "/nothing-here",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("width", [320, 360, 768, 1280, 1920])
def test_nothing_is_wider_than_the_screen(open_page, truce, path, width):
    address = truce["address"] + "?q=najaf&hit=1" if path == STORY else path
    page = open_page(address, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("options", [{}, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_to_mend(open_page, truce, path, scheme, options):
    try:
        from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
    except ImportError:
        _missing("the Python package axe-playwright-python")
    address = truce["address"] + "?q=najaf&hit=1" if path == STORY else path
    page = open_page(address, color_scheme=scheme, **options)
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = Axe().run(page, options={"runOnly": tags}).response["violations"]
    told = [(each["id"], [node["html"][:160] for node in each["nodes"]][:3]) for each in found]
    assert not told


def test_a_phone_breaks_no_year_in_a_table_and_has_its_navigation_in_two_rows(open_page):
    page = open_page("/compare?q=election&q=earthquake", **PHONE)
    assert page.locator("tbody th").first.bounding_box()["height"] < 40
    assert page.locator(".masthead nav").bounding_box()["height"] < 80


@pytest.mark.parametrize("path", ["/search?q=najaf", "/search?q=najaf+2004&place=Iraq&category=War"])
def test_a_phone_shows_the_first_hit_on_its_first_screen(open_page, path):
    page = open_page(path, viewport={"width": 360, "height": 740})
    headline = page.locator(".hits h3, .nothing h2").first.bounding_box()
    assert headline["y"] + headline["height"] < 740


def test_a_phone_has_its_timeline_folded_and_keeps_it_open(open_page):
    page = open_page("/search?q=najaf", **PHONE)
    assert not page.is_visible(".bars")
    page.tap(".timeline summary >> nth=0")
    page.fill("[name=after]", "2005")
    page.tap("text=Set dates")
    page.wait_for_url("**after=2005*")
    assert page.is_visible(".bars")
    assert not page.is_visible("#filters fieldset")


def test_a_phone_has_its_filters_folded_and_all_at_hand(open_page):
    page = open_page("/search?q=najaf", **PHONE)
    assert not page.is_visible("#filters fieldset")
    page.tap("#filters summary")
    assert page.is_visible("#filters fieldset")
    page.locator("#filters label:has-text('Baghdad')").first.tap()
    page.wait_for_url("**place=Baghdad*")
    assert page.is_visible("#filters fieldset")
