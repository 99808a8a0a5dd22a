// The space-time diagram: a lane per node, an arrow per message from where and when it was sent to where it ended.
const hidden = { kinds: new Set(), fates: new Set(), nodes: new Set() };
let found = null, selected = null, chain = new Set();
const ARROWS_MAX = 2600;

function kindLook(kind) { return kind < 7 ? { color: `k${kind}`, dash: DASHES[kind] } : { color: "k7", dash: DASHES[7] }; }
function isHidden(i) {
  return hidden.kinds.has(M.kind[i] < 7 ? M.kind[i] : 7) || hidden.fates.has(M.fate[i] <= AGAIN ? 0 : 1) || (hidden.nodes.size && (hidden.nodes.has(M.source[i]) || hidden.nodes.has(M.target[i])));
}

function addSpaceTime() {
  if (!M.size && !K.size) return;
  const made = view("Messages", "", "spacetime", "Space-time diagram: a lane for each node, an arrow for each message, a cross where one was lost");
  filters(made);
  made.plot.tell = (place) => (place.layer ? [place.layer, "click: fold or unfold its nodes"] : [nameOf(place), place[0] === MESSAGE ? content(M.content[place[1]]) : content(K.content[place[1]]), told(place)]);
  made.plot.act = (place) => (place.layer ? fold(place.layer) : inspect(place));
  VIEWS.push({ draw() { draw(made); } });
  function told([table, row]) {
    if (table === MARK) return moment(K.at[row], 1e3);
    const fate = M.fate[row] ? `, ${M.fates[M.fate[row]]}` : "";
    return `sent ${moment(M.sent[row], 1e3)}, ${time(M.at[row] - M.sent[row])} on the way${fate}`;
  }
}

const lanesShown = () => byLayer(D.lanes.map((lane, node) => node).filter((node) => !hidden.nodes.has(node)));
function laneHeights(nodes) {
  if (LAYERS.length) return layerHeights(nodes);
  const servers = nodes.filter((node) => !D.lanes[node].client).length, high = servers > 12 ? 24 : servers > 7 ? 36 : servers > 3 ? 54 : 78;
  const y = new Map();
  let top = 22;
  nodes.forEach((node, n) => {
    y.set(node, top);
    const next = nodes[n + 1];
    top += next === undefined ? 10 : D.lanes[node].client ? 22 : D.lanes[next].client ? Math.min(high, 46) : high;
  });
  return { y, height: top };
}

// Lanes under the header of their layer; those of a folded layer are one, the header's.
function layerHeights(nodes) {
  const y = new Map(), headers = new Map();
  let top = 0, layer = null;
  for (const node of nodes) {
    const here = D.lanes[node].layer;
    if (here !== layer) { top += layer === null ? 16 : folded.has(here) ? 28 : 26; headers.set(here, top); layer = here; top += folded.has(here) ? 0 : -4; }
    if (!folded.has(here)) top += 20;
    y.set(node, top);
  }
  return { y, height: top + 10, headers };
}

function draw(made) {
  const plot = made.plot, nodes = lanesShown(), { y, height, headers } = laneHeights(nodes);
  const inside = [];
  const last = firstAt(M.at, axis.until + slowest + 1);
  for (let i = firstAt(M.at, axis.since); i < last; i++) if (M.sent[i] <= axis.until && !isHidden(i)) inside.push(i);
  const rows = inside.length > MARKS_MAX ? thinned(inside, ARROWS_MAX) : inside;
  plot.begin(height, inside.length > MARKS_MAX);
  ground(plot);
  const boxes = [];
  if (headers) for (const [name, at] of headers) layerHeader(plot, name, at);
  for (const node of nodes) if (!folded.has(D.lanes[node].layer)) drawLane(plot, node, y.get(node), boxes);
  const alpha = rows.length > 1500 ? 0.35 : rows.length > 500 ? 0.55 : rows.length > 160 ? 0.75 : 0.95;
  const dim = found || [...chain].some((record) => placeOf.get(record)[0] === MESSAGE);
  for (const i of rows) drawMessage(plot, i, y, dim && !lit(i) ? 0.12 : alpha);
  drawFlights(plot, y);
  drawMarks(plot, y, boxes);
  if (rows.length < 90) for (const i of rows) if (!dim || lit(i)) nameMessage(plot, i, y, boxes);
  for (const record of chain) { const place = placeOf.get(record); if (place && place[0] === MESSAGE && y.has(M.source[place[1]])) drawMessage(plot, place[1], y, 1, 2.4); }
  const held = M.size < D.messages.total ? `; ${count(D.messages.total - M.size)} of the run are not in this page` : "";
  const left = inside.length - rows.length;
  made.note.textContent = `${plural(inside.length, "message")} in this window${left ? `, ${count(left)} of them hidden until you zoom in` : ""}${held}`;
  made.plot.svg.setAttribute("data-inside", inside.length);
}

function lit(i) { return found ? found.has(M.record[i]) : chain.has(M.record[i]); }

