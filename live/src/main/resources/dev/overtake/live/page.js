// The live page: hears what the servers do, draws it, and asks for what is pressed.
import { Chart, MARKERS, count, css, dashOf, hogWords, isOpen, millis } from "./chart.js";
import { pngOf, svgOf } from "./picture.js";

const byId = id => document.getElementById(id);
const prospectus = JSON.parse(byId("prospectus").textContent);
const token = document.querySelector("meta[name=token]").content;
const looks = new Map(prospectus.contestants.map(one => [one.name, one]));
const KEPT = 3000; // ten minutes

let state = null;        // what runs, as last told
let frames = [];         // what was measured, oldest first
let costs = null;        // the newest costs
let frozenAt = null;     // the right edge of the window, or null if it moves
let busy = 0;            // milliseconds spent drawing in this second
let drawing = 0;         // share of this browser's time, as of the last second

const charts = [
  new Chart(byId("rate"), { value: lane => lane.rate, words: v => count(v) + "/s", logarithmic: false }),
  new Chart(byId("p99"), { value: lane => lane.p99 > 0 ? lane.p99 / 1e3 : null, words: millis, logarithmic: true }),
];

// ---- asking

async function ask(path, wish) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Overtake-Token": token },
    body: JSON.stringify(wish),
  }).catch(() => null);
  if (answer === null) return say("the page's server does not answer; is overtake live still running?");
  if (answer.status === 403) return location.reload(); // another start of it, with another token
  say(answer.ok ? "" : (await answer.text()).trim());
}

const change = wish => ask("setup", wish);
const say = words => { byId("said").textContent = words; };

// ---- hearing

const newest = () => frames.at(-1)?.seq ?? 0;

function keep(heard) {
  for (const frame of heard) if (frame.seq > newest()) frames.push(frame);
  if (frames.length > KEPT) frames.splice(0, frames.length - KEPT);
  costs = heard.findLast(frame => frame.costs)?.costs ?? costs;
}

let catchingUp = false;
async function catchUp() {
  if (catchingUp) return;
  catchingUp = true;
  try {
    const answer = await fetch("history?after=" + newest());
    if (answer.ok) keep(await answer.json());
  } catch {
    return; // the next frame tries again
  } finally {
    catchingUp = false;
  }
  redraw();
}

function listen() {
  const events = new EventSource("events");
  events.addEventListener("open", () => connected("connected", false));
  events.addEventListener("error", () => connected("connection lost, trying again", true));
  events.addEventListener("state", event => become(JSON.parse(event.data)));
  events.addEventListener("frame", event => {
    const frame = JSON.parse(event.data);
    if (frame.seq < newest()) return location.reload(); // another start of the program
    if (frame.seq > newest() + 1) catchUp(); // missed some, or has just come
    else {
      keep([frame]);
      redraw();
    }
  });
}

function connected(words, lost) {
  byId("connection").textContent = words;
  byId("connection").classList.toggle("lost", lost);
}

// ---- the set-up

const running = () => state.setup.models;

function become(told) {
  const before = state;
  state = told;
  if (before === null) {
    fromAddress();
    check(running().length ? running() : wanted.models ?? preferred());
  } else if (String(before.setup.models) !== String(running()) && running().length) {
    check(running());
  }
  if (String(before?.setup.models) !== String(running())) {
    for (const chart of charts) chart.show(running().map(name => looks.get(name)));
    byId("cards").replaceChildren(...running().map(newCard));
  }
  showControls();
  showStates();
  if (before !== null) toAddress();
  announce(before);
  tourGoesOn();
  redraw();
}

function preferred() {
  const liked = ["overtake", "virtual", "threads", "CPython threads", "gil"];
  return liked.filter(name => looks.has(name)).slice(0, Math.min(4, prospectus.mostServers));
}

const boxes = () => [...document.querySelectorAll("#models input")];
const chosen = () => boxes().filter(box => box.checked).map(box => box.value);

