from tests.html_checks import faults_of

GOOD = "<!DOCTYPE html><html lang='en'><head><title>x</title></head><body><p id='a'>x</p></body></html>"


def test_a_sound_page_has_no_faults() -> None:
    assert faults_of(GOOD) == []


def test_faults_that_a_browser_would_forgive_are_found() -> None:
    assert faults_of(GOOD.replace("</p>", "</b></p>"))
    assert faults_of(GOOD.replace("</p>", "</p><p id='a'>y</p>")) == ["id used 2 times: a"]
    assert faults_of(GOOD.replace("x</p>", "&lt;h2 class='x'&gt;x</p>")) == ["escaped markup: &lt;h2 class='x'"]


def test_text_that_only_looks_like_markup_is_let_be() -> None:
    assert faults_of(GOOD.replace("x</p>", "5 &lt; 6, &lt;script&gt; and &lt;b&gt;</p>")) == []
