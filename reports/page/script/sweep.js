// The page of a sweep: a cell for each run, shares over what was varied, how long a search takes.
const [PASS, VIOLATION, UNKNOWN, CRASHED, LOST] = [0, 1, 2, 3, 4];
const seeds = [];
D.cells.seed.reduce((sum, step) => { seeds.push(sum + step); return sum + step; }, 0);
const letter = (kind) => (kind < 26 ? String.fromCharCode(65 + kind) : "*");
const command = (row) => `${D.before} ${seeds[row]}${D.points[D.cells.point[row]].behind}`;
const pointName = (number) => D.points[number].axes.map(([path, value]) => `${path} = ${value}`).join(", ");
function told(row) {
  const kind = D.cells.kind[row];
  return [`seed ${seeds[row]}: ${D.outcomes[D.cells.outcome[row]]}`, pointName(D.cells.point[row]), kind < 0 ? "" : `${letter(kind)}: ${D.kinds[kind].check}  ${D.kinds[kind].sentence}`, command(row)];
}

document.querySelectorAll("td[data-kind]").forEach((cell) => {
  const kind = D.kinds[Number(cell.dataset.kind)], most = Math.max(...D.kinds.map((one) => one.high));
  whisker(cell, kind.low, kind.share, kind.high, (value) => value / most);
});
document.querySelectorAll("table.kinds tbody tr td:first-child").forEach((cell, kind) => cell.prepend(el("span", { class: "soft" }, `${letter(kind)}  `)));

// The strip. Shapes tell outcomes apart: a dot passed, a square with a letter failed, a ring is undecided, a triangle crashed.
function strips() {
  const place = document.getElementById("strip"), cell = 13, said = el("p", { class: "said", "aria-live": "polite" }, "Point at a cell, or step through them with the arrow keys; a click or Enter copies the command that runs it again.");
  const width = Math.max(300, Math.min(1500, place.clientWidth)), columns = Math.floor(width / cell);
  const groups = D.points.map(() => []);
  seeds.forEach((_, row) => groups[D.cells.point[row]].push(row));
  const places = new Map();
  let height = 0;
  groups.forEach((rows, point) => {
    if (D.points.length > 1) height += 17;
    rows.forEach((row, at) => places.set(row, [(at % columns) * cell, height + Math.floor(at / columns) * cell]));
    height += Math.ceil(rows.length / columns) * cell + (D.points.length > 1 ? 6 : 0);
  });
  const made = panel(place, "Every run", "one cell for each seed, in order", width, Math.max(cell, height), `${count(seeds.length)} runs, a cell for each`);
  made.plot.after(said);
  made.plot.setAttribute("role", "application");
  made.plot.setAttribute("aria-label", "Runs by seed; arrow keys move, Enter copies the command");
  const paths = D.outcomes.map(() => ""), letters = [];
  for (const [row, [x, y]] of places) {
    const outcome = D.cells.outcome[row], m = cell / 2;
    if (outcome === PASS) paths[PASS] += `M${x + m - 2} ${y + m - 2}h4v4h-4z`;
    else if (outcome === UNKNOWN) paths[UNKNOWN] += `M${x + 2.500} ${y + 2.500}h${cell - 5}v${cell - 5}h-${cell - 5}z`;
    else if (outcome === VIOLATION) { paths[VIOLATION] += `M${x + 0.5} ${y + 0.5}h${cell - 1}v${cell - 1}h-${cell - 1}z`; letters.push([x, y, D.cells.kind[row]]); }
    else paths[outcome] += `M${x + m} ${y + 1}L${x + cell - 1} ${y + cell - 1}H${x + 1}z`;
  }
  const looks = [{ fill: "var(--lane)" }, { fill: "var(--fail)" }, { fill: "none", stroke: "var(--k5)", "stroke-width": 1.5 }, { fill: "var(--k3)" }, { fill: "var(--k6)" }];
  paths.forEach((d, outcome) => { if (d) made.add("path", { d, ...looks[outcome], "data-outcome": D.outcomes[outcome] }); });
  if (letters.length <= 4000) for (const [x, y, kind] of letters) made.add("text", { x: x + cell / 2, y: y + 10, "text-anchor": "middle", class: "strong" }, letter(kind)).style.fill = "var(--paper)";
  let top = 0;
  if (D.points.length > 1) groups.forEach((rows, point) => {
    made.add("text", { x: 0, y: top + 12, class: "soft" }, `${pointName(point)}: ${count(D.points[point].failed)} of ${count(rows.length)} failed`);
    top += 23 + Math.ceil(rows.length / columns) * cell;
  });
  const legend = el("div", { class: "legend" });
  D.outcomes.forEach((name, outcome) => {
    const total = D.cells.outcome.filter((one) => one === outcome).length;
    if (!total) return;
    const picture = svg("svg", { viewBox: "0 0 22 14", "aria-hidden": "true" });
    picture.append(svg("path", { d: [`M9 5h4v4h-4z`, `M5 1h12v12h-12z`, `M7 3h8v8h-8z`, `M11 1L17 13H5z`, `M11 1L17 13H5z`][outcome], ...looks[outcome] }));
    legend.append(el("span", { class: "item" }, picture, `${name} ${count(total)}`));
  });
  made.head.append(legend);
  const frame = made.add("rect", { width: cell, height: cell, fill: "none", stroke: "var(--select-edge)", "stroke-width": 2, visibility: "hidden", "data-mark": "cell" });
  const byPlace = new Map([...places].map(([row, [x, y]]) => [`${x} ${y}`, row])), inOrder = [...places.keys()];
  let here = -1;
  function point(row) {
    here = row;
    const [x, y] = places.get(row);
    for (const [name, value] of [["x", x], ["y", y], ["visibility", "visible"]]) frame.setAttribute(name, value);
    said.textContent = told(row).filter(Boolean).join("   ");
  }
  async function take(row) { point(row); said.textContent = `${(await copy(command(row))) ? "copied" : "copy this"}:  ${command(row)}`; }
  function under(event) {
    const box = made.plot.getBoundingClientRect(), scale = width / box.width, x = (event.clientX - box.left) * scale, y = (event.clientY - box.top) * scale;
    const row = inOrder.find((one) => { const [a, b] = places.get(one); return x >= a && x < a + cell && y >= b && y < b + cell; });
    return row ?? -1;
  }
  made.plot.addEventListener("pointermove", (event) => { const row = under(event); if (row >= 0) { showTip(event, told(row)); point(row); } else hideTip(); });
  made.plot.addEventListener("pointerleave", hideTip);
  made.plot.addEventListener("click", (event) => { const row = under(event); if (row >= 0) take(row); });
  made.plot.addEventListener("keydown", (event) => {
    const turn = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    if (turn) { event.preventDefault(); point(inOrder[Math.max(0, Math.min(inOrder.length - 1, (here < 0 ? -Math.sign(turn) + (turn > 0 ? 0 : 1) : inOrder.indexOf(here)) + turn))]); }
    else if (event.key === "Enter" && here >= 0) { event.preventDefault(); take(here); }
  });
}