// Some of many: what was lost, told or rare comes first, then every so many by the number of the record.
function thinned(rows, most) {
  const matters = (i) => M.fate[i] > AGAIN || storyRecords.has(M.record[i]) || M.kinds[M.kind[i]].total < 400 || (found && found.has(M.record[i]));
  const first = rows.filter(matters), step = Math.max(1, first.length / (most * 0.6));
  const kept = first.filter((_, n) => Math.floor(n / step) !== Math.floor((n - 1) / step));
  const room = most - kept.length, others = rows.filter((i) => !matters(i));
  const share = room / Math.max(1, others.length);
  return kept.concat(others.filter((i) => ((M.record[i] * 2654435761) % 4294967296) / 4294967296 < share)).sort((a, b) => a - b);
}

function drawLane(plot, node, y, boxes) {
  const lane = D.lanes[node];
  let from = axis.left;
  for (const gap of lane.gaps) {
    if (gap.until < axis.since || gap.since > axis.until) continue;
    const a = Math.max(axis.left, axis.x(gap.since)), b = Math.min(axis.width, axis.x(gap.until)), paused = gap.why === "pause";
    if (a > from) plot.add("back", "path", { d: `M${from.toFixed(1)} ${y}H${a.toFixed(1)}`, stroke: "var(--lane)", "stroke-width": lane.client ? 1 : 1.6 });
    plot.add("back", "rect", { x: a, y: y - 5, width: Math.max(1, b - a), height: 10, fill: paused ? "var(--hair)" : "url(#hatch-down)", "fill-opacity": 0.8, "data-mark": "gap" });
    const why = paused ? "paused" : gap.why.replace("crash", "down,"), wide = textWidth(why);
    if (b - a > wide && claim(boxes, (a + b - wide) / 2, y - 18, wide, 12)) plot.text((a + b) / 2, y - 8, why, { class: "soft halo", anchor: "middle" });
    from = Math.max(from, b);
  }
  plot.add("back", "path", { d: `M${from.toFixed(1)} ${y}H${axis.width}`, stroke: "var(--lane)", "stroke-width": lane.client ? 1 : 1.6 });
  laneLabel(plot, y + 4, lane.name, { class: lane.client ? "soft" : "strong", color: lane.byzantine ? "fail" : undefined });
  if (lane.byzantine) plot.text(axis.left - 8, y + 17, "corrupt", { color: "fail", anchor: "end" });
  else if ((lane.part || lane.zone) && axis.left > 90) plot.text(0, y + 4, fitted(lane.part || lane.zone, lane.part ? 84 : 40), { class: "faint" });
}

function drawMessage(plot, i, lanes, alpha, width = 1.25) {
  const y1 = lanes.get(M.source[i]), y2 = lanes.get(M.target[i]);
  if (y1 === undefined || y2 === undefined) return;
  const look = { ...kindLook(M.kind[i]), alpha, width, ref: [MESSAGE, i], mark: "message" };
  if (alpha < 0.5 && width < 2) look.dash = "";  // so many that dashes are only noise
  const x1 = axis.x(M.sent[i]);
  let x2 = axis.x(M.at[i]);
  if (y1 === y2) { plot.path(`M${x1.toFixed(1)} ${y1}q${((x2 - x1) / 2).toFixed(1)} -9 ${(x2 - x1).toFixed(1)} 0`, look); plot.hit(x1, y1 - 3, x2, y1 - 3, look.ref); return; }
  if (M.fate[i] > AGAIN) {
    // Lost on the way: the arrow ends between the lanes, unless it reached a node that was down.
    const part = M.fate[i] === DOWN ? 0.93 : 0.5, ends = M.fate[i] === DOWN ? x2 : Math.max(x2, x1 + 9) , yEnd = y1 + (y2 - y1) * part, xEnd = x1 + (ends - x1) * part;
    plot.line(x1, y1, xEnd, yEnd, look);
    plot.cross(xEnd, yEnd, { color: look.color, alpha: Math.min(1, alpha + 0.2), size: alpha > 0.5 ? 3.5 : 2.2 });
    return;
  }
  plot.line(x1, y1, x2, y2, look);
  if (alpha >= 0.5) plot.head(x1, y1, x2, y2, look);
  if (M.fate[i] === AGAIN && alpha > 0.7) plot.text(x2 + 3, y2 + (y2 > y1 ? -5 : 11), "×2", { class: "soft halo", layer: "marks" });
}

// The kind beside an arrow, at the first place on it where no other text stands.
function nameMessage(plot, i, lanes, boxes) {
  const y1 = lanes.get(M.source[i]), y2 = lanes.get(M.target[i]), x1 = axis.x(M.sent[i]), x2 = axis.x(M.at[i]), text = M.kinds[M.kind[i]].name;
  if (y1 === undefined || y2 === undefined || y1 === y2 || (found && !found.has(M.record[i]))) return;
  const long = M.fate[i] > AGAIN && M.fate[i] !== DOWN ? 0.5 : 1;
  for (const part of [0.5, 0.34, 0.66, 0.2].map((one) => one * long)) {
    const x = x1 + (x2 - x1) * part + 5, y = y1 + (y2 - y1) * part + 4;
    if (x < axis.left || x + textWidth(text) > axis.width || !claim(boxes, x, y - 9, textWidth(text), 11)) continue;
    plot.text(x, y, text, { class: "halo", color: kindLook(M.kind[i]).color, layer: "marks" });
    return;
  }
}

