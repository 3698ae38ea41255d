// SPDX-License-Identifier: Apache-2.0
package dev.overtake.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;

/** The page in a real browser, with real servers: run by {@code mvn verify -Pbrowser}. */
@Tag("browser")
class BrowserTest {
  private static final Duration HANG_GUARD = Duration.ofSeconds(60);

  private final List<ChromeDriver> browsers = new ArrayList<>();
  private LivePage page;
  private String address;

  @BeforeEach
  void start() throws Exception {
    page = LivePage.start(new LiveOptions(Serve.command(), 0, "python3", 6, Duration.ofDays(1)));
    address = "http://127.0.0.1:%d/".formatted(page.address().getPort());
  }

  @AfterEach
  void end() throws Exception {
    browsers.forEach(ChromeDriver::quit);
    page.close();
    await().until(() -> ProcessHandle.current().children().noneMatch(ProcessHandle::isAlive));
  }

  @Test
  void theLinesMoveApartWhenALongRequestComesAndMeetAgain() {
    ChromeDriver browser = open("");
    choose(browser, "virtual", "overtake");
    browser.findElement(By.id("start")).click();
    until(browser, "rate('virtual') > 300 && rate('overtake') > 300");

    browser.findElement(By.cssSelector("#hogs [data-hogs='8']")).click();
    until(browser, "rate('virtual') < 100 && rate('overtake') > 200");
    // What is drawn is what was measured: the columns behind both charts, and the shaded stretch.
    assertThat(script(browser, "return overtakeLive.shown.map(columns => columns.length).join()"))
        .isEqualTo("3,3");
    assertThat(script(browser, "return overtakeLive.frames.at(-1).hogs")).isEqualTo(8L);
    until(browser, "overtakeLive.shown[0][1].at(-1) < overtakeLive.shown[0][2].at(-1) / 2");
    until(browser, "document.querySelector('.card pre').textContent.includes('Fib.fib')");
    until(
        browser,
        "document.querySelector('[data-model=virtual] [data-fact=memory]').textContent.includes('MiB')");

    browser.findElement(By.cssSelector("#hogs [data-hogs='0']")).click();
    until(browser, "rate('virtual') > 300 && rate('overtake') > 300");
    assertNothingSaid(browser);
  }

  @Test
  void theTourGoesFromItsFirstStepToItsLast() {
    ChromeDriver browser = open("");
    browser.findElement(By.id("tour-open")).click();
    long steps =
        (Long)
            script(
                browser,
                "return JSON.parse(document.getElementById('prospectus').textContent).tour.length");
    for (int step = 1; step <= steps; step++) {
      String place = "Step %d of %d".formatted(step, steps);
      until(browser, "document.getElementById('tour-place').textContent === '%s'".formatted(place));
      String models =
          "JSON.parse(document.getElementById('prospectus').textContent).tour[%d].setup.models.join()"
              .formatted(step - 1);
      until(browser, "overtakeLive.state.setup.models.join() === " + models);
      if (step < steps) {
        browser.findElement(By.tagName("body")).sendKeys(Keys.ARROW_RIGHT);
      }
    }
    until(browser, "overtakeLive.state.setup.hogs === 8"); // what the last step does by itself
    browser.findElement(By.tagName("body")).sendKeys(Keys.ESCAPE);
    assertThat(browser.findElement(By.id("tour")).isDisplayed()).isFalse();
    assertNothingSaid(browser);
  }

  @Test
  void twoViewersSeeTheSameAndAReloadChangesNothing() {
    ChromeDriver first = open("#models=threads,overtake&connections=4&pace=20&hogs=0");
    until(first, "rate('threads') > 40 && rate('overtake') > 40");
    ChromeDriver second = open("");
    until(second, "overtakeLive.state.setup.connections === 4 && rate('overtake') > 40");
    until(second, "overtakeLive.frames[0].seq <= 2"); // what was before it came, too
    second.findElement(By.cssSelector("#hogs [data-hogs='1']")).click();
    until(first, "overtakeLive.state.setup.hogs === 1");
    until(first, "overtakeLive.frames.findLast(f => f.costs).costs.viewers === 2");

    long frames = (Long) script(first, "return overtakeLive.frames.at(-1).seq");
    String processes = pids(first);
    first.navigate().refresh();
    until(first, "window.overtakeLive && overtakeLive.state && overtakeLive.frames.length > 10");
    assertThat((Long) script(first, "return overtakeLive.frames[0].seq")).isLessThan(frames);
    assertThat(pids(first)).isEqualTo(processes);
    assertThat(first.getCurrentUrl())
        .contains("models=threads%2Covertake", "connections=4", "hogs=1");
    assertNothingSaid(first);
    assertNothingSaid(second);
  }

