// Measures over time, counted anew for every window: rate of operations, latency, messages; shaded where faults were on.
function addMeasures() {
  const made = view("Measures", D.faults.some((fault) => !fault.skipped) ? "shaded where a fault was on" : "", "measures", "Operations per second, latency quantiles and messages over time");
  const charts = [];
  if (OPS.number.length) charts.push(rates, latencies, open);
  if (M.size) charts.push(traffic, flying);
  if (!charts.length) { made.section.remove(); return; }
  const HIGH = 46, GAP = 18;
  let values = [];
  made.plot.tell = (row) => values[row](axis.cursor ?? axis.since);
  VIEWS.push({ draw() {
    const plot = made.plot;
    plot.begin(charts.length * (HIGH + GAP), false);
    shades(plot);
    ground(plot);
    values = charts.map((chart, number) => chart(plot, number * (HIGH + GAP) + GAP - 6));
    charts.forEach((_, number) => { const y = number * (HIGH + GAP) + GAP + HIGH / 2; plot.hit(axis.left, y, axis.width, y, number, HIGH / 2); });
  } });

  function buckets() {
    const size = Math.max(20, Math.min(160, Math.floor((axis.width - axis.left) / 7)));
    return { size, width: axis.span / size, of: (at) => Math.floor((at - axis.since) / (axis.span / size)) };
  }
  function frame(plot, top, title, most, unit) {
    plot.add("back", "path", { d: `M${axis.left} ${top + HIGH}H${axis.width}`, stroke: "var(--lane)" });
    laneLabel(plot, top + HIGH - 12, title, { class: "strong" });
    laneLabel(plot, top + HIGH, unit, { class: "soft" });
    if (most !== null) plot.text(axis.left - 8, top + 8, most, { anchor: "end", class: "faint" });
  }
  function steps(plot, counts, most, top, look) {
    const b = buckets(), y = (value) => (top + HIGH - (value / most) * HIGH).toFixed(1);
    let d = `M${axis.left} ${top + HIGH}`;
    counts.forEach((value, i) => { d += `V${y(value)}H${axis.x(axis.since + (i + 1) * b.width).toFixed(1)}`; });
    plot.path(look.fill ? `${d}V${top + HIGH}Z` : d, { ...look, mark: "measure" });
  }
  function rates(plot, top) {
    const b = buckets(), ok = new Array(b.size).fill(0), bad = new Array(b.size).fill(0);
    for (let i = 0; i < OPS.number.length; i++) {
      const at = OPS.took[i] < 0 ? OPS.at[i] : OPS.at[i] + OPS.took[i], place = b.of(at);
      if (place >= 0 && place < b.size) (OPS.outcome[i] === OK ? ok : bad)[place] += 1;
    }
    const all = ok.map((value, i) => value + bad[i]), most = Math.max(1, ...all), rate = (value) => Number((value / (b.width / 1e6)).toPrecision(2));
    steps(plot, all, most, top, { fill: "fail" });
    steps(plot, ok, most, top, { fill: "k4" });
    frame(plot, top, "operations", count(rate(most)), "ended per s");
    return (at) => { const i = b.of(at); return ["operations ended", `${count(rate(ok[i] || 0))} per s ok, ${count(rate(bad[i] || 0))} per s failed or unknown`]; };
  }
  function latencies(plot, top) {
    const b = buckets(), took = Array.from({ length: b.size }, () => []);
    for (let i = 0; i < OPS.number.length; i++) {
      const place = b.of(OPS.at[i] + OPS.took[i]);
      if (OPS.took[i] >= 0 && place >= 0 && place < b.size) took[place].push(OPS.took[i]);
    }
    for (const one of took) one.sort((p, q) => p - q);
    const at = (one, share) => (one.length ? one[Math.min(one.length - 1, Math.floor(share * one.length))] : null);
    const quantiles = [0.5, 0.99].map((share) => took.map((one) => at(one, share)));
    const every = quantiles.flat().filter((value) => value !== null), low = Math.max(1, Math.min(...every, 1e9)), high = Math.max(low * 10, ...every);
    const from = Math.log10(low), y = (value) => top + HIGH - ((Math.log10(Math.max(value, 1)) - from) / (Math.log10(high) - from)) * HIGH;
    for (let power = Math.ceil(from); power <= Math.log10(high); power++) {
      plot.add("back", "path", { d: `M${axis.left} ${y(10 ** power).toFixed(1)}H${axis.width}`, stroke: "var(--hair)" });
      if (y(10 ** power) > top + 14 && y(10 ** power) < top + HIGH - 22) plot.text(axis.left - 8, y(10 ** power) + 4, time(10 ** power, 0), { anchor: "end", class: "faint" });
    }
    quantiles.forEach((values, number) => {
      values.forEach((value, i) => {
        if (value === null) return;
        const x1 = axis.x(axis.since + i * b.width), x2 = axis.x(axis.since + (i + 1) * b.width);
        plot.line(x1, y(value), x2, y(value), { color: number ? "k1" : "k0", width: number ? 1.2 : 2, mark: "measure" });
        if (number && quantiles[0][i] !== null) plot.line((x1 + x2) / 2, y(quantiles[0][i]), (x1 + x2) / 2, y(value), { color: "k1", width: 1, alpha: 0.4 });
      });
    });
    frame(plot, top, "latency", every.length ? time(high, 0) : null, "p50, p99 (log)");
    return (moment) => { const i = b.of(moment); return ["latency of operations", `p50 ${show50(quantiles[0][i])}`, `p99 ${show50(quantiles[1][i])}`]; };
  }
  function show50(value) { return value === null || value === undefined ? "none ended" : time(value); }
  function open(plot, top) {
    const b = buckets(), counts = new Array(b.size).fill(0);
    for (let i = 0; i < OPS.number.length; i++) {
      if (OPS.took[i] < 0) continue;
      const from = Math.max(0, b.of(OPS.at[i])), to = Math.min(b.size - 1, b.of(OPS.at[i] + OPS.took[i]));
      for (let k = from; k <= to; k++) counts[k] += Math.min(1, (Math.min(OPS.at[i] + OPS.took[i], axis.since + (k + 1) * b.width) - Math.max(OPS.at[i], axis.since + k * b.width)) / b.width);
    }
    const most = Math.max(1, ...counts);
    steps(plot, counts, most, top, { fill: "k6", alpha: 0.5 });
    frame(plot, top, "waiting", Number(most.toFixed(1)), "open operations");
    return (at) => ["operations open", `${Number((counts[b.of(at)] || 0).toFixed(2))} on average`];
  }
  // Of the whole run in fixed stretches; counted anew for a narrow window, if the page holds every message.
  function counted() {
    const { sent, lost, flying: air, width } = D.series, b = buckets();
    if (M.size < D.messages.total || b.width >= width) {
      const from = Math.max(0, Math.floor(axis.since / width)), to = Math.min(sent.length, Math.ceil(axis.until / width) + 1);
      return { from: from * width, width, sent: sent.slice(from, to), lost: lost.slice(from, to), air: air.slice(from, to) };
    }
    const fine = { from: axis.since, width: b.width, sent: new Array(b.size).fill(0), lost: new Array(b.size).fill(0), air: new Array(b.size).fill(0) };
    const inside = (place) => place >= 0 && place < b.size, last = firstAt(M.at, axis.until + slowest + 1);
    for (let i = firstAt(M.at, axis.since); i < last; i++) {
      const began = b.of(M.sent[i]), ended = b.of(M.at[i]);
      if (inside(began)) fine.sent[began] += 1;
      if (inside(ended) && M.fate[i] > AGAIN) fine.lost[ended] += 1;
      for (let k = Math.max(0, began); k < Math.min(b.size, ended); k++) fine.air[k] += 1;
    }
    return fine;
  }
  function traffic(plot, top) {
    const now = counted(), most = now.sent.reduce((a, b) => Math.max(a, b), 1), rate = (value) => Number((value / (now.width / 1e6)).toPrecision(3));
    coarse(plot, now, now.sent, most, top, { color: "k7", width: 1.2 });
    coarse(plot, now, now.lost, most, top, { fill: "k1", alpha: 0.8 });
    frame(plot, top, "messages", count(rate(most)), "sent, lost per s");
    return (at) => { const i = Math.floor((at - now.from) / now.width); return ["messages", `${count(rate(now.sent[i] || 0))} per s sent`, `${count(rate(now.lost[i] || 0))} per s lost`]; };
  }
  function flying(plot, top) {
    const now = counted(), most = now.air.reduce((a, b) => Math.max(a, b), 1);
    coarse(plot, now, now.air, most, top, { fill: "k4", alpha: 0.6 });
    frame(plot, top, "in flight", count(most), "messages");
    return (at) => ["messages in flight", count(now.air[Math.floor((at - now.from) / now.width)] || 0)];
  }
  function coarse(plot, now, counts, most, top, look) {
    const y = (value) => (top + HIGH - (value / most) * HIGH).toFixed(1);
    let d = `M${axis.x(now.from).toFixed(1)} ${top + HIGH}`;
    counts.forEach((value, i) => { d += `V${y(value)}H${axis.x(now.from + (i + 1) * now.width).toFixed(1)}`; });
    plot.path(look.fill ? `${d}V${top + HIGH}Z` : d, { ...look, mark: "measure" });
  }
}