function check(names) {
  for (const box of boxes()) box.checked = names.includes(box.value);
  showControls();
}

const cores = hogs => hogs === "cores" ? prospectus.serverCores : Number(hogs);

// A hundred steps from the shortest to the longest interval, each longer by the same factor.
const { shortestIntervalMicros: shortest, longestIntervalMicros: longest } = prospectus.limits;
const microsOf = step => Number((shortest * (longest / shortest) ** (step / 100)).toPrecision(2));
const stepOf = micros => Math.round(100 * Math.log(micros / shortest) / Math.log(longest / shortest));

function showControls() {
  if (state === null) return;
  const { setup } = state;
  const now = chosen();
  const runs = running().length > 0;
  const same = [...now].sort().join() === [...running()].sort().join();
  byId("start").textContent = runs ? "Change models" : "Start";
  byId("start").disabled = same || now.length < 2;
  byId("end").disabled = !runs;
  for (const box of boxes()) box.disabled = !box.checked && now.length >= prospectus.mostServers;
  for (const button of document.querySelectorAll("#hogs button")) {
    button.disabled = !runs;
    button.setAttribute("aria-pressed", runs && cores(button.dataset.hogs) === setup.hogs && (setup.hogs > 0));
  }
  if (document.activeElement !== byId("connections") || !dragging) {
    byId("connections").value = setup.connections;
    byId("connections-value").textContent = setup.connections;
  }
  if (document.activeElement !== byId("interval") || !dragging) {
    byId("interval").value = stepOf(setup.intervalMicros);
    byId("interval-value").textContent = millis(setup.intervalMicros / 1e3);
  }
  byId("interval").disabled = !now.includes("gil");
  const pace = byId("pace");
  if (![...pace.options].some(option => Number(option.value) === setup.pace)) {
    pace.add(new Option(`${setup.pace} times a second`, setup.pace));
  }
  pace.value = setup.pace;
}

let dragging = false;
function slider(id, words, wish) {
  const input = byId(id);
  input.addEventListener("input", () => {
    dragging = true;
    byId(id + "-value").textContent = words(Number(input.value));
  });
  input.addEventListener("change", () => {
    dragging = false;
    change(wish(Number(input.value)));
  });
}

function swatch(look) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "swatch");
  svg.setAttribute("viewBox", "0 0 30 12");
  svg.setAttribute("aria-hidden", "true");
  const colour = `var(${look.colour})`;
  const add = (name, attributes, styles) => {
    const part = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, value);
    for (const [key, value] of Object.entries(styles)) part.style.setProperty(key, value);
    svg.append(part);
  };
  add("path", { d: "M0 6H30", "stroke-width": 2.5, "stroke-dasharray": dashOf(look).join(" "), fill: "none" }, { stroke: colour });
  add("path", { d: MARKERS[look.marker](4), transform: "translate(15 6)", "stroke-width": isOpen(look.marker) || look.marker === "cross" ? 2 : 0 },
    { stroke: colour, fill: isOpen(look.marker) ? "var(--paper)" : colour });
  return svg;
}

function fillIn() {
  byId("models").querySelector("legend").textContent = `Models, two to ${["two", "three", "four", "five", "six"][prospectus.mostServers - 2]}`;
  byId("models").querySelector(".chips").append(...prospectus.contestants.map(one => {
    const label = document.createElement("label");
    label.className = "chip";
    label.title = one.hint;
    const box = document.createElement("input");
    box.type = "checkbox";
    box.value = one.name;
    box.addEventListener("change", showControls);
    label.append(box, swatch(one), one.name);
    return label;
  }));
  byId("connections").max = prospectus.limits.connections;
  byId("start").addEventListener("click", () => change({ models: chosen() }));
  byId("end").addEventListener("click", () => change({ models: [] }));
  for (const button of document.querySelectorAll("#hogs button")) {
    button.addEventListener("click", () => change({ hogs: cores(button.dataset.hogs) }));
  }
  document.querySelector('#hogs [data-hogs="cores"]').textContent = `As many as cores (${prospectus.serverCores})`;
  slider("connections", String, value => ({ connections: value }));
  slider("interval", step => millis(microsOf(step) / 1e3), step => ({ intervalMicros: microsOf(step) }));
  byId("pace").addEventListener("change", event => change({ pace: Number(event.target.value) }));
  byId("machine").textContent = `${prospectus.machine}${prospectus.python ? ", " + prospectus.python : ", no CPython here"}; ${prospectus.placement}.`;
}

