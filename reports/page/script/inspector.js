// What was clicked, in words: a message or an event with all it followed from and what followed from it.
const inspectorNode = document.getElementById("inspector");

function rest() {
  inspectorNode.replaceChildren(el("h2", {}, "Selected"), el("p", { class: "soft" }, "Click an arrow, a dot, an operation or a line of the story; or press "),
    el("p", { class: "soft" }, el("kbd", {}, "n"), " for the next message and ", el("kbd", {}, "c"), " for its cause."));
}

function rows(...pairs) {
  const list = el("dl");
  for (const [name, text] of pairs) if (text !== "" && text !== undefined) list.append(el("dt", {}, name), el("dd", { class: "user" }, text));
  return list;
}

function inspect(place, quiet) {
  selected = place;
  chain = new Set(place ? [recordOf(place), ...causesOf(place).chain.map(recordOf), ...effectsOf(recordOf(place)).map(recordOf)] : []);
  markStory(place ? recordOf(place) : 0);
  later();
  if (!place) { rest(); if (!quiet) remember(); return; }
  const [table, row] = place;
  const head = el("h2", { class: "user" }, nameOf(place));
  const about = table === MESSAGE
    ? rows(["sent", moment(M.sent[row], 1e3)], [M.fate[row] > AGAIN ? "ended" : "arrived", `${moment(M.at[row], 1e3)}, after ${time(M.at[row] - M.sent[row])}`], ["fate", M.fates[M.fate[row]]], ["contents", content(M.content[row])], ["record", String(M.record[row])])
    : rows(["at", moment(K.at[row], 1e3)], ["contents", content(K.content[row])], ["record", String(K.record[row])]);
  const { chain: causes, beyond } = causesOf(place), effects = effectsOf(recordOf(place));
  inspectorNode.replaceChildren(head, about);
  if (causes.length || beyond) inspectorNode.append(el("h3", {}, "because of, nearest first"), walk(causes.slice(0, 12), causes.length - 12));
  if (beyond) inspectorNode.append(el("p", { class: "soft" }, `before that: record ${beyond}, which is not in this page`));
  if (effects.length) inspectorNode.append(el("h3", {}, `what followed at once (${effects.length})`), walk(effects.slice(0, 12), effects.length - 12));
  if (!quiet) remember();
}

function walk(places, more) {
  const list = el("ul", { class: "walk" });
  for (const place of places)
    list.append(el("li", {}, el("button", { type: "button", on: { click: () => { inspect(place); reveal(timeOf(place)); } } }, el("span", { class: "soft" }, `${moment(timeOf(place), 1e3)}  `), nameOf(place))));
  if (more > 0) list.append(el("li", { class: "soft" }, `and ${more} more`));
  return list;
}

function inspectOperation(row) {
  selected = null;
  chain = new Set();
  const took = OPS.took[row] < 0 ? "never returned" : `${moment(OPS.at[row] + OPS.took[row], 1e3)}, after ${time(OPS.took[row])}`;
  inspectorNode.replaceChildren(el("h2", { class: "user" }, OPS.texts[OPS.text[row]]), rows(["client", D.lanes[OPS.client[row]].name], ["key", OPS.keys[OPS.key[row]]], ["outcome", OPS.outcomes[OPS.outcome[row]]],
    ["called", moment(OPS.at[row], 1e3)], ["returned", took], ["number", String(OPS.number[row])]));
  later();
}

function markStory(record) {
  for (const button of document.querySelectorAll("#story button")) button.setAttribute("aria-current", String(Number(button.dataset.record) === record));
}

for (const button of document.querySelectorAll("#story button"))
  button.addEventListener("click", () => {
    const record = Number(button.dataset.record), line = D.story.find((one) => one.record === record), place = placeOf.get(record);
    if (place) inspect(place); else { inspect(null); markStory(record); }
    reveal(line.at);
    axis.cursor = line.at;
    placeCursor();
  });

// The next message behind the selected one in the window; the first if none is selected.
function step(turn) {
  const now = selected && selected[0] === MESSAGE ? selected[1] : turn > 0 ? firstAt(M.at, axis.since) - 1 : firstAt(M.at, axis.until);
  for (let i = now + turn; i >= 0 && i < M.size; i += turn)
    if (!isHidden(i) && (!found || found.has(M.record[i]))) { inspect([MESSAGE, i]); reveal(M.at[i]); return; }
}
function toCause() { if (!selected) return; const { chain: causes } = causesOf(selected); if (causes.length) { inspect(causes[0]); reveal(timeOf(causes[0])); } }
function toEffect() { if (!selected) return; const effects = effectsOf(recordOf(selected)); if (effects.length) { inspect(effects[0]); reveal(timeOf(effects[0])); } }

function search(words) {
  const wanted = words.trim().toLowerCase();
  if (!wanted) { found = null; later(); return; }
  const has = (text) => text.toLowerCase().includes(wanted);
  found = new Set();
  const kinds = M.kinds.map((kind) => has(kind.name)), nodes = D.lanes.map((lane) => has(lane.name)), texts = D.contents.map(has), labels = K.labels.map(has);
  for (let i = 0; i < M.size; i++) if (kinds[M.kind[i]] || nodes[M.source[i]] || nodes[M.target[i]] || (M.content[i] >= 0 && texts[M.content[i]])) found.add(M.record[i]);
  for (let i = 0; i < K.size; i++) if (labels[K.label[i]] || (K.content[i] >= 0 && texts[K.content[i]])) found.add(K.record[i]);
  inspectorNode.replaceChildren(el("h2", {}, "Search"), el("p", {}, `${plural(found.size, "record")} with “${wanted}”. `, el("kbd", {}, "n"), " steps through the messages."));
  later();
}
