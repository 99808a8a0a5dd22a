// One way to draw, two grounds: SVG where marks are few, so that they are sharp in print and in the document; canvas
// where they are many. Colours are names of the style sheet, so that dark and print change both.
const MARKS_MAX = 3000;
const DASHES = ["", "9 2.500", "2 2", "10 2 2 2", "16 3", "5 2", "1.500 2.500", "4 3"];

let palette = {};
function readPalette() {
  const style = getComputedStyle(document.documentElement);
  palette = new Proxy({}, { get: (known, name) => known[name] ?? (known[name] = style.getPropertyValue(`--${String(name)}`).trim() || "#888") });
}
readPalette();

class Plot {
  constructor(parent, name, label) {
    this.name = name;
    this.node = el("div", { class: "plot", tabindex: "0", role: "group", "aria-label": label, "data-view": name });
    this.svg = svg("svg", { role: "img", "aria-label": label });
    this.canvas = el("canvas", { hidden: true, "aria-hidden": "true" });
    this.node.append(this.canvas, this.svg);
    this.hits = [];
    parent.append(this.node);
  }

  // Begin anew; with `many` marks go to the canvas. Whatever has a `ref` can be pointed at.
  begin(height, many) {
    this.height = Math.max(1, Math.round(height));
    this.width = axis.width;
    this.hits = [];
    this.svg.replaceChildren();
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    this.svg.setAttribute("data-ground", many ? "canvas" : "svg");
    this.many = many;
    this.canvas.hidden = !many;
    const clip = svg("clipPath", { id: `clip-${this.name}` });
    clip.append(svg("rect", { x: axis.left, y: 0, width: Math.max(0, this.width - axis.left), height: this.height }));
    this.svg.append(clip);
    this.back = svg("g");
    this.marks = svg("g", { "clip-path": `url(#clip-${this.name})` });
    this.front = svg("g");
    this.svg.append(this.back, this.marks, this.front);
    if (many) {
      const scale = window.devicePixelRatio || 1;
      this.canvas.width = Math.round(this.width * scale);
      this.canvas.height = Math.round(this.height * scale);
      this.pen = this.canvas.getContext("2d");
      this.pen.setTransform(scale, 0, 0, scale, 0, 0);
      this.pen.beginPath();
      this.pen.rect(axis.left, 0, this.width - axis.left, this.height);
      this.pen.clip();
    }
  }

  add(layer, name, attributes, text) { const node = svg(name, attributes, text); this[layer].append(node); return node; }

  hit(x1, y1, x2, y2, ref, reach = 4) { this.hits.push([x1, y1, x2, y2, ref, reach]); }

  line(x1, y1, x2, y2, look) {
    if (look.ref !== undefined) this.hit(x1, y1, x2, y2, look.ref);
    if (this.many && !look.sharp) {
      const pen = this.pen;
      pen.globalAlpha = look.alpha ?? 1;
      pen.strokeStyle = palette[look.color];
      pen.lineWidth = look.width ?? 1;
      pen.setLineDash(look.dash ? look.dash.split(" ").map(Number) : []);
      pen.beginPath(); pen.moveTo(x1, y1); pen.lineTo(x2, y2); pen.stroke();
      return;
    }
    this.add("marks", "line", {
      x1: x1.toFixed(1), y1: y1.toFixed(1), x2: x2.toFixed(1), y2: y2.toFixed(1), stroke: `var(--${look.color})`, "stroke-width": look.width ?? 1,
      "stroke-dasharray": look.dash || undefined, "stroke-opacity": look.alpha, "data-mark": look.mark,
    });
  }

  path(d, look) {
    if (this.many && !look.sharp) {
      const pen = this.pen;
      pen.globalAlpha = look.alpha ?? 1;
      pen.setLineDash([]);
      if (look.fill) { pen.fillStyle = palette[look.fill]; pen.fill(new Path2D(d)); }
      if (look.color) { pen.strokeStyle = palette[look.color]; pen.lineWidth = look.width ?? 1; pen.stroke(new Path2D(d)); }
      return;
    }
    this.add("marks", "path", {
      d, fill: look.fill ? `var(--${look.fill})` : "none", stroke: look.color ? `var(--${look.color})` : undefined, "stroke-width": look.width ?? 1,
      "fill-opacity": look.alpha, "stroke-opacity": look.alpha, "stroke-linejoin": "round", "stroke-dasharray": look.dash || undefined, "data-mark": look.mark,
    });
  }

