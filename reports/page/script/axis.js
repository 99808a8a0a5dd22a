// The one axis of time: the window that all views show, the cursor, the selection, and the strip at the top.
const VIEWS = [];
const axis = {
  left: 118, width: 1000, since: D.view.since, until: D.view.until, cursor: null, selection: null,
  get span() { return this.until - this.since; },
  x(ticks) { return this.left + ((ticks - this.since) / this.span) * (this.width - this.left - 8); },
  ticks(x) { return this.since + ((x - this.left) / (this.width - this.left - 8)) * this.span; },
};
const NARROWEST = 20;

function setWindow(since, until, quiet) {
  let span = Math.max(NARROWEST, Math.min(D.end || 1, until - since));
  let from = Math.max(0, Math.min(since, D.end - span));
  if (!Number.isFinite(from)) return;
  axis.since = Math.max(0, from);
  axis.until = axis.since + span;
  later();
  if (!quiet) remember();
}
function zoom(factor, around = (axis.since + axis.until) / 2) {
  const span = axis.span * factor, share = (around - axis.since) / axis.span;
  setWindow(around - span * share, around + span * (1 - share));
}
function pan(share) { setWindow(axis.since + share * axis.span, axis.until + share * axis.span); }
function show(since, until) {
  const margin = Math.max((until - since) * 0.25, D.end / 2000, 100);
  setWindow(since - margin, until + margin);
}
// Bring a moment into the window without changing its width more than needed.
function reveal(ticks) {
  if (ticks < axis.since || ticks > axis.until) setWindow(ticks - axis.span / 2, ticks + axis.span / 2);
}

let waiting = 0;
function later() { if (!waiting) waiting = requestAnimationFrame(drawAll); }
function drawAll() {
  waiting = 0;
  const box = viewsNode.clientWidth;
  axis.width = Math.max(320, box);
  axis.left = axis.width < 620 ? 74 : 118;
  drawStrip();
  for (const view of VIEWS) view.draw();
  placeSelection();
  document.documentElement.dataset.drawn = String(Number(document.documentElement.dataset.drawn || 0) + 1);
}

// Round steps: 1, 2 or 5 times a power of ten.
function roundTicks(most) {
  const rough = axis.span / most, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) || power * 10;
  const found = [];
  for (let at = Math.ceil(axis.since / step) * step; at <= axis.until; at += step) found.push(at);
  return { step, found };
}

const viewsNode = document.getElementById("views");
const clockNode = document.getElementById("clock");
const windowText = el("span", { class: "window", "aria-live": "polite" });
const searchField = el("input", { type: "search", placeholder: "search (press /)", "aria-label": "Search in kinds, contents, nodes and operations", maxlength: "80" });
const tool = (label, title, act) => el("button", { type: "button", title, "aria-label": title, on: { click: act } }, label);
const selectionTools = el("span", { hidden: true });
clockNode.append(el("div", { class: "bar" }, windowText, tool("−", "Zoom out (-)", () => zoom(2)), tool("+", "Zoom in (+)", () => zoom(0.5)),
  tool("all", "The whole run (0)", () => setWindow(0, D.end)),
  ...(D.view.violation === null ? [] : [tool("violation", "The violation (v)", () => setWindow(D.view.since, D.view.until))]),
  ...(D.faults.length ? [tool("next fault", "The next fault (f)", () => nextFault(1))] : []),
  tool("?", "What the keys do (?)", () => help.showModal()), selectionTools, searchField));
const strip = new Plot(clockNode, "strip", "The whole run in small: messages, faults and the violation; the frame is the window that the views show");
const cursorNode = el("div", { class: "cursor", hidden: true });
const selectionNode = el("div", { class: "selection", hidden: true });
viewsNode.append(cursorNode, selectionNode);

