// State bands: for each server its role as a band with its term, and beneath it the number that tells progress.
function addStates() {
  if (!D.bands.length) return;
  const role = D.bands.find((band) => band.words), numbers = D.bands.filter((band) => !band.words);
  const attempt = numbers.find((band) => ["term", "view", "round"].includes(band.name)), progress = numbers.find((band) => band !== attempt);
  const top = [role && "role", attempt && attempt.name].filter(Boolean).join(" and ");
  const said = [top, progress && `${top ? "below: " : ""}${progress.name}, as it is at the right edge`].filter(Boolean).join("; ");
  const made = view("State of each server", said, "states", `State of each server over time: ${said}`);
  const nodes = byLayer([...new Set(D.bands.flatMap((band) => band.tracks.map((track) => track.node)))].sort((a, b) => a - b));
  const words = role ? [...new Set(role.tracks.flatMap((track) => track.value))].filter(Boolean).sort() : [];
  const color = (word) => (word === "leader" ? "k0" : word === "candidate" ? "k5" : word === "follower" ? "lane" : `k${(words.indexOf(word) + 2) % 8}`);
  for (const word of words) made.legend.append(swatch(color(word), word));
  const track = (band, node) => band && band.tracks.find((one) => one.node === node);
  const most = progress ? progress.tracks.reduce((top, one) => Math.max(top, ...one.value), 1) : 1;
  made.plot.tell = (node) => [D.lanes[node].name, ...D.bands.map((band) => { const one = track(band, node); return one ? `${band.name}: ${valueAt(one, axis.cursor ?? axis.since) ?? "?"}` : ""; })];
  VIEWS.push({ draw() {
    const plot = made.plot, band = role || attempt ? 15 : 0, line = progress ? 17 : 0, row = band + line + 5;
    plot.begin(nodes.length * row, false);
    ground(plot);
    nodes.forEach((node, number) => {
      const top = number * row;
      laneLabel(plot, top + 12, D.lanes[node].name, { class: "strong" });
      drawBand(plot, node, top + 1, band - 2);
      if (progress) drawLine(plot, track(progress, node), top + band + 2, line - 3);
      for (const gap of D.lanes[node].gaps) {
        if (gap.until < axis.since || gap.since > axis.until) continue;
        const a = axis.x(gap.since), b = axis.x(gap.until);
        plot.add("marks", "rect", { x: a.toFixed(1), y: top + 1, width: Math.max(1, b - a).toFixed(1), height: row - 6, fill: "var(--paper)" });
        plot.add("marks", "rect", { x: a.toFixed(1), y: top + 1, width: Math.max(1, b - a).toFixed(1), height: row - 6, fill: "url(#hatch-down)", "data-mark": "gap" });
      }
      plot.hit(axis.left, top + row / 2, axis.width, top + row / 2, node, row / 2);
    });
  } });

  function drawBand(plot, node, y, high) {
    const roles = track(role, node), terms = track(attempt, node);
    const cuts = [...(roles ? roles.at : []), ...(terms ? terms.at : [])].filter((at) => at > axis.since && at < axis.until);
    const edges = [axis.since, ...[...new Set(cuts)].sort((a, b) => a - b), axis.until];
    let run = null;
    const flush = () => {
      if (!run) return;
      const a = axis.x(run.from), b = axis.x(run.to), fill = roles ? color(run.word) : "lane";
      const former = run.word ? "" : formerRole(roles, run.from);
      if (run.word || !roles) plot.rect(a, y, b - a, high, { fill, alpha: fill === "lane" ? 0.55 : 0.85, mark: "state" });
      else if (former) plot.rect(a, y + 0.5, b - a, high - 1, { color: color(former), dash: "4 2", mark: "former" });
      const label = [run.word || (former && `was ${former}`), run.term === undefined ? "" : run.term].filter((one) => one !== "" && one !== null).join(" ");
      if (terms && b - a > 3) plot.add("marks", "path", { d: `M${a.toFixed(1)} ${y}v${high}`, stroke: "var(--paper)" });
      const shown = b - a > textWidth(label) + 6 ? label : b - a > textWidth(String(run.term ?? "")) + 4 ? String(run.term ?? "") : "";
      if (shown) plot.text(Math.max(a, axis.left) + 4, y + 10, shown, { layer: "marks", color: fill === "lane" || !roles || !run.word ? "ink" : "paper" });
    };
    for (let i = 0; i + 1 < edges.length; i++) {
      const word = roles ? valueAt(roles, edges[i]) || "" : "", term = terms ? valueAt(terms, edges[i]) : undefined;
      if (run && run.word === word && run.term === term) { run.to = edges[i + 1]; continue; }
      flush();
      run = { from: edges[i], to: edges[i + 1], word, term };
    }
    flush();
  }
  function drawLine(plot, one, top, high) {
    if (!one) return;
    const y = (value) => (top + high - (value / most) * high).toFixed(1);
    const first = Math.max(0, firstAt(one.at, axis.since) - 1), last = Math.min(one.at.length, firstAt(one.at, axis.until) + 1);
    let d = "";
    for (let i = first; i < last; i++) {
      const x = Math.max(axis.left, axis.x(one.at[i])).toFixed(1);
      d += d ? `H${x}V${y(one.value[i])}` : `M${x} ${y(one.value[i])}`;
    }
    if (!d) return;
    d += `H${Math.min(axis.width, axis.x(D.end)).toFixed(1)}`;
    plot.path(d, { color: "k2", width: 1.3, mark: "progress" });
    const value = valueAt(one, axis.until);
    if (value !== null) plot.text(axis.left - 8, top + high, count(value), { anchor: "end", class: "soft" });
  }
}

// The role that a node had before its model counted it as nothing: a leader that does not know of its successor.
function formerRole(roles, ticks) {
  if (!roles) return "";
  for (let i = firstAt(roles.at, ticks + 1) - 1; i >= 0; i--) if (roles.value[i]) return roles.value[i];
  return "";
}

function valueAt(track, ticks) {
  let i = firstAt(track.at, ticks + 1) - 1;
  return i < 0 ? null : track.value[i];
}
