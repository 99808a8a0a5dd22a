"""A run's page in a real browser: it draws what happened, answers keys and mouse, asks for nothing and runs no text."""

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from reports.page import page_of
from reports.page.needs import Needs
from sim.world import trace as codes
from tests.reports.page.browser import Browser, browsing, needs_browser
from tests.reports.page.recordings import hostile, large, lossy, recorded

pytestmark = needs_browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    vote = recorded("known_bugs/forgets-vote.yaml")
    made = {
        "vote": vote,
        "stale": recorded("known_bugs/raft-stale-read.yaml"),
        "pass": lossy(),
        "hostile": hostile(),
        "layers": recorded("stack/mutants/lost-reply.yaml", "systems.stack.mutant=key-per-attempt", "duration=3s"),
    }
    for name, recording in made.items():
        (folder / f"{name}.html").write_text(page_of(recording), "utf-8")
    spared = tuple(one.id for one in vote.run.fired[1:])
    needs = Needs(True, (vote.run.fired[0].id,), (), spared, "It needs one crash.")
    (folder / "needs.html").write_text(page_of(vote, needs), "utf-8")
    (folder / "large.html").write_text(large()[1], "utf-8")
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as found:
        yield found


MESSAGES = ".plot[data-view=spacetime] [data-mark=message]"


@pytest.mark.parametrize("name", ["vote", "stale", "pass", "large", "hostile", "layers"])
def test_a_page_opens_without_a_complaint_or_a_request(name: str, pages: Path, browser: Browser) -> None:
    browser.open(pages / f"{name}.html")
    for key in "+-0vfFnpce":
        browser.press(key)
    assert browser.complaints() == []
    assert browser.requests() == []


def test_every_view_is_there_with_its_marks(pages: Path, browser: Browser) -> None:
    recording = recorded("known_bugs/raft-stale-read.yaml")
    browser.open(pages / "stale.html")
    browser.press("0")
    views = browser.js("return [...document.querySelectorAll('.plot')].map((one) => one.dataset.view)")
    assert views == ["strip", "faults", "history", "spacetime", "states", "measures"]
    messages = [one for one in recording.records if one.code in (codes.DELIVER, codes.LOST)]
    lost = sum(one.code == codes.LOST for one in messages)
    assert browser.count(MESSAGES) == len(messages)
    assert browser.count(".plot[data-view=spacetime] [data-mark=cross]") == lost
    assert browser.count("[data-mark=fault]") == sum(len(one.targets) for one in recording.run.fired)
    assert browser.count("[data-mark=operation]") == len(recording.run.history)
    assert browser.count("[data-mark=involved]") == 3
    assert browser.count("[data-mark=precedence]") == 2
    assert browser.count(".reasons li") == 3
    assert browser.count("[data-mark=progress]") == len(recording.run.servers)


def test_a_run_that_passes_shows_an_order_of_its_operations(pages: Path, browser: Browser) -> None:
    browser.open(pages / "pass.html", "#t=2000000-3000000")
    assert browser.count("[data-mark=witness]") > 10
    assert browser.count("[data-mark=precedence]") == 0


def test_it_opens_on_the_violation_and_keys_move_all_views(pages: Path, browser: Browser) -> None:
    browser.open(pages / "vote.html")
    since, until = browser.window()
    assert since < 0.169071 < 0.183081 < until < 0.4
    assert browser.count("[data-mark=violation]") >= 4
    browser.press("+")
    closer = browser.window()
    assert closer[1] - closer[0] == pytest.approx((until - since) / 2, rel=0.01)
    browser.press("ArrowRight")
    assert browser.window()[0] > closer[0]
    browser.press("0")
    assert browser.window() == (0, 15)
    browser.press("v")
    assert browser.window() == (since, until)
    browser.press("f")
    assert browser.window()[0] > since


def test_the_address_keeps_the_window_and_what_is_selected(pages: Path, browser: Browser) -> None:
    browser.open(pages / "vote.html", "#t=100000-300000&sel=150000-200000")
    assert browser.window() == (0.1, 0.3)
    assert browser.number("document.querySelector('.selection').getBoundingClientRect().width") > 50
    browser.press("Enter")
    assert browser.window() == (0.15, 0.2)
    browser.press("n")
    browser.js("return new Promise((done) => setTimeout(done, 200))")
    assert "t=150000-200000" in browser.text("location.hash")
    assert "rec=" in browser.text("location.hash")