// ---- cards

const FACTS = [
  ["p99", "p99"], ["stall", "longest stall"], ["threads", "threads"], ["memory", "memory"], ["cpu", "CPU, of a core"],
  ["long", "long requests"], ["handOffs", "hand-offs"], ["demotions", "demotions"],
];

function newCard(name) {
  const card = document.createElement("article");
  card.className = "card";
  card.dataset.model = name;
  const head = document.createElement("h3");
  const words = document.createElement("span");
  words.textContent = name;
  const stateWords = document.createElement("span");
  stateWords.className = "state";
  head.append(swatch(looks.get(name)), words, stateWords);
  const big = document.createElement("p");
  big.className = "big";
  const rate = document.createElement("span");
  rate.dataset.fact = "rate";
  rate.textContent = "–";
  const unit = document.createElement("small");
  unit.textContent = " requests/s";
  big.append(rate, unit);
  const note = document.createElement("p");
  note.className = "note";
  const list = document.createElement("dl");
  for (const [fact, label] of FACTS) {
    if (["handOffs", "demotions"].includes(fact) && name !== "overtake") continue;
    const term = document.createElement("dt");
    term.textContent = label;
    const value = document.createElement("dd");
    value.dataset.fact = fact;
    value.textContent = "–";
    list.append(term, value);
  }
  card.append(head, big, note, list);
  if (name === "overtake") {
    const details = document.createElement("details");
    details.open = true;
    const summary = document.createElement("summary");
    summary.textContent = "Last culprit and its stack";
    const stack = document.createElement("pre");
    stack.tabIndex = 0;
    stack.textContent = "nobody has overstayed";
    details.append(summary, stack);
    card.append(details);
  }
  const restart = document.createElement("button");
  restart.className = "restart";
  restart.textContent = "Restart";
  restart.setAttribute("aria-label", "Restart " + name);
  restart.addEventListener("click", () => ask("restart", { model: name }));
  card.append(restart);
  return card;
}

const card = name => document.querySelector(`.card[data-model="${CSS.escape(name)}"]`);

function put(card, fact, words) {
  const place = card.querySelector(`[data-fact="${fact}"]`);
  if (place && place.textContent !== words) place.textContent = words;
}

function showStates() {
  for (const act of state.acts) {
    const place = card(act.name);
    if (!place) continue;
    place.classList.toggle("ended", act.state === "ended");
    place.querySelector(".state").textContent = act.state;
    place.querySelector(".note").textContent = act.note;
    const stack = place.querySelector("pre");
    if (stack && act.culprit.length) stack.textContent = stackWords(act.culprit);
  }
}