  @Test
  void aServerThatIsKilledIsToldOfAndRecovers() {
    ChromeDriver browser = open("#models=threads,overtake");
    until(browser, "rate('threads') > 300");
    String processes = pids(browser);
    long pid = (Long) script(browser, "return overtakeLive.state.acts[0].pid");
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();

    until(
        browser, "document.querySelector('.card.ended .note').textContent.includes('status 137')");
    until(browser, "document.querySelector('.card.ended') === null && rate('threads') > 300");
    assertThat(pids(browser)).isNotEqualTo(processes);
    assertThat(
            script(browser, "return overtakeLive.frames.flatMap(f => f.marks).join()").toString())
        .contains("threads ended with status 137");
    assertNothingSaid(browser);
  }

  @Test
  void whatIsSeenCanBeFrozenScrolledBackAndKept() {
    ChromeDriver browser = open("#models=threads,overtake");
    until(browser, "overtakeLive.frames.length > 30 && rate('threads') > 300");
    browser.findElement(By.id("freeze")).click();
    String edge = "return overtakeLive.shown[0][0].at(-1)";
    await().until(() -> script(browser, edge).equals(script(browser, edge)));
    Object frozen = script(browser, edge);
    long seq = (Long) script(browser, "return overtakeLive.frames.at(-1).seq");
    until(browser, "overtakeLive.frames.at(-1).seq > %d".formatted(seq + 5));
    assertThat(script(browser, edge)).isEqualTo(frozen);
    browser.findElement(By.id("back")).sendKeys(Keys.ARROW_LEFT, Keys.ARROW_LEFT);
    until(browser, "overtakeLive.shown[0][0].at(-1) < " + frozen);
    browser.findElement(By.id("freeze")).click();
    until(browser, "overtakeLive.shown[0][0].at(-1) > " + frozen);

    assertThat(
            (Boolean)
                script(
                    browser,
                    "const kept = JSON.parse(overtakeLive.json());"
                        + " return kept.schema === 'overtake-live/1' && kept.frames.length > 30"))
        .isTrue();
    assertThat(
            (Boolean)
                script(
                    browser,
                    "const svg = new DOMParser().parseFromString(overtakeLive.svg(), 'image/svg+xml');"
                        + " return svg.querySelector('parsererror') === null && svg.querySelectorAll('path').length > 10"))
        .isTrue();
    assertThat(
            (Long)
                browser.executeAsyncScript(
                    "const done = arguments[0]; overtakeLive.png().then(done, e => done(-1))"))
        .isGreaterThan(10_000);
    // No control without a name, and everything is reached by the keyboard in its order.
    assertThat(
            script(
                browser,
                "return [...document.querySelectorAll('button, input, select, summary')]"
                    + ".filter(e => !(e.textContent.trim() || e.ariaLabel || e.labels?.length)).length"))
        .isEqualTo(0L);
    assertThat(
            script(
                browser,
                "return document.querySelectorAll('[tabindex]:not([tabindex=\"-1\"]):not([tabindex=\"0\"])').length"))
        .isEqualTo(0L);
    assertNothingSaid(browser);
  }

  private ChromeDriver open(String hash) {
    ChromeOptions options = new ChromeOptions();
    options.setBinary("/usr/bin/chromium");
    options.addArguments(
        "--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,1400");
    options.setCapability("goog:loggingPrefs", Map.of(LogType.BROWSER, "ALL"));
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(new File("/usr/bin/chromedriver"))
            .usingAnyFreePort()
            .build();
    ChromeDriver browser = new ChromeDriver(service, options);
    browsers.add(browser);
    browser.get(address + hash);
    until(browser, "window.overtakeLive && overtakeLive.state !== null");
    return browser;
  }

  private static void choose(ChromeDriver browser, String... models) {
    for (var box : browser.findElements(By.cssSelector("#models input"))) {
      boolean wanted =
          List.of(models)
              .contains(
                  box.getDomAttribute("value") == null
                      ? box.getDomProperty("value")
                      : box.getDomAttribute("value"));
      if (box.isSelected() != wanted) {
        box.click();
      }
    }
  }

  private static Object script(ChromeDriver browser, String words) {
    return Objects.requireNonNull(browser.executeScript(words));
  }

  private static void until(ChromeDriver browser, String condition) {
    String rate =
        "const rate = name => { const l = overtakeLive.frames.slice(-5).map(f => f.lanes[name]).filter(Boolean);"
            + " return l.length ? l.reduce((sum, one) => sum + one.rate, 0) / l.length : -1; };";
    await(condition)
        .atMost(HANG_GUARD)
        .ignoreExceptions()
        .until(() -> (Boolean) script(browser, rate + "return Boolean(" + condition + ")"));
  }

  private static String pids(ChromeDriver browser) {
    return script(browser, "return overtakeLive.state.acts.map(act => act.pid).join()").toString();
  }

  private static void assertNothingSaid(ChromeDriver browser) {
    assertThat(browser.manage().logs().get(LogType.BROWSER).getAll())
        .extracting(LogEntry::getMessage)
        .isEmpty();
  }
}
