// Mouse, keys and the address: every view answers to them in the same way.
const KEYS = [
  ["+ −", "zoom in and out"], ["← →", "earlier and later"], ["0", "the whole run"], ["v", "the violation"], ["f  F", "the next fault, the one before"],
  ["n  p", "the next message, the one before"], ["c  e", "the cause of what is selected, its first effect"], ["/", "search"], ["Enter", "zoom to the selection"], ["Escape", "clear selection, search and cursor"],
  ["?", "this table"], ["wheel", "on the strip at the top; elsewhere with Ctrl: zoom; with Shift: earlier and later"], ["drag", "select a window of time; on the strip: move there"], ["double click", "zoom in there"],
];
const help = el("dialog", { "aria-label": "Keys" }, el("h2", {}, "Keys and mouse"),
  el("table", {}, el("tbody", {}, ...KEYS.map(([keys, text]) => el("tr", {}, el("td", {}, ...keys.split(/ +/).flatMap((key) => [el("kbd", {}, key), " "])), el("td", {}, text))))),
  el("p", {}, el("button", { type: "button", on: { click: () => help.close() } }, "close")));
document.body.append(help);

const ACTS = {
  "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), ArrowLeft: () => pan(-0.2), ArrowRight: () => pan(0.2), 0: () => setWindow(0, D.end),
  v: () => D.view.violation !== null && setWindow(D.view.since, D.view.until), f: () => nextFault(1), F: () => nextFault(-1), n: () => step(1), p: () => step(-1), c: toCause, e: toEffect,
  "/": () => searchField.focus(), "?": () => help.showModal(), Enter: zoomSelection,
  Escape: () => { axis.cursor = null; placeCursor(); select(null); found = null; searchField.value = ""; inspect(null); },
};
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  const typing = event.target === searchField;
  if (typing && event.key === "Escape") { searchField.value = ""; search(""); searchField.blur(); rest(); return; }
  if (typing || (event.key === "Enter" && event.target.closest("button, summary, a"))) return;
  const act = ACTS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
searchField.addEventListener("input", () => search(searchField.value));
searchField.addEventListener("keydown", (event) => { if (event.key === "Enter") { searchField.blur(); step(1); } });

function placeCursor() {
  const x = axis.cursor === null ? -1 : axis.x(axis.cursor);
  cursorNode.hidden = x < axis.left || x > axis.width;
  cursorNode.style.left = `${x}px`;
}

function pointOf(plot, event) {
  const box = plot.node.getBoundingClientRect(), scale = axis.width / box.width;
  return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
}

function listen(plot) {
  let from = null;
  const node = plot.node;
  node.addEventListener("pointermove", (event) => {
    const [x, y] = pointOf(plot, event);
    axis.cursor = x >= axis.left ? Math.max(0, Math.min(D.end, axis.ticks(x))) : null;
    placeCursor();
    if (from !== null && Math.abs(x - from) > 4) { select(axis.ticks(Math.max(axis.left, from)), axis.ticks(Math.max(axis.left, x))); hideTip(); return; }
    const ref = plot.at(x, y);
    if (ref !== null && plot.tell) showTip(event, [...plot.tell(ref), ""].map(String)); else hideTip();
  });
  node.addEventListener("pointerdown", (event) => { if (event.button === 0 && event.pointerType !== "touch") { from = pointOf(plot, event)[0]; node.setPointerCapture(event.pointerId); } });
  node.addEventListener("pointerup", (event) => {
    const [x, y] = pointOf(plot, event), still = from === null || Math.abs(x - from) <= 4;
    from = null;
    if (!still) return;
    const ref = plot.at(x, y);
    if (ref !== null && plot.act) plot.act(ref);
  });
  node.addEventListener("pointercancel", () => { from = null; });
  node.addEventListener("pointerleave", () => { hideTip(); if (from === null) { axis.cursor = null; placeCursor(); } });
  node.addEventListener("dblclick", (event) => zoom(0.25, axis.ticks(pointOf(plot, event)[0])));
  node.addEventListener("wheel", (event) => wheel(event, pointOf(plot, event)[0], event.ctrlKey || event.metaKey || event.altKey), { passive: false });
}

function wheel(event, x, zooms) {
  if (!zooms && !event.shiftKey && Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return;
  event.preventDefault();
  hideTip();
  if (zooms && event.deltaY) zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY / 300))), axis.ticks(Math.max(axis.left, x)));
  else pan((event.deltaX || event.deltaY) / 1200);
}

// The strip: the wheel zooms, a press or a drag moves the window there.
let moving = false;
function moveTo(event) {
  const [x] = pointOf(strip, event), share = (x - axis.left) / (axis.width - axis.left - 8);
  const at = share * D.end;
  setWindow(at - axis.span / 2, at + axis.span / 2);
}
strip.node.addEventListener("pointerdown", (event) => { moving = true; strip.node.setPointerCapture(event.pointerId); if (pointOf(strip, event)[1] <= STRIP) moveTo(event); });
strip.node.addEventListener("pointermove", (event) => { if (moving && pointOf(strip, event)[1] <= STRIP + 22) moveTo(event); });
strip.node.addEventListener("pointerup", () => { moving = false; });
strip.node.addEventListener("wheel", (event) => wheel(event, Math.max(axis.left, axis.x((axis.since + axis.until) / 2)), !event.shiftKey), { passive: false });

// The address keeps the window, the selection, what is inspected and the kinds that are hidden.
function remember() {
  const said = new URLSearchParams();
  said.set("t", `${Math.round(axis.since)}-${Math.round(axis.until)}`);
  if (axis.selection) said.set("sel", axis.selection.map(Math.round).join("-"));
  if (selected) said.set("rec", String(recordOf(selected)));
  if (hidden.kinds.size) said.set("hide", [...hidden.kinds].join("-"));
  clearTimeout(remember.waits);
  remember.waits = setTimeout(() => history.replaceState(null, "", `#${said}`), 120);
}
function recall() {
  const said = new URLSearchParams(location.hash.slice(1));
  const pair = (name) => { const found = /^(\d+)-(\d+)$/.exec(said.get(name) || ""); return found && Number(found[2]) > Number(found[1]) ? [Number(found[1]), Number(found[2])] : null; };
  for (const kind of (said.get("hide") || "").split("-")) if (/^\d$/.test(kind)) hidden.kinds.add(Number(kind));
  const place = placeOf.get(Number(said.get("rec")));
  if (place) inspect(place, true);
  const there = pair("t"), chosen = pair("sel");
  if (there) setWindow(...there, true);
  if (chosen) select(...chosen);
}
addEventListener("hashchange", recall);