// Without the modules' names, so that a frame fits a line, and a recursion told once.
function stackWords(lines) {
  const told = [];
  for (const line of lines.map(one => one.replace(/^[\w.]+(@[\w.-]+)?\//, ""))) {
    if (told.at(-1)?.line === line) told.at(-1).times++;
    else told.push({ line, times: 1 });
  }
  return told.map(({ line, times }) => times > 1 ? `${line} × ${times}` : line).join("\n");
}

function megabytes(bytes) {
  return bytes ? Math.round(bytes / 2 ** 20).toLocaleString("en") + " MiB" : "–";
}

function showCards(frame) {
  const recent = frames.filter(one => one.t > frame.t - 10);
  const second = frames.filter(one => one.t > frame.t - 1.1);
  for (const name of running()) {
    const place = card(name);
    const lane = frame.lanes[name];
    if (!place) continue;
    if (!lane) {
      for (const [fact] of [["rate"], ...FACTS]) put(place, fact, "–");
      continue;
    }
    const lanes = second.map(one => one.lanes[name]).filter(Boolean);
    put(place, "rate", count(lanes.reduce((sum, one) => sum + one.rate, 0) / lanes.length));
    put(place, "p99", lane.p99 > 0 ? millis(lane.p99 / 1e3) : "–");
    put(place, "stall", millis(Math.max(...recent.map(one => one.lanes[name]?.stall ?? 0))));
    const longs = lanes.reduce((sum, one) => sum + one.longs, 0) / lanes.length;
    put(place, "long", frame.hogs === 0 ? "none" : lane.longMillis ? `${longs >= 0.05 ? longs.toFixed(1) : 0}/s, ${millis(lane.longMillis)} each` : "none answered yet");
    const cost = costs?.servers[name];
    put(place, "threads", cost?.threads ? String(cost.threads) : "–");
    put(place, "memory", megabytes(cost?.resident));
    put(place, "cpu", cost ? Math.round(cost.cpu * 100) + "%" : "–");
    put(place, "handOffs", cost?.handOffs === undefined ? "–" : count(cost.handOffs));
    put(place, "demotions", cost?.demotions === undefined ? "–" : count(cost.demotions));
  }
}

function showCosts() {
  if (!costs) return;
  const percent = share => (share * 100).toFixed(share < 0.1 ? 1 : 0) + "%";
  const full = costs.page + costs.generators > 0.85;
  byId("costs").textContent = `This page costs ${percent(costs.page)} of a core, the load generators ${percent(costs.generators)}`
    + `${full ? ": their core is full, so figures are too low; ask less" : ""}. `
    + `Collecting garbage paused them for ${costs.pauseMillis} ms of the last ten seconds. `
    + `Drawing takes ${percent(drawing)} of this browser's time. Viewers: ${costs.viewers}; frames dropped for slow ones: ${costs.dropped}.`;
  byId("costs").classList.toggle("limit", full);
}

// ---- drawing

const span = () => Number(byId("window").value);
const edge = () => frozenAt ?? frames.at(-1)?.t ?? 0;

function inWindow() {
  const right = edge();
  const left = right - span();
  return frames.filter(frame => frame.t >= left - 0.5 && frame.t <= right + 0.01);
}

let asked = false;
function redraw() {
  if (asked || document.hidden) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    const began = performance.now();
    const frame = frames.at(-1);
    if (state !== null && frame) {
      const right = edge();
      const visible = inWindow();
      for (const chart of charts) chart.draw(visible, [right - span(), right], frame.t);
      if (frame.seq % 2 === 0) showCards(frame);
      if (frame.costs) showCosts();
      showTime(frame);
    }
    busy += performance.now() - began;
  });
}

function showTime(frame) {
  const reach = Math.max(0, Math.floor(frame.t - frames[0].t));
  const back = byId("back");
  if (Number(back.max) !== reach) back.max = reach;
  const ago = frozenAt === null ? 0 : Math.round(frame.t - frozenAt);
  // The slider's right end is now.
  if (document.activeElement !== back) back.value = reach - ago;
  byId("back-value").textContent = ago === 0 ? "now" : `${ago} s ago`;
}

function freeze(at) {
  frozenAt = at;
  byId("freeze").setAttribute("aria-pressed", at !== null);
  byId("freeze").textContent = at === null ? "Freeze" : "Go on";
  redraw();
}

// ---- words for those who do not see the charts

function summary() {
  const frame = frames.at(-1);
  if (!frame) return "";
  return running().map(name => {
    const lane = frame.lanes[name];
    return lane ? `${name} ${count(lane.rate)} a second, p99 ${millis(lane.p99 / 1e3)}` : `${name} not running`;
  }).join("; ");
}

