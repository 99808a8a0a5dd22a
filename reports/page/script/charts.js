// Small charts for tables of counts: a panel with an axis, whiskers of intervals, steps of survival.
function panel(place, title, caption, width, height, label) {
  const head = el("header", {}, el("h2", {}, title), el("p", {}, caption));
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  const plot = el("div", { class: "plot", tabindex: "0" }, picture);
  const section = el("section", { class: "view" }, head, plot);
  place.append(section);
  const add = (name, attributes, text) => { const node = svg(name, attributes, text); picture.append(node); return node; };
  return { section, head, plot, picture, add, width, height };
}

const share = (value) => (value === 0 ? "0%" : value < 0.0995 ? `${Number((100 * value).toPrecision(2))}%` : `${Math.round(100 * value)}%`);

function logScale(most, from, to) {
  const top = Math.log10(Math.max(most, 2));
  return (value) => from + (Math.log10(Math.max(value, 1)) / top) * (to - from);
}
function logTicks(most) {
  const found = [];
  for (let power = 1; power <= most; power *= 10) for (const step of [1, 2, 5]) if (step * power <= most) found.push(step * power);
  return found.length > 12 ? found.filter((value) => /^1|^5/.test(String(value))) : found;
}

// An interval as a line with its estimate as a dot, beside its words.
function whisker(cell, low, middle, high, scale, open) {
  const text = cell.textContent.trim(), wide = 120;
  const picture = svg("svg", { viewBox: `0 0 ${wide} 14`, width: wide, height: 14, "aria-hidden": "true" });
  const x = (value) => 4 + scale(value) * (wide - 8);
  picture.append(svg("path", { d: `M4 11.500H${wide - 4}`, stroke: "var(--hair)" }));
  picture.append(svg("path", { d: `M${x(low).toFixed(1)} 6H${x(high).toFixed(1)}`, stroke: "var(--ink)", "stroke-width": 1.4, "stroke-dasharray": open ? "3 2" : undefined }));
  if (middle !== null) picture.append(svg("circle", { cx: x(middle).toFixed(1), cy: 6, r: 3, fill: "var(--ink)" }));
  cell.replaceChildren(picture, el("div", { class: "soft" }, text));
}

// Steps that go down: (n, share that is left), with n on an axis of powers where there is room for many.
function survivalSteps(add, curve, end, x, y, look) {
  let d = `M${x(1).toFixed(1)} ${y(1).toFixed(1)}`;
  for (const [runs, left] of curve) d += `H${x(runs).toFixed(1)}V${y(left).toFixed(1)}`;
  return add("path", { d: `${d}H${x(end).toFixed(1)}`, fill: "none", "stroke-linejoin": "round", ...look });
}
function survivalFrame(add, most, left, right, top, bottom, x, y, below) {
  for (const value of [0, 0.25, 0.5, 0.75, 1]) {
    add("path", { d: `M${left} ${y(value).toFixed(1)}H${right}`, stroke: value ? "var(--hair)" : "var(--lane)" });
    add("text", { x: left - 8, y: (y(value) + 4).toFixed(1), "text-anchor": "end", class: "soft" }, share(value));
  }
  for (const value of logTicks(most)) {
    add("path", { d: `M${x(value).toFixed(1)} ${bottom}v4`, stroke: "var(--lane)" });
    add("text", { x: x(value).toFixed(1), y: bottom + 16, "text-anchor": "middle", class: "soft" }, count(value));
  }
  add("text", { x: right, y: bottom + 30, "text-anchor": "end", class: "soft" }, below);
}