const STRIP = 34;
function stripX(ticks) { return axis.left + (ticks / (D.end || 1)) * (axis.width - axis.left - 8); }
function drawStrip() {
  strip.begin(STRIP + 22, false);
  drawDensity();
  for (const fault of D.faults)
    strip.add("back", "rect", { x: stripX(fault.since), y: STRIP - 4, width: Math.max(1.5, stripX(fault.until) - stripX(fault.since)), height: 4, fill: fault.skipped ? "url(#hatch-skip)" : "var(--k5)", "fill-opacity": 0.75 });
  if (D.settle < D.end) {
    strip.add("back", "path", { d: `M${stripX(D.settle).toFixed(1)} 0v${STRIP}`, stroke: "var(--soft)", "stroke-dasharray": "1 2" });
    if (stripX(D.end) - stripX(D.settle) > 46) strip.text(stripX(D.settle) + 4, 10, "settle", { class: "soft halo" });
  }
  if (D.view.violation !== null) drawFlag(stripX(D.view.violation), STRIP);
  const a = stripX(axis.since), b = Math.max(a + 2, stripX(axis.until));
  strip.add("front", "rect", { x: a, y: 0.5, width: b - a, height: STRIP - 1, fill: "var(--select)", stroke: "var(--select-edge)", rx: 2, "data-mark": "window" });
  strip.text(0, 13, "whole run", { class: "soft" });
  strip.text(0, 27, time(D.end), { class: "faint" });
  drawTicks();
  const span = time(axis.span);
  windowText.textContent = `${moment(axis.since, axis.span)} to ${moment(axis.until, axis.span)}  (${span})`;
}
function drawDensity() {
  const { sent, lost, width } = D.series, most = sent.reduce((a, b) => Math.max(a, b), 1);
  let all = "", gone = "";
  for (let i = 0; i < sent.length; i++) {
    const x = stripX(i * width).toFixed(1), w = Math.max(0.6, stripX((i + 1) * width) - stripX(i * width)).toFixed(2);
    const high = (Math.sqrt(sent[i] / most) * (STRIP - 8));
    if (sent[i]) all += `M${x} ${(STRIP - 4).toFixed(1)}v${(-high).toFixed(1)}h${w}v${high.toFixed(1)}z`;
    const down = Math.sqrt(lost[i] / most) * (STRIP - 8);
    if (lost[i]) gone += `M${x} ${(STRIP - 4).toFixed(1)}v${(-down).toFixed(1)}h${w}v${down.toFixed(1)}z`;
  }
  strip.add("back", "path", { d: all || "M0 0", fill: "var(--lane)" });
  strip.add("back", "path", { d: gone || "M0 0", fill: "var(--k1)", "fill-opacity": 0.7 });
}
function drawFlag(x, height) {
  strip.add("front", "path", { d: `M${x} 0v${height}`, stroke: "var(--fail)", "stroke-width": 1.5 });
  strip.add("front", "path", { d: `M${x - 4} 0h8l-4 6z`, fill: "var(--fail)" });
}
function drawTicks() {
  const { step, found } = roundTicks(Math.max(3, (axis.width - axis.left) / 110));
  const [unit, name] = step >= 1e6 ? [1e6, "s"] : axis.until >= 1e6 && step >= 1e3 ? [1e6, "s"] : axis.until >= 1e3 && step >= 1 ? [1e3, "ms"] : [1, "µs"];
  const places = Math.max(0, Math.round(-Math.log10(step / unit) + 0.499));
  axis.ruler = found;
  for (const at of found) {
    strip.add("back", "path", { d: `M${axis.x(at).toFixed(1)} ${STRIP + 3}v5`, stroke: "var(--lane)" });
    strip.text(axis.x(at), STRIP + 18, `${(at / unit).toFixed(places)} ${name}`, { class: "soft", anchor: axis.x(at) > axis.width - 26 ? "end" : "middle", mark: "tick" });
  }
  strip.text(0, STRIP + 18, "time", { class: "soft" });
}
// Faint lines under every view at the ticks of the axis, shades where faults were on, and the violation.
function ground(plot) {
  for (const at of axis.ruler) plot.add("back", "path", { d: `M${axis.x(at).toFixed(1)} 0V${plot.height}`, stroke: "var(--hair)" });
  if (D.view.violation === null) return;
  const x = axis.x(D.view.violation);
  if (x >= axis.left && x <= axis.width) plot.add("back", "path", { d: `M${x.toFixed(1)} 0V${plot.height}`, stroke: "var(--fail)", "stroke-width": 1.2, "stroke-dasharray": "3 2", "data-mark": "violation" });
}
// Stretches in which at least one fault was on.
const stormy = [];
for (const fault of D.faults.filter((one) => !one.skipped).sort((p, q) => p.since - q.since)) {
  const last = stormy[stormy.length - 1];
  if (last && fault.since <= last[1]) last[1] = Math.max(last[1], fault.until);
  else stormy.push([fault.since, fault.until]);
}
function shades(plot) {
  for (const [since, until] of stormy) {
    if (until < axis.since || since > axis.until) continue;
    const a = Math.max(axis.left, axis.x(since)), b = Math.min(axis.width, axis.x(until));
    plot.add("back", "rect", { x: a, y: 0, width: Math.max(1, b - a), height: plot.height, fill: "var(--shade)", "data-mark": "shade" });
  }
}

function placeSelection() {
  const chosen = axis.selection;
  selectionNode.hidden = !chosen;
  selectionTools.hidden = !chosen;
  if (!chosen) return;
  const a = Math.max(axis.left, axis.x(chosen[0])), b = Math.min(axis.width, axis.x(chosen[1]));
  selectionNode.hidden = b < a;
  selectionNode.style.left = `${a}px`;
  selectionNode.style.width = `${Math.max(1, b - a)}px`;
  selectionNode.style.top = `${clockNode.offsetHeight}px`;
}
function select(since, until) {
  axis.selection = since === null ? null : [Math.max(0, Math.min(since, until)), Math.min(D.end, Math.max(since, until))];
  if (axis.selection) {
    const [a, b] = axis.selection;
    const messages = firstAt(M.at, b) - firstAt(M.at, a);
    const calls = OPS.at.filter((at) => at >= a && at <= b).length;
    selectionTools.replaceChildren(`selected ${time(b - a)}: ${plural(messages, "message")}, ${plural(calls, "operation")} `,
      tool("zoom", "Zoom to the selection (Enter)", zoomSelection), " ", tool("clear", "Clear the selection (Escape)", () => select(null)));
  }
  placeSelection();
  remember();
}
function zoomSelection() { if (axis.selection) { const [a, b] = axis.selection; axis.selection = null; setWindow(a, b); } }
function nextFault(turn) {
  const begins = [...new Set(D.faults.map((fault) => fault.since))].sort((a, b) => a - b), middle = (axis.since + axis.until) / 2;
  const next = turn > 0 ? begins.find((at) => at > middle + 1) ?? begins[0] : begins.filter((at) => at < middle - 1).pop() ?? begins[begins.length - 1];
  if (next === undefined) return;
  const span = Math.min(axis.span, D.end / 4);
  setWindow(next - span / 2, next + span / 2);
}