let soon;
function announce(before) {
  const hogs = state.setup.hogs;
  const ended = state.acts.filter(act => act.state === "ended").map(act => `${act.name} ${act.note}`);
  if (ended.length) byId("summary").textContent = ended.join("; ");
  if (before !== null && before.setup.hogs !== hogs) {
    clearTimeout(soon);
    soon = setTimeout(() => {
      byId("summary").textContent = `${hogs ? hogWords(hogs) : "no long request"}: ${summary()}`;
    }, 3000);
  }
}

// ---- the link

const wanted = {};

function fromAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (!given.has("models")) return;
  wanted.models = given.get("models").split(",").filter(name => looks.has(name));
  const wish = { models: wanted.models };
  for (const key of ["connections", "pace", "hogs", "intervalMicros"]) {
    if (given.has(key)) wish[key] = Number(given.get(key));
  }
  // What others watch is not changed by a link; reloading changes nothing, for all is as it says.
  if (running().length === 0) {
    if (wanted.models.length) change(wish);
  } else if (String(running()) !== String(wanted.models)) {
    say("the link's set-up is not started, for another one runs; end that first");
  }
}

function toAddress() {
  const { models, connections, pace, hogs, intervalMicros } = state.setup;
  const words = new URLSearchParams({ models, connections, pace, hogs, intervalMicros });
  history.replaceState(null, "", models.length ? "#" + words : location.pathname);
}

async function copyLink() {
  try {
    await navigator.clipboard.writeText(location.href);
    byId("link").textContent = "Copied";
  } catch {
    byId("link").textContent = "Copy it from the address bar";
  }
  setTimeout(() => { byId("link").textContent = "Copy link"; }, 2000);
}

// ---- keeping what is seen

