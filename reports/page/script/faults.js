// The fault strip: a lane for each node that a fault was on, one for those that found no target.
function view(title, caption, name, label) {
  const legend = el("div", { class: "legend" }), note = el("p", {}, caption);
  const head = el("header", {}, el("h2", { id: `title-${name}` }, title), note, legend);
  const section = el("section", { class: "view", "aria-labelledby": `title-${name}` }, head);
  viewsNode.append(section);
  const plot = new Plot(section, name, label);
  listen(plot);
  return { section, head, legend, note, plot };
}

function laneLabel(plot, y, name, look = {}) { plot.text(axis.left - 8, y, fitted(name, axis.left - 12), { anchor: "end", ...look }); }

function addFaults() {
  if (!D.faults.length) return;
  const kinds = [...new Set(D.faults.map((fault) => fault.kind))];
  const fired = D.faults.filter((fault) => !fault.skipped).length, skipped = D.faults.length - fired;
  const said = `${plural(fired, "fault")} fired${skipped ? `, ${skipped} found no target (hatched)` : ""}`;
  const needed = new Set([...D.needs.needed, ...D.needs.with_them]), spared = new Set(D.needs.spared);
  const why = D.needs.known ? (needed.size ? "; framed: the violation needs it, pale: it does not" : "; the violation needs none of them") : "";
  const made = view("Faults", said + why, "faults", `Faults by node over time: ${said}`);
  const lanes = [...new Set(D.faults.flatMap((fault) => fault.nodes))].sort((a, b) => a - b);
  const rows = new Map(lanes.map((node, row) => [node, row]));
  const loose = D.faults.some((fault) => !fault.nodes.length) ? lanes.length : -1;
  const color = (fault) => `k${[1, 0, 2, 3, 5, 6, 4, 7][kinds.indexOf(fault.kind) % 8]}`;
  for (const kind of kinds) made.legend.append(swatch(color({ kind }), kind));
  const depth = stacked(lanes);
  made.plot.tell = (fault) => [`${fault.kind} ${fault.skipped ? "skipped" : ""} (${fault.id})`, needed.has(fault.id) ? "the violation needs it" : spared.has(fault.id) ? "the violation does not need it" : "", fault.effect, fault.written,
    fault.skipped ? `at ${moment(fault.since, 1e6)}` : `${moment(fault.since, 1e6)} to ${moment(fault.until, 1e6)} (${time(fault.until - fault.since)})`];
  made.plot.act = (fault) => show(fault.since, fault.until);
  VIEWS.push({ draw() {
    const row = 15, plot = made.plot;
    plot.begin((lanes.length + (loose < 0 ? 0 : 1)) * row + 2, false);
    ground(plot);
    for (const [node, at] of rows) {
      plot.add("back", "path", { d: `M${axis.left} ${at * row + 8}H${axis.width}`, stroke: "var(--hair)" });
      laneLabel(plot, at * row + 12, D.lanes[node].name);
    }
    if (loose >= 0) laneLabel(plot, loose * row + 12, fired && D.faults.some((f) => !f.skipped && !f.nodes.length) ? "network" : "no target", { class: "soft" });
    D.faults.forEach((fault, number) => {
      if (fault.until < axis.since || fault.since > axis.until) return;
      const a = axis.x(fault.since), b = Math.max(a + 2, axis.x(fault.until));
      for (const node of fault.nodes.length ? fault.nodes : [-1]) {
        const at = node < 0 ? loose : rows.get(node), [level, levels] = depth.get(`${number} ${node}`) || [0, 1];
        const high = (row - 3) / levels, y = at * row + 2 + level * high;
        if (fault.skipped) plot.rect(a - 3, y, 7, row - 4, { pattern: "hatch-skip", color: "soft", width: 0.8, ref: fault, mark: "skipped" });
        else plot.rect(a, y, b - a, Math.max(2, high - 1), { fill: color(fault), alpha: spared.has(fault.id) ? 0.25 : 0.82, round: 1.5, ref: fault, mark: "fault" });
        if (needed.has(fault.id)) plot.rect(a - 1, y - 1, b - a + 2, Math.max(2, high - 1) + 2, { color: "ink", width: 1.5, mark: "needed" });
        const left = Math.max(a, axis.left), room = Math.min(b, axis.width) - left - 8;
        if (!fault.skipped && levels === 1 && room > 40) plot.text(left + 4, y + 9.5, fitted(fault.kind, room), { layer: "marks", color: "paper" });
      }
    });
  } });

  // Faults that overlap on a node share its lane: level of each, and how many levels there are.
  function stacked(nodes) {
    const found = new Map();
    for (const node of [...nodes, -1]) {
      const own = D.faults.map((fault, number) => [fault, number]).filter(([fault]) => (node < 0 ? !fault.nodes.length : fault.nodes.includes(node)));
      own.sort((p, q) => p[0].since - q[0].since);
      const ends = [];
      const at = own.map(([fault, number]) => {
        let level = ends.findIndex((end) => end <= fault.since);
        if (level < 0) level = ends.length;
        ends[level] = fault.until;
        return [number, level];
      });
      // More than fit beside each other share a level by their kind, so that none hides under another's colour.
      const here = [...new Set(own.map(([fault]) => fault.kind))], many = ends.length > 4;
      for (const [number, level] of at) found.set(`${number} ${node}`, many ? [Math.min(3, here.indexOf(D.faults[number].kind)), Math.min(4, here.length)] : [level, Math.max(1, ends.length)]);
    }
    return found;
  }
}

function swatch(color, text, dash) {
  const picture = svg("svg", { viewBox: "0 0 22 10", "aria-hidden": "true" });
  picture.append(dash === undefined ? svg("rect", { x: 1, y: 1, width: 20, height: 8, rx: 1.5, fill: `var(--${color})` })
    : svg("line", { x1: 0, y1: 5, x2: 22, y2: 5, stroke: `var(--${color})`, "stroke-width": 2, "stroke-dasharray": dash || undefined }));
  return el("span", { class: "item" }, picture, text);
}
