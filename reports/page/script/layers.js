// Layers as bands: how busy each is, what it has to do, whether it kept its promises; and lanes that stand by layer.
const folded = new Set();
const LAYERS = D.layers.map((layer) => layer.name);
const layerRank = (node) => { const rank = LAYERS.indexOf(D.lanes[node].layer); return rank < 0 ? LAYERS.length : rank; };

// Nodes by layer, from the clients down; as they are if there are no layers.
function byLayer(nodes) { return LAYERS.length ? [...nodes].sort((a, b) => layerRank(a) - layerRank(b) || a - b) : nodes; }

const folders = new Map();
function fold(name) {
  const off = !folded.delete(name);
  if (off) folded.add(name);
  folders.get(name).setAttribute("aria-pressed", String(!off));
  later();
}

function addLayers() {
  if (!LAYERS.length) return;
  const made = view("Layers", "what each has to do (line), how much happens there (area), faults on its nodes (bars above)", "layers",
    "The layers of the system over time: how busy each is, what it has to do, faults on its nodes");
  for (const name of LAYERS) {
    const button = el("button", { type: "button", class: "fold", "aria-pressed": "true", title: "show its nodes among the messages, or one lane for all of them" }, name);
    button.addEventListener("click", () => fold(name));
    folders.set(name, button);
    made.legend.append(button);
  }
  const nodesOf = new Map(LAYERS.map((name) => [name, new Set(D.lanes.map((lane, node) => node).filter((node) => D.lanes[node].layer === name))]));
  const faultsOf = new Map(LAYERS.map((name) => [name, D.faults.filter((fault) => !fault.skipped && fault.nodes.some((node) => nodesOf.get(name).has(node)))]));
  made.plot.tell = (layer) => [layer.name, layer.said, layer.counted && `${layer.counted}: ${valueAt(layer, axis.cursor ?? axis.since) ?? 0}`, "click: fold or unfold its nodes among the messages"];
  made.plot.act = (layer) => fold(layer.name);
  const high = 38, gap = 11;
  VIEWS.push({ draw() {
    const plot = made.plot;
    plot.begin(D.layers.length * (high + gap) + 4, false);
    shades(plot);
    ground(plot);
    D.layers.forEach((layer, number) => {
      const top = number * (high + gap) + 4;
      plot.add("back", "path", { d: `M0 ${(top + high).toFixed(1)}H${axis.width}`, stroke: "var(--lane)" });
      laneLabel(plot, top + 13, layer.name, { class: "strong", color: layer.broke ? "fail" : undefined });
      plot.text(axis.left - 8, top + 27, layer.said ? (layer.broke ? "broke a promise" : "kept all") : "", { anchor: "end", class: "soft", color: layer.broke ? "fail" : undefined });
      drawActs(plot, layer, top, high);
      drawCourse(plot, layer, top, high);
      for (const fault of faultsOf.get(layer.name)) {
        if (fault.until < axis.since || fault.since > axis.until) continue;
        const a = axis.x(fault.since), b = Math.max(a + 2, axis.x(fault.until));
        plot.rect(a, top - 3, b - a, 3, { fill: "k1", alpha: 0.9, mark: "layer-fault" });
      }
      plot.hit(0, top + high / 2, axis.width, top + high / 2, layer, high / 2);
    });
  } });
}

function drawActs(plot, layer, top, high) {
  const most = layer.acts.reduce((a, b) => Math.max(a, b), 1);
  let d = "";
  layer.acts.forEach((acts, n) => {
    const from = n * layer.width, to = from + layer.width;
    if (!acts || to < axis.since || from > axis.until) return;
    const x = axis.x(from), wide = Math.max(0.6, axis.x(to) - x), up = Math.sqrt(acts / most) * (high - 4);
    d += `M${x.toFixed(1)} ${(top + high).toFixed(1)}v${(-up).toFixed(1)}h${wide.toFixed(2)}v${up.toFixed(1)}z`;
  });
  if (d) plot.path(d, { fill: "lane", alpha: 0.55, mark: "layer-acts" });
}

function drawCourse(plot, layer, top, high) {
  if (!layer.at.length) return;
  const most = Math.max(1, ...layer.value), y = (value) => (top + high - (value / most) * (high - 6)).toFixed(1);
  const first = Math.max(0, firstAt(layer.at, axis.since) - 1), last = Math.min(layer.at.length, firstAt(layer.at, axis.until) + 1);
  let d = `M${axis.left} ${y(first < layer.at.length && layer.at[first] <= axis.since ? layer.value[first] : 0)}`;
  for (let i = first; i < last; i++) d += `H${Math.max(axis.left, axis.x(layer.at[i])).toFixed(1)}V${y(layer.value[i])}`;
  d += `H${Math.min(axis.width, axis.x(D.end)).toFixed(1)}`;
  plot.path(d, { color: "k0", width: 1.5, mark: "layer-course" });
  const text = `${layer.counted}, at most ${count(most)}`;
  plot.text(axis.left + 4, top + 11, text, { class: "halo soft" });
}

// A header above the nodes of each layer; of a folded layer it is the lane of all of them.
function layerHeader(plot, name, y) {
  const layer = D.layers.find((one) => one.name === name), off = folded.has(name);
  plot.add("back", "path", { d: `M0 ${y}H${axis.width}`, stroke: "var(--lane)", "stroke-width": off ? 2.4 : 0.8, "data-mark": "layer" });
  plot.text(0, y - 4, `${off ? "▸" : "▾"} ${name}`, { class: "strong halo", color: layer && layer.broke ? "fail" : undefined });
  plot.hit(0, y - 8, axis.left, y - 8, { layer: name }, 8);
}
