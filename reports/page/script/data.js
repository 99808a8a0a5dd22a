// Columns as they are drawn from: sums of steps, and who follows from whom.
function sums(steps) {
  const found = new Float64Array(steps.length);
  let sum = 0;
  for (let i = 0; i < steps.length; i++) found[i] = sum += steps[i];
  return found;
}

const NODES = D.lanes.length;
const MESSAGE = 0, MARK = 1;
const [DELIVERED, AGAIN, LOST, CUT, DOWN, CORRUPT, FLYING] = [0, 1, 2, 3, 4, 5, 6];

function readMessages(table) {
  const record = sums(table.record), at = sums(table.at), size = record.length;
  const sent = new Float64Array(size), source = new Uint16Array(size), target = new Uint16Array(size), cause = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    sent[i] = at[i] - table.took[i];
    source[i] = Math.floor(table.route[i] / NODES);
    target[i] = table.route[i] % NODES;
    cause[i] = table.cause[i] ? record[i] - table.cause[i] : 0;
  }
  return { size, record, at, sent, source, target, cause, kind: table.kind, fate: table.fate, content: table.content, kinds: table.kinds, fates: table.fates };
}

function readMarks(table) {
  const record = sums(table.record), at = sums(table.at);
  const cause = table.cause.map((back, i) => (back ? record[i] - back : 0));
  return { ...table, size: record.length, record, at, cause };
}

const M = readMessages(D.messages);
const K = readMarks(D.marks);
const OPS = D.operations;

// Where a record stands: number of the record -> [MESSAGE or MARK, row].
const placeOf = new Map();
for (let i = 0; i < M.size; i++) placeOf.set(M.record[i], [MESSAGE, i]);
for (let i = 0; i < K.size; i++) placeOf.set(K.record[i], [MARK, i]);

let following = null;
function effectsOf(record) {
  if (!following) {
    following = new Map();
    const add = (cause, place) => { const list = following.get(cause); if (list) list.push(place); else following.set(cause, [place]); };
    for (let i = 0; i < M.size; i++) if (M.cause[i]) add(M.cause[i], [MESSAGE, i]);
    for (let i = 0; i < K.size; i++) if (K.cause[i]) add(K.cause[i], [MARK, i]);
  }
  return following.get(record) || [];
}

const causeOf = ([table, row]) => (table === MESSAGE ? M.cause[row] : K.cause[row]);
const recordOf = ([table, row]) => (table === MESSAGE ? M.record[row] : K.record[row]);
const timeOf = ([table, row]) => (table === MESSAGE ? M.at[row] : K.at[row]);
const content = (number) => (number < 0 ? "" : D.contents[number]);

function nameOf([table, row]) {
  if (table === MARK) return `${D.lanes[K.node[row]].name}: ${K.labels[K.label[row]]}`;
  return `${M.kinds[M.kind[row]].name}  ${D.lanes[M.source[row]].name} → ${D.lanes[M.target[row]].name}`;
}

// Everything that the record at a place followed from, nearest first.
function causesOf(place, most = 200) {
  const chain = [];
  for (let at = place; chain.length < most;) {
    const cause = causeOf(at);
    at = cause ? placeOf.get(cause) : undefined;
    if (!at) return { chain, beyond: cause && chain.length < most ? cause : 0 };
    chain.push(at);
  }
  return { chain, beyond: 0 };
}

// The first row whose time is not before a moment; rows stand in order of time.
function firstAt(times, moment) {
  let low = 0, high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < moment) low = middle + 1; else high = middle;
  }
  return low;
}

const slowest = M.size ? D.messages.took.reduce((most, one) => Math.max(most, one), 0) : 0;
const storyRecords = new Set(D.story.map((line) => line.record));
const opRow = new Map(OPS.number.map((number, row) => [number, row]));