function save(blob, ending) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `overtake-live-${new Date().toISOString().slice(0, 19).replaceAll(":", "-")}.${ending}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  document.querySelector(".menu").open = false;
}

function setupWords() {
  const { models, connections, pace, hogs } = state.setup;
  return `${models.join(", ")}: ${connections} connections each, ${pace ? `${pace} requests a second and connection` : "back to back"}, `
    + `${hogs ? hogWords(hogs) + " each" : "no long request"}`;
}

function svg() {
  const right = edge();
  return svgOf({
    frames: inWindow(), looks: running().map(name => looks.get(name)), range: [right - span(), right],
    words: setupWords(), machine: `${prospectus.machine}; ${prospectus.placement}; ${new Date().toISOString().slice(0, 16)}Z`,
  });
}

const json = () => JSON.stringify({
  schema: "overtake-live/1", date: new Date().toISOString(), machine: prospectus.machine, placement: prospectus.placement,
  setup: state.setup, frames,
}, null, 1);

// ---- the tour

let step = null;   // where the tour is, or null
let due = [];      // what this step still does
let timer = null;

function openStep(index) {
  step = index;
  const { title, says, look, setup, then } = prospectus.tour[index];
  byId("tour").hidden = false;
  byId("tour-place").textContent = `Step ${index + 1} of ${prospectus.tour.length}`;
  byId("tour-title").textContent = title;
  byId("tour-says").textContent = says.join(" ");
  const here = setup.models.filter(name => looks.has(name));
  for (const other of ["threads", "overtake"]) {
    if (here.length < 2 && !here.includes(other)) here.push(other);
  }
  const missing = setup.models.filter(name => !looks.has(name));
  byId("tour-look").textContent = look + (missing.length ? ` (Not here: ${missing.join(", ")}.)` : "");
  byId("tour-back").disabled = index === 0;
  byId("tour-forward").disabled = index === prospectus.tour.length - 1;
  clearTimeout(timer);
  timer = null;
  due = (then ?? []).map(each => ({ ...each }));
  byId("tour-next").textContent = "";
  freeze(null);
  change({ ...setup, hogs: cores(setup.hogs), models: here.slice(0, prospectus.mostServers) }).then(() => {
    if (step === index) tourGoesOn();
  });
  byId("tour-title").focus({ preventScroll: true });
  byId("tour").scrollIntoView({ block: "nearest" });
}

function words(setup) {
  const parts = [];
  if (setup.hogs !== undefined) parts.push(cores(setup.hogs) ? hogWords(cores(setup.hogs)) : "the long requests end");
  if (setup.connections !== undefined) parts.push(`${setup.connections} connections`);
  if (setup.intervalMicros !== undefined) parts.push(`switch interval ${millis(setup.intervalMicros / 1e3)}`);
  return parts.join(", ");
}

// What a step does later counts from when all its models run.
function tourGoesOn() {
  if (step === null || timer !== null || due.length === 0 || state === null) return;
  const here = prospectus.tour[step].setup.models.filter(name => looks.has(name));
  const ready = here.every(name => state.acts.some(act => act.name === name && act.state === "running"));
  if (!ready) {
    byId("tour-next").textContent = "the servers are being started";
    return;
  }
  const began = due.began ?? performance.now();
  const next = due.shift();
  byId("tour-next").textContent = `soon: ${words(next.setup)}`;
  timer = setTimeout(() => {
    timer = null;
    const wish = { ...next.setup };
    if (wish.hogs !== undefined) wish.hogs = cores(wish.hogs);
    byId("tour-next").textContent = `now: ${words(next.setup)}`;
    due.began = began;
    change(wish).then(tourGoesOn);
  }, Math.max(0, next.after * 1000 - (performance.now() - began)));
}

function closeTour() {
  step = null;
  clearTimeout(timer);
  timer = null;
  due = [];
  byId("tour").hidden = true;
  byId("tour-open").focus();
}

function turn(by) {
  const to = step + by;
  if (step !== null && to >= 0 && to < prospectus.tour.length) openStep(to);
}

// ---- the page's own buttons

byId("tour-open").addEventListener("click", () => openStep(step ?? 0));
byId("tour-back").addEventListener("click", () => turn(-1));
byId("tour-forward").addEventListener("click", () => turn(1));
byId("tour-close").addEventListener("click", closeTour);
document.addEventListener("keydown", event => {
  if (step === null || event.altKey || event.ctrlKey || event.metaKey || event.target.matches("input, select, pre")) return;
  if (event.key === "ArrowRight" || event.key === "PageDown") turn(1);
  else if (event.key === "ArrowLeft" || event.key === "PageUp") turn(-1);
  else if (event.key === "Escape") closeTour();
  else return;
  event.preventDefault();
});
byId("large").addEventListener("click", event => {
  const large = document.documentElement.classList.toggle("large");
  event.target.setAttribute("aria-pressed", large);
  for (const chart of charts) chart.fit();
});
byId("link").addEventListener("click", copyLink);
byId("export-json").addEventListener("click", () => save(new Blob([json()], { type: "application/json" }), "json"));
byId("export-svg").addEventListener("click", () => save(new Blob([svg()], { type: "image/svg+xml" }), "svg"));
byId("export-png").addEventListener("click", async () => save(await pngOf(svg()), "png"));
byId("freeze").addEventListener("click", () => freeze(frozenAt === null ? edge() : null));
byId("back").addEventListener("input", event => {
  const back = event.target;
  freeze(Number(back.value) >= Number(back.max) ? null : frames[0].t + Number(back.value));
});
byId("window").addEventListener("change", redraw);
document.addEventListener("visibilitychange", redraw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { for (const chart of charts) chart.fit(); });

setInterval(() => {
  drawing = busy / 1000;
  busy = 0;
  if (state !== null) {
    byId("rate-words").textContent = summary();
    byId("p99-words").textContent = summary();
  }
}, 1000);

// What is behind the charts, for whoever tests or studies this page in the browser's console.
window.overtakeLive = {
  get state() { return state; },
  get frames() { return frames; },
  get shown() { return charts.map(chart => chart.plot?.data ?? []); },
  svg, json, png: async () => (await pngOf(svg())).size,
};

fillIn();
listen();