// Shares over what was varied: one axis as whiskers, two as a map; further axes are added up.
function heat() {
  if (D.points.length < 2) return;
  const place = document.getElementById("heat"), paths = D.points[0].axes.map(([path]) => path);
  const values = paths.map((_, axis) => [...new Set(D.points.map((point) => point.axes[axis][1]))]);
  const open = paths.map((path, axis) => [path, axis]).filter(([, axis]) => values[axis].length > 1);
  if (!open.length) return;
  if (open.length === 1) { whiskers(place, open[0][0]); return; }
  const [[rowPath, rowAxis], [columnPath, columnAxis]] = open, rows = values[rowAxis], columns = values[columnAxis];
  const left = 150, wide = Math.min(150, Math.max(86, 900 / columns.length)), high = 40, top = 44;
  const added = open.length > 2 ? `, all values of ${open.slice(2).map(([path]) => path).join(", ")} together` : "";
  const made = panel(place, "Share of failures", `${rowPath} down, ${columnPath} across${added}; below each share its 95% interval`, left + wide * columns.length + 10, top + high * rows.length + 6, `Share of failures by ${rowPath} and ${columnPath}`);
  made.picture.setAttribute("width", left + wide * columns.length + 10);
  made.picture.style.width = "auto";
  made.picture.style.maxWidth = "100%";
  made.add("text", { x: left, y: 12, class: "soft" }, columnPath);
  made.add("text", { x: 0, y: top - 8, class: "soft" }, rowPath);
  columns.forEach((value, i) => made.add("text", { x: left + wide * (i + 0.5), y: top - 8, "text-anchor": "middle", class: "strong" }, value));
  const cells = rows.map((row) => columns.map((column) => {
    const mine = D.points.filter((point) => point.axes[rowAxis][1] === row && point.axes[columnAxis][1] === column);
    const runs = mine.reduce((sum, one) => sum + one.runs - one.unknown, 0), failed = mine.reduce((sum, one) => sum + one.failed, 0);
    return mine.length === 1 ? { ...mine[0], runs } : { runs, failed, share: runs ? failed / runs : 0, ...wilson(failed, runs) };
  }));
  const most = Math.max(0.0001, ...cells.flat().map((one) => one.share));
  rows.forEach((row, r) => {
    made.add("text", { x: left - 10, y: top + high * (r + 0.5) + 4, "text-anchor": "end", class: "strong" }, row);
    columns.forEach((_, c) => {
      const one = cells[r][c], x = left + wide * c, y = top + high * r, strong = one.share / most;
      made.add("rect", { x: x + 1, y: y + 1, width: wide - 2, height: high - 2, rx: 2, fill: one.share ? "var(--fail)" : "var(--wash)", "fill-opacity": one.share ? (0.12 + 0.78 * strong).toFixed(2) : 1, "data-mark": "heat" });
      const ink = one.share && strong > 0.55 ? "var(--paper)" : "var(--ink)";
      made.add("text", { x: x + wide / 2, y: y + 17, "text-anchor": "middle", class: "strong" }, one.runs ? share(one.share) : "no run").style.fill = ink;
      if (one.runs) made.add("text", { x: x + wide / 2, y: y + 31, "text-anchor": "middle" }, `${share(one.low)} to ${share(one.high)}`).style.fill = ink;
    });
  });
}
function wilson(hits, runs) {
  if (!runs) return { low: 0, high: 1 };
  const z = 1.959963984540054, p = hits / runs, middle = (p + (z * z) / (2 * runs)) / (1 + (z * z) / runs);
  const half = (z * Math.sqrt((p * (1 - p)) / runs + (z * z) / (4 * runs * runs))) / (1 + (z * z) / runs);
  return { low: hits ? Math.max(0, middle - half) : 0, high: hits === runs ? 1 : Math.min(1, middle + half) };
}
function whiskers(place, path) {
  const row = 24, left = 160, width = 760, most = Math.max(0.0001, ...D.points.map((point) => point.high)), x = (value) => left + (value / most) * (width - left - 190);
  const made = panel(place, "Share of failures", `by ${path}, with 95% intervals`, width, D.points.length * row + 24, `Share of failures by ${path}`);
  made.picture.style.maxWidth = `${width}px`;
  D.points.forEach((point, i) => {
    const y = i * row + 14, axis = point.axes.find(([name]) => name === path);
    made.add("text", { x: left - 10, y: y + 4, "text-anchor": "end", class: "strong" }, axis[1]);
    made.add("path", { d: `M${left} ${y}H${width - 190}`, stroke: "var(--hair)" });
    made.add("path", { d: `M${x(point.low).toFixed(1)} ${y}H${x(point.high).toFixed(1)}`, stroke: "var(--fail)", "stroke-width": 2, "data-mark": "heat" });
    made.add("circle", { cx: x(point.share).toFixed(1), cy: y, r: 4, fill: "var(--fail)" });
    made.add("text", { x: width - 180, y: y + 4, class: "soft" }, `${share(point.share)} (${share(point.low)} to ${share(point.high)}) of ${count(point.runs - point.unknown)}`);
  });
}