  rect(x, y, width, height, look) {
    if (look.ref !== undefined) this.hit(x, y + height / 2, x + width, y + height / 2, look.ref, height / 2 + 1);
    if (this.many && !look.sharp) {
      const pen = this.pen;
      pen.globalAlpha = look.alpha ?? 1;
      pen.setLineDash([]);
      if (look.fill) { pen.fillStyle = palette[look.fill]; pen.fillRect(x, y, Math.max(width, 1), height); }
      if (look.color) { pen.strokeStyle = palette[look.color]; pen.lineWidth = look.width ?? 1; pen.strokeRect(x + 0.5, y + 0.5, Math.max(width - 1, 0.5), height - 1); }
      return;
    }
    this.add("marks", "rect", {
      x: x.toFixed(1), y: y.toFixed(1), width: Math.max(width, 1).toFixed(1), height, rx: look.round, fill: look.pattern ? `url(#${look.pattern})` : look.fill ? `var(--${look.fill})` : "none",
      stroke: look.color ? `var(--${look.color})` : undefined, "stroke-width": look.width, "fill-opacity": look.alpha, "stroke-dasharray": look.dash || undefined, "data-mark": look.mark,
    });
  }

  // A head where an arrow ends, or a cross where a message does.
  head(x1, y1, x2, y2, look) {
    const angle = Math.atan2(y2 - y1, x2 - x1), size = 5;
    const side = (turn) => `${(x2 - size * Math.cos(angle + turn)).toFixed(1)} ${(y2 - size * Math.sin(angle + turn)).toFixed(1)}`;
    this.path(`M${side(0.4)}L${x2.toFixed(1)} ${y2.toFixed(1)}L${side(-0.4)}Z`, { fill: look.color, alpha: look.alpha, sharp: look.sharp });
  }

  cross(x, y, look) {
    const r = look.size ?? 3.5, [a, b, c, d] = [x - r, x + r, y - r, y + r].map((one) => one.toFixed(1));
    this.path(`M${a} ${c}L${b} ${d}M${a} ${d}L${b} ${c}`, { color: look.color, width: 1.6, alpha: look.alpha, mark: "cross", sharp: look.sharp });
  }

  text(x, y, text, look = {}) {
    const node = this.add(look.layer || "front", "text", { x: x.toFixed(1), y: y.toFixed(1), class: look.class, "text-anchor": look.anchor, "data-mark": look.mark }, text);
    if (look.color) node.style.fill = `var(--${look.color})`;
  }

  // The mark nearest to a point, if one is near.
  at(x, y) {
    let best = null, nearest = Infinity;
    for (const [x1, y1, x2, y2, ref, reach] of this.hits) {
      const dx = x2 - x1, dy = y2 - y1, long = dx * dx + dy * dy;
      const part = long ? Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / long)) : 0;
      const far = Math.hypot(x - x1 - part * dx, y - y1 - part * dy) - reach;
      if (far <= 2 && far < nearest) { nearest = far; best = ref; }
    }
    return best;
  }
}

// Hatches, once for the page: what was skipped, what is unknown, where a node was down.
function hatch(id, color, gap, turn) {
  const pattern = svg("pattern", { id, width: gap, height: gap, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${turn})` });
  pattern.append(svg("line", { x1: 0, y1: 0, x2: 0, y2: gap, stroke: `var(--${color})`, "stroke-width": 1.4 }));
  return pattern;
}
const hatches = svg("svg", { width: 0, height: 0, "aria-hidden": "true", class: "hidden" });
hatches.append(hatch("hatch-skip", "soft", 5, 45), hatch("hatch-down", "gap", 4, -45), hatch("hatch-fail", "fail", 4, 45));
document.body.append(hatches);

function textWidth(text) { return text.length * 6.1; }
function fitted(text, width) {
  const most = Math.floor(width / 6.1);
  return text.length <= most ? text : most < 2 ? "" : `${text.slice(0, most - 1)}…`;
}
