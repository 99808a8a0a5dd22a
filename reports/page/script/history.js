// The history: for each key a lane per client and a bar per operation; the witness, or the contradiction.
const [OK, FAILED, UNKNOWN] = [0, 1, 2];

function addHistory() {
  const total = OPS.number.length;
  if (!total) return;
  const { witnesses, contradictions, note } = D.judged;
  const said = contradictions.length ? "No order of these operations explains all answers."
    : witnesses.length ? "Dots joined in order are the instants at which each operation can have happened: an order that explains all answers."
    : note || "No check of this scenario asks for an order of the operations.";
  const made = view("History", said, "history", `Operations by key and client over time. ${said}`);
  made.legend.append(...["returned ok", "failed", "unknown"].map(sample));
  const involved = new Set(contradictions.flatMap((one) => one.operations));
  reasons(made, contradictions);
  const groups = grouped(contradictions);
  let shown = 3;
  const more = el("button", { type: "button", class: "more", on: { click: () => { shown = shown > 3 ? 3 : groups.length; later(); } } });
  if (groups.length > 3) made.section.append(more);
  made.plot.tell = (row) => [`${OPS.texts[OPS.text[row]]}`, `${D.lanes[OPS.client[row]].name}, key ${OPS.keys[OPS.key[row]]}, ${OPS.outcomes[OPS.outcome[row]]}`,
    `called at ${moment(OPS.at[row], 1e3)}, ${OPS.took[row] < 0 ? "never returned" : `returned ${time(OPS.took[row])} later`}`];
  made.plot.act = (row) => inspectOperation(row);
  const next = followers();
  VIEWS.push({ draw() {
    const plot = made.plot, groupsShown = groups.slice(0, shown), high = 13;
    more.textContent = shown > 3 ? "show three keys" : `show all ${groups.length} keys`;
    const rows = groupsShown.flatMap((group) => group.rows.filter((row) => OPS.at[row] <= axis.until && (ending(row) >= axis.since)));
    plot.begin(groupsShown.reduce((sum, group) => sum + group.clients.length * high + 20, 0), rows.length > MARKS_MAX);
    ground(plot);
    let top = 0;
    for (const group of groupsShown) {
      plot.text(0, top + 11, fitted(`key ${group.key}`, axis.width * 0.6), { class: "strong" });
      plot.add("back", "path", { d: `M0 ${top + 15.500}H${axis.width}`, stroke: "var(--hair)" });
      const laneOf = new Map(group.clients.map((client, lane) => [client, top + 18 + lane * high]));
      for (const [client, y] of laneOf) laneLabel(plot, y + 9, D.lanes[client].name, { class: "soft" });
      for (const row of group.rows) drawOperation(plot, row, laneOf.get(OPS.client[row]), high - 3);
      drawWitness(plot, group, laneOf, high);
      drawContradiction(plot, group, laneOf, high);
      top += group.clients.length * high + 20;
    }
  } });

  function ending(row) { return OPS.took[row] < 0 ? next[row] : OPS.at[row] + OPS.took[row]; }
  function drawOperation(plot, row, y, high) {
    const end = ending(row);
    if (OPS.at[row] > axis.until || end < axis.since) return;
    const a = axis.x(OPS.at[row]), b = axis.x(end), outcome = OPS.outcome[row], reads = OPS.verbs[OPS.verb[row]] === "get" || OPS.verbs[OPS.verb[row]] === "read";
    const dim = involved.size && !involved.has(OPS.number[row]) ? 0.28 : 1;
    const mark = "operation", ref = row;
    if (outcome === FAILED) plot.rect(a, y + high / 2 - 1, b - a, 2, { fill: "fail", alpha: dim * 0.8, ref, mark });
    else if (outcome === UNKNOWN) plot.rect(a, y, Math.max(3, b - a), high, { color: "k5", dash: "2 2", alpha: 0, ref, mark });
    else if (reads) plot.rect(a, y + 0.5, Math.max(2, b - a), high - 1, { fill: "raised", color: "read", width: 1, alpha: dim, ref, mark });
    else plot.rect(a, y, Math.max(2, b - a), high, { fill: "write", alpha: dim * 0.85, ref, mark });
    if (outcome === UNKNOWN) plot.text(Math.max(a, axis.left) + 3, y + 9, "?", { layer: "marks", color: "k5" });
    if (involved.has(OPS.number[row])) plot.rect(a - 1.5, y - 1.5, Math.max(4, b - a) + 3, high + 3, { color: "fail", width: 1.5, sharp: true, mark: "involved", ref });
    const left = Math.max(a, axis.left) + 3, room = Math.min(b, axis.width) - left - 2;
    if (room > 26 && outcome !== FAILED) plot.text(left + (outcome === UNKNOWN ? 9 : 0), y + 9, fitted(OPS.texts[OPS.text[row]], room - (outcome === UNKNOWN ? 9 : 0)), { layer: "marks", color: reads || outcome === UNKNOWN ? "ink" : "paper" });
  }
  // A client acts again after an unknown operation: its bar ends where the next begins.
  function followers() {
    const found = new Float64Array(total).fill(D.end), last = new Map();
    for (let row = 0; row < total; row++) {
      const before = last.get(OPS.client[row]);
      if (before !== undefined) found[before] = OPS.at[row];
      last.set(OPS.client[row], row);
    }
    return found;
  }
  function drawWitness(plot, group, laneOf, high) {
    const witness = witnesses.find((one) => one.key === group.key);
    if (!witness) return;
    const from = Math.max(0, firstAt(witness.at, axis.since) - 1), to = Math.min(witness.at.length, firstAt(witness.at, axis.until) + 1);
    const dense = to > from && (axis.x(witness.at[to - 1]) - axis.x(witness.at[from])) / (to - from) < 4;
    if (to - from > 260 || (dense && to - from > 40)) { plot.text(axis.width - 8, laneOf.values().next().value - 7, "zoom in for the order", { class: "faint", anchor: "end" }); return; }
    let d = "";
    for (let i = from; i < to; i++) {
      const row = opRow.get(witness.operations[i]), lane = row === undefined ? undefined : laneOf.get(OPS.client[row]);
      if (lane === undefined) continue;
      const x = axis.x(witness.at[i]).toFixed(1), y = (lane + high / 2 - 1.5).toFixed(1);
      d += `${d ? "L" : "M"}${x} ${y}`;
      plot.add("front", "circle", { cx: x, cy: y, r: 2.6, fill: "var(--paper)", stroke: "var(--k2)", "stroke-width": 1.5, "data-mark": "witness", "clip-path": `url(#clip-${plot.name})` });
    }
    if (d) plot.path(d, { color: "k2", width: 1, alpha: 0.75, mark: "order", sharp: true });
  }
  function drawContradiction(plot, group, laneOf, high) {
    const found = contradictions.find((one) => one.key === group.key);
    if (!found) return;
    found.pairs.forEach((pair, number) => {
      const [one, other] = [opRow.get(pair.before), opRow.get(pair.after)];
      if (one === undefined || other === undefined) return;
      const x1 = axis.x(pair.at), x2 = axis.x(pair.until), y1 = laneOf.get(OPS.client[one]) + high / 2 - 1.5, y2 = laneOf.get(OPS.client[other]) + high / 2 - 1.5;
      const bend = y1 === y2 ? y1 - high * 1.2 : (y1 + y2) / 2, middle = (x1 + x2) / 2;
      plot.path(`M${x1.toFixed(1)} ${y1}Q${middle.toFixed(1)} ${bend} ${(x2 - 1).toFixed(1)} ${y2}`, { color: "fail", width: 1.8, sharp: true, mark: "precedence" });
      plot.head(middle, bend, x2, y2, { color: "fail", sharp: true });
      const x = (x1 + 2 * middle + x2) / 4, y = (y1 + 2 * bend + y2) / 4;
      plot.add("front", "circle", { cx: x, cy: y, r: 7, fill: "var(--fail)", "clip-path": `url(#clip-${plot.name})` });
      plot.text(x, y + 3.8, String(number + 1), { anchor: "middle", class: "strong", color: "paper", layer: x > axis.left ? "front" : "marks" });
    });
  }
}