def test_a_message_is_found_and_followed_back_by_keyboard(pages: Path, browser: Browser) -> None:
    browser.open(pages / "vote.html")
    field = "document.querySelector('input[type=search]')"
    browser.press("/")
    assert browser.js(f"return document.activeElement === {field}") is True
    browser.js(f"{field}.value = 'RequestVote'; {field}.dispatchEvent(new Event('input')); {field}.blur()")
    browser.press("n")
    title = browser.text("document.querySelector('#inspector h2').textContent")
    assert title.startswith("RequestVote")
    browser.press("c")
    assert "timer stand" in browser.text("document.querySelector('#inspector h2').textContent")
    browser.press("e")
    assert browser.text("document.querySelector('#inspector h2').textContent") != "Selected"


def test_a_line_of_the_story_shows_its_message(pages: Path, browser: Browser) -> None:
    browser.open(pages / "vote.html")
    browser.js(
        "[...document.querySelectorAll('#story button')].find((one) => / gets Vote/.test(one.textContent)).click()"
    )
    browser.settle()
    assert browser.text("document.querySelector('#inspector h2').textContent").startswith("Vote")
    assert browser.count("#story button[aria-current=true]") == 1


def test_mouse_wheel_and_drag_zoom_and_select(pages: Path, browser: Browser) -> None:
    browser.open(pages / "vote.html", "#t=0-15000000")
    wheel = "new WheelEvent('wheel', {deltaY: -120, clientX: 700, clientY: 400, bubbles: true, cancelable: true})"
    browser.js(f"document.querySelector('.plot[data-view=strip]').dispatchEvent({wheel})")
    browser.settle()
    since, until = browser.window()
    assert until - since < 14
    drag = (
        "const plot = document.querySelector('.plot[data-view=spacetime]'), box = plot.getBoundingClientRect();"
        "for (const [kind, x] of [['pointerdown', 300], ['pointermove', 420], ['pointerup', 500]])"
        "plot.dispatchEvent(new PointerEvent(kind, {clientX: box.left + x, clientY: box.top + 20, button: 0, "
        "bubbles: true, pointerId: 1, pointerType: 'mouse'}))"
    )
    browser.js("Element.prototype.setPointerCapture = () => {}")
    browser.js(drag)
    browser.settle()
    assert browser.js("return document.querySelector('.selection').hidden") is False


def test_faults_that_the_violation_needs_are_framed(pages: Path, browser: Browser) -> None:
    browser.open(pages / "needs.html")
    assert browser.count("[data-mark=needed]") == 2, "the crash hits two nodes"
    assert browser.text("document.querySelector('.needs').textContent") == "It needs one crash."
    browser.open(pages / "vote.html")
    assert browser.count("[data-mark=needed], .needs") == 0


def test_a_leader_that_does_not_know_of_its_successor_is_shown_as_what_it_was(pages: Path, browser: Browser) -> None:
    browser.open(pages / "stale.html")
    assert browser.count("[data-mark=former]") == 1
    assert "was leader 1" in browser.text("document.querySelector('.plot[data-view=states]').textContent")


def test_filters_take_a_kind_of_message_away(pages: Path, browser: Browser) -> None:
    browser.open(pages / "stale.html", "#t=0-6000000")
    before = browser.count(MESSAGES)
    browser.js("document.querySelector('.legend button').click()")
    browser.settle()
    assert 0 < browser.count(MESSAGES) < before
    assert browser.text("document.querySelector('.legend button').getAttribute('aria-pressed')") == "false"


