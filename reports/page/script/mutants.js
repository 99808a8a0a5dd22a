// The page of a kill matrix: where each mutant was found, how many runs that takes, and the share still undetected.
const mutants = [...new Set(D.lines.map((line) => line.mutant))];
const scenarios = [...new Set(D.lines.map((line) => line.scenario))];
const most = Math.max(2, D.limit);
const shortName = (path) => path.replace(/^scenarios\//, "").replace(/\.ya?ml$/, "");
const cell = (mutant, scenario) => D.lines.find((line) => line.mutant === mutant && line.scenario === scenario);

document.querySelectorAll("td[data-line]").forEach((node) => {
  const line = D.lines[Number(node.dataset.line)], scale = logScale(most, 0, 1);
  if (line.killed) whisker(node, line.low, line.median, line.high ?? most, scale, line.high === null);
});

// Columns are the scenarios that several mutants share; each mutant's own recipe is one column of all.
function matrix() {
  const shared = scenarios.filter((scenario) => D.lines.filter((line) => line.scenario === scenario).length > 1).slice(0, 8);
  const own = mutants.some((mutant) => D.lines.some((line) => line.mutant === mutant && !shared.includes(line.scenario)));
  const columns = [...(own ? [null] : []), ...shared], left = 210, wide = Math.min(170, 900 / columns.length), high = 22, top = 42;
  const made = panel(document.getElementById("matrix"), "Runs until found", "median over the repetitions; darker is sooner; hatched was never found", left + wide * columns.length + 10, top + high * mutants.length + 4, `Median runs until each of ${mutants.length} mutants was found, by scenario`);
  made.picture.setAttribute("width", left + wide * columns.length + 10);
  made.picture.style.width = "auto";
  made.picture.style.maxWidth = "100%";
  const defs = made.add("pattern", { id: "never", width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
  defs.append(svg("line", { x1: 0, y1: 0, x2: 0, y2: 5, stroke: "var(--fail)", "stroke-width": 2 }));
  const scale = logScale(most, 0, 1);
  columns.forEach((scenario, c) => made.add("text", { x: left + wide * (c + 0.5), y: top - 9, "text-anchor": "middle", class: "soft" }, scenario === null ? "its own recipe" : fit(shortName(scenario), wide)));
  mutants.forEach((mutant, r) => {
    made.add("text", { x: left - 10, y: top + high * r + 15, "text-anchor": "end" }, fit(mutant, left - 14));
    columns.forEach((scenario, c) => {
      const one = scenario === null ? D.lines.find((line) => line.mutant === mutant && !shared.includes(line.scenario)) : cell(mutant, scenario);
      const x = left + wide * c, y = top + high * r;
      if (!one) { made.add("text", { x: x + wide / 2, y: y + 15, "text-anchor": "middle", class: "faint" }, "·"); return; }
      const soon = one.killed && one.median !== null ? 1 - scale(one.median) : 0;
      made.add("rect", { x: x + 1, y: y + 1, width: wide - 2, height: high - 2, rx: 2, fill: one.killed ? "var(--k0)" : "url(#never)", "fill-opacity": one.killed ? (0.1 + 0.8 * soon).toFixed(2) : 0.5, "data-mark": one.killed ? "kill" : "never" });
      const text = made.add("text", { x: x + wide / 2, y: y + 15, "text-anchor": "middle", class: one.killed ? "" : "strong halo" }, one.killed ? (one.median === null ? "some" : count(one.median)) : `never in ${count(one.runs)}`);
      text.style.fill = one.killed && soon > 0.62 ? "var(--paper)" : "var(--ink)";
    });
  });
}
function fit(text, width) { const room = Math.floor(width / 6.2); return text.length <= room ? text : `${text.slice(0, room / 2 - 1)}…${text.slice(-(room / 2 - 1))}`; }

function curves() {
  const left = 44, right = 900, top = 12, bottom = 230, x = logScale(most, left, right), y = (value) => bottom - value * (bottom - top);
  const made = panel(document.getElementById("curves"), "Survival", "share of repetitions in which the mutant was still undetected after so many runs; point at a line, or step with the arrow keys", 940, 270, "Survival curves of the mutants");
  made.picture.style.maxWidth = "1000px";
  survivalFrame(made.add, most, left, right, top, bottom, x, y, "runs");
  const drawn = D.lines.map((line, number) => survivalSteps(made.add, line.curve, most, x, y, { stroke: line.killed ? "var(--k7)" : "var(--fail)", "stroke-width": 1.3, "stroke-opacity": 0.55, "stroke-dasharray": line.killed ? undefined : "4 3", "data-mark": "survival", "data-line": number }));
  const name = made.add("text", { x: right, y: top + 14, "text-anchor": "end", class: "strong halo" }, ""), more = made.add("text", { x: right, y: top + 30, "text-anchor": "end", class: "soft halo" }, "");
  const said = el("p", { class: "said", "aria-live": "polite" });
  made.plot.after(said);
  let here = -1;
  function choose(number) {
    if (here >= 0) { drawn[here].setAttribute("stroke-width", 1.3); drawn[here].setAttribute("stroke-opacity", 0.55); drawn[here].setAttribute("stroke", D.lines[here].killed ? "var(--k7)" : "var(--fail)"); }
    here = number;
    const line = D.lines[number];
    drawn[number].setAttribute("stroke-width", 3);
    drawn[number].setAttribute("stroke-opacity", 1);
    if (line.killed) drawn[number].setAttribute("stroke", "var(--k0)");
    name.textContent = line.mutant;
    more.textContent = `${shortName(line.scenario)}: ${line.killed ? `median ${line.median ?? "?"} runs` : `never in ${count(line.runs)} runs`}`;
    said.textContent = `${name.textContent}, ${more.textContent}`;
  }
  made.plot.addEventListener("pointermove", (event) => {
    const box = made.plot.getBoundingClientRect(), scale = 940 / Math.min(box.width, made.picture.getBoundingClientRect().width), px = (event.clientX - box.left) * scale, py = (event.clientY - box.top) * scale;
    let best = -1, nearest = 30;
    D.lines.forEach((line, number) => {
      const runs = line.curve.filter(([n]) => x(n) <= px), level = runs.length ? runs[runs.length - 1][1] : 1;
      const before = runs.length > 1 ? runs[runs.length - 2][1] : 1, edge = runs.length ? Math.abs(px - x(runs[runs.length - 1][0])) : 999;
      const far = Math.min(Math.abs(py - y(level)), py >= y(before) && py <= y(level) ? edge : 999);
      if (far < nearest) { nearest = far; best = number; }
    });
    if (best >= 0 && best !== here) choose(best);
  });
  made.plot.addEventListener("keydown", (event) => {
    const turn = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (turn) { event.preventDefault(); choose((here + turn + D.lines.length) % D.lines.length); }
  });
}

matrix();
curves();
document.documentElement.dataset.ready = String(Math.round(performance.now() - began));