function waits() {
  const place = document.getElementById("waits");
  if (!D.survival.length) { place.append(el("section", { class: "view" }, el("header", {}, el("h2", {}, "Runs to the first failure"), el("p", {}, "no run failed")))); return; }
  const most = Math.max(2, D.survival[D.survival.length - 1][0]), left = 44, right = 560, top = 10, bottom = 170;
  const x = logScale(most, left, right), y = (value) => bottom - value * (bottom - top);
  const made = panel(place, "Runs to the first failure", `share of searches that still found nothing; ${plural(D.waits, "wait")} between failures`, 580, 206, "Share of searches without a failure after a number of runs");
  made.picture.style.maxWidth = "620px";
  survivalFrame(made.add, most, left, right, top, bottom, x, y, "runs");
  survivalSteps(made.add, D.survival, most, x, y, { stroke: "var(--fail)", "stroke-width": 2, "data-mark": "survival" });
  if (D.median !== null) {
    made.add("path", { d: `M${x(D.median).toFixed(1)} ${y(0.5)}V${bottom}`, stroke: "var(--ink)", "stroke-dasharray": "2 2" });
    made.add("text", { x: x(D.median) + 6, y: y(0.5) - 6, class: "strong halo" }, `half within ${plural(D.median, "run")}`);
  }
}

strips();
heat();
waits();
document.documentElement.dataset.ready = String(Math.round(performance.now() - began));