def test_many_messages_are_drawn_on_canvas_and_thinned_by_zoom(pages: Path, browser: Browser) -> None:
    browser.open(pages / "large.html")
    ground = "document.querySelector('.plot[data-view=spacetime] > svg').dataset.ground"
    said = (
        "document.querySelector('.plot[data-view=spacetime]').closest('section').querySelector('header p').textContent"
    )
    assert browser.text(ground) == "canvas"
    assert "hidden until you zoom in" in browser.text(said)
    assert "not in this page" in browser.text(said)
    for _ in range(9):
        browser.press("+")
    assert browser.text(ground) == "svg"
    assert "hidden until" not in browser.text(said)
    assert browser.count("#left-out") == 1


def test_hostile_texts_run_nothing(pages: Path, browser: Browser) -> None:
    browser.open(pages / "hostile.html")
    for key in "0nnnce":
        browser.press(key)
    browser.js("for (const one of document.querySelectorAll('#story button, .legend button, summary')) one.click()")
    browser.js(
        "for (const plot of document.querySelectorAll('.plot')) { const box = plot.getBoundingClientRect();"
        "for (let x = 130; x < box.width; x += 40) for (let y = 3; y < box.height; y += 12) plot.dispatchEvent("
        "new PointerEvent('pointermove', {clientX: box.left + x, clientY: box.top + y, bubbles: true})); }"
    )
    browser.settle()
    assert browser.js("return window.hacked ?? null") is None
    assert browser.count("img, iframe, object, embed") == 0
    assert "onerror" in browser.text("document.body.textContent"), "it is there to be read"
    assert browser.complaints() == []
    assert browser.requests() == []


def test_everything_that_acts_is_reached_by_keyboard_and_named(pages: Path, browser: Browser) -> None:
    browser.open(pages / "vote.html")
    unnamed = browser.js(
        "return [...document.querySelectorAll('button, input, [role=group], [role=img], section')]"
        ".filter((one) => !(one.getAttribute('aria-label') || one.getAttribute('aria-labelledby')"
        " || one.textContent.trim())).map((one) => one.outerHTML)"
    )
    assert unnamed == []
    assert browser.count(".plot:not([tabindex='0'])") == 0
    browser.press("?")
    assert browser.count("dialog[open]") == 1
    assert browser.count("dialog tr") > 10


def test_print_has_the_pictures_and_no_buttons(pages: Path, browser: Browser) -> None:
    browser.open(pages / "vote.html")
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    shown = "one.offsetParent && !one.closest('.story, .legend')"
    assert browser.number(f"[...document.querySelectorAll('button')].filter((one) => {shown}).length") == 0
    pdf = browser.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert len(base64.b64decode(pdf["data"])) > 20_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_screenshot_is_not_blank(scheme: str, pages: Path, browser: Browser) -> None:
    pytest.importorskip("PIL", reason="no Pillow to look at pixels with")
    from PIL import Image

    feature = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", feature)
    browser.open(pages / "pass.html")
    picture = Image.open(io.BytesIO(browser.driver.get_screenshot_as_png())).convert("L")
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    shades = picture.histogram()
    ground = max(range(256), key=shades.__getitem__)
    assert (ground > 200) if scheme == "light" else (ground < 60)
    assert 0.02 < 1 - shades[ground] / sum(shades) < 0.6, "the share of the page that is drawn upon"


def test_layers_are_bands_and_a_folded_one_is_a_single_lane(pages: Path, browser: Browser) -> None:
    browser.open(pages / "layers.html")
    browser.press("0")
    layers = ".plot[data-view=layers]"
    assert browser.count(f"{layers} [data-mark=layer-course]") == 4
    assert browser.count(f"{layers} [data-mark=layer-acts]") >= 4
    assert browser.count(f"{layers} [data-mark=layer-fault]") == 1
    assert browser.count(f"{layers} [data-mark=violation]") == 1
    assert browser.count(f"{layers} [data-mark=shade]") == 1
    assert browser.count(".plot[data-view=spacetime] [data-mark=layer]") == 5
    high = "document.querySelector('.plot[data-view=spacetime]').clientHeight"
    before = browser.number(high)
    browser.js("document.querySelectorAll('button.fold')[2].click()")
    browser.settle()
    assert browser.number(high) < before - 100
    assert browser.text("document.querySelectorAll('button.fold')[2].getAttribute('aria-pressed')") == "false"
    assert browser.complaints() == []