function sample(text, number) {
  const picture = svg("svg", { viewBox: "0 0 22 10", "aria-hidden": "true" });
  if (number === 1) picture.append(svg("rect", { x: 1, y: 4, width: 20, height: 2, fill: "var(--fail)" }));
  else if (number === 2) picture.append(svg("rect", { x: 1, y: 1, width: 20, height: 8, fill: "none", stroke: "var(--k5)", "stroke-dasharray": "2 2" }));
  else picture.append(svg("rect", { x: 0.5, y: 1, width: 9, height: 8, fill: "var(--write)" }), svg("rect", { x: 12.5, y: 1.5, width: 9, height: 7, fill: "none", stroke: "var(--read)" }));
  return el("span", { class: "item" }, picture, number === 0 ? "write, read" : text);
}

// The two precedences that cannot both hold, in words, numbered as their arrows are.
function reasons(made, contradictions) {
  for (const one of contradictions.slice(0, 3)) {
    const list = el("ol", { class: "reasons", "aria-label": "the contradiction" });
    one.pairs.forEach((pair, number) => list.append(el("li", {}, el("b", {}, `${number + 1}`), pair.text)));
    if (!one.pairs.length) for (const line of one.because.slice(0, 3)) list.append(el("li", {}, line));
    if (one.pairs.length > 1) list.append(el("li", {}, el("b", {}, "✕"), "both cannot hold"));
    made.head.after(list);
  }
}

// Keys with their operations and clients; those that fail first, then the busiest.
function grouped(contradictions) {
  const groups = new Map();
  for (let row = 0; row < OPS.number.length; row++) {
    const key = OPS.keys[OPS.key[row]];
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { key, rows: [], clients: [] }));
    group.rows.push(row);
    if (!group.clients.includes(OPS.client[row])) group.clients.push(OPS.client[row]);
  }
  const guilty = new Set(contradictions.map((one) => one.key));
  for (const group of groups.values()) group.clients.sort((a, b) => a - b);
  return [...groups.values()].sort((a, b) => Number(guilty.has(b.key)) - Number(guilty.has(a.key)) || b.rows.length - a.rows.length || (a.key < b.key ? -1 : 1));
}
