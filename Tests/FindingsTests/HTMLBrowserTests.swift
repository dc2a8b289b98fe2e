import Foundation
import TestSupport
import Testing

@testable import Findings

@Suite(.enabled(if: Browser.installed != nil, "no chromium is installed: 'dev/setup --tests' installs one"))
struct HTMLBrowserTests {
  /// Uses the page as a reader would, and writes down after each step which findings are shown.
  private static let visitor = """
    <script>
    const log = [];
    const note = (what) => log.push(what + "=" + [...document.querySelectorAll(".finding")].map((f) => f.hidden ? 0 : 1).join(""));
    const chip = (name) => document.querySelector(".chip" + name).click();
    const set = (id, value, event) => { const e = document.getElementById(id); e.value = value; e.dispatchEvent(new Event(event)); };
    window.addEventListener("error", (event) => log.push("error " + event.message));
    note("start");
    chip("[data-severity=red]"); note("without red"); chip("[data-severity=red]");
    chip("[data-suppressed]"); note("with suppressed");
    set("rule", "BM001", "change"); note("one rule"); set("rule", "", "change");
    set("search", "other.go", "input"); note("by file");
    set("search", "CLOSE ignored", "input"); note("by words");
    set("search", "nothing has this", "input"); note("none"); set("search", "", "input");
    log.push("count=" + document.getElementById("count").textContent);
    log.push("scripts=" + document.scripts.length + " images=" + document.images.length);
    log.push("badges=" + [...document.querySelectorAll(".finding")][2].querySelectorAll(".badge").length);
    log.push("mark=" + [...document.querySelectorAll(".finding")][2].querySelector("mark").textContent);
    log.push("title=" + document.querySelectorAll(".finding .message")[1].textContent.slice(0, 23));
    const box = document.documentElement;
    log.push("overflow=" + (box.scrollWidth > box.clientWidth));
    document.body.dataset.log = JSON.stringify(log);
    </script>
    """

  @Test func thePageCanBeUsed() throws {
    let page = HTMLReporter().render(Sample.report, sources: Sample.sources).replacing(
      "</body>", with: Self.visitor + "</body>")
    let document = try #require(try Browser.installed?.document(of: page))
    let attribute = try #require(document.firstMatch(of: /data-log="([^"]*)"/)?.1)
    let text = attribute.replacing("&quot;", with: "\"").replacing("&lt;", with: "<").replacing("&gt;", with: ">")
      .replacing(
        "&amp;", with: "&")
    let log = try JSONDecoder().decode([String].self, from: Data(text.utf8))
    #expect(
      log == [
        "start=11100", "without red=11000", "with suppressed=11111", "one rule=00110", "by file=10100",
        "by words=00001",
        "none=00000", "count=5 of 5 shown", "scripts=2 images=0", "badges=4", "mark=C.thing_new()",
        "title=</script><img src=x one", "overflow=false",
      ])
  }
}