function claim(boxes, x, y, width, height) {
  if (boxes.some(([a, b, w, h]) => x < a + w && x + width > a && y < b + h && y + height > b)) return false;
  boxes.push([x, y, width, height]);
  return true;
}

function drawFlights(plot, lanes) {
  D.flights.at.forEach((at, n) => {
    const y1 = lanes.get(Math.floor(D.flights.route[n] / NODES)), y2 = lanes.get(D.flights.route[n] % NODES);
    if (at < axis.since || at > axis.until || y1 === undefined || y2 === undefined) return;
    plot.line(axis.x(at), y1, axis.x(D.end), y1 + (y2 - y1) * 0.4, { color: "faint", dash: "2 3", sharp: true, mark: "flight" });
  });
}

// Events on lanes: dots, with their names where there is room; those of rare kinds first.
const eventTotals = new Map(D.marks.kinds.map((kind) => [kind.name, kind.total]));
function drawMarks(plot, lanes, boxes) {
  const EVENT = 0, rows = [];
  for (let i = firstAt(K.at, axis.since); i < K.size && K.at[i] <= axis.until; i++)
    if (K.sort[i] === EVENT && lanes.has(K.node[i])) rows.push(i);
  const rarity = (i) => (storyRecords.has(K.record[i]) ? -1 : eventTotals.get(K.labels[K.label[i]]) || 0);
  const shown = rows.length > 700 ? rows.filter((i) => rarity(i) < 300).slice(0, 700) : rows;
  for (const i of [...shown].sort((a, b) => rarity(a) - rarity(b))) {
    const x = axis.x(K.at[i]), y = lanes.get(K.node[i]), told = storyRecords.has(K.record[i]), on = chain.has(K.record[i]);
    plot.add("marks", "circle", { cx: x.toFixed(1), cy: y, r: told || on ? 3.4 : 2, fill: told ? "var(--fail)" : on ? "var(--select-edge)" : "var(--ink)", "data-mark": "event" });
    plot.hit(x, y, x, y, [MARK, i], 4);
    const text = K.labels[K.label[i]], wide = textWidth(text) + 4;
    if (wide > axis.width - x || (rows.length > 240 && rarity(i) > 60) || !claim(boxes, x, y - 16, wide, 12)) continue;
    plot.text(x + 1, y - 6, text, { class: told ? "halo strong" : "halo soft", layer: "marks", color: told ? "fail" : undefined });
  }
}

function filters(made) {
  const toggle = (set, key, label, picture, total) => {
    const button = el("button", { type: "button", "aria-pressed": "true", title: "show or hide" }, ...(picture ? [picture] : []), label, el("span", { class: "count" }, total));
    button.addEventListener("click", () => {
      const off = !set.delete(key);
      if (off) set.add(key);
      button.setAttribute("aria-pressed", String(!off));
      later();
      remember();
    });
    made.legend.append(button);
    return button;
  };
  M.kinds.forEach((kind, number) => {
    if (number > 7) return;
    const look = kindLook(number), picture = svg("svg", { viewBox: "0 0 22 10", "aria-hidden": "true" });
    picture.append(svg("line", { x1: 0, y1: 5, x2: 22, y2: 5, stroke: `var(--${look.color})`, "stroke-width": 2, "stroke-dasharray": look.dash || undefined }));
    const others = number === 7 && M.kinds.length > 8;
    toggle(hidden.kinds, number, others ? `${M.kinds.length - 7} other kinds` : kind.name, picture, count(others ? M.kinds.slice(7).reduce((sum, one) => sum + one.total, 0) : kind.total));
  });
  const lost = M.fate.filter((fate) => fate > AGAIN).length;
  if (lost) {
    const cross = svg("svg", { viewBox: "0 0 22 10", "aria-hidden": "true" });
    cross.append(svg("path", { d: "M7 1l8 8M7 9l8-8", stroke: "var(--ink)", "stroke-width": 1.6, fill: "none" }));
    toggle(hidden.fates, 1, "lost", cross, count(D.series.lost.reduce((a, b) => a + b, 0)));
  }
  const clients = D.lanes.map((lane, node) => node).filter((node) => D.lanes[node].client);
  if (clients.length) {
    const button = el("button", { type: "button", "aria-pressed": "true" }, "clients", el("span", { class: "count" }, count(clients.length)));
    button.addEventListener("click", () => {
      const off = !hidden.nodes.size;
      hidden.nodes = new Set(off ? clients : []);
      button.setAttribute("aria-pressed", String(!off));
      later();
    });
    made.legend.append(button);
  }
}
