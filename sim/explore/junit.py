"""A sweep as JUnit XML, which build servers read: a test case for each seed."""

from xml.etree import ElementTree

from sim.explore.commands import reproduce
from sim.explore.row import Row
from sim.explore.sweep import Sweep

_ILLEGAL = {code: None for code in range(32) if chr(code) not in "\t\n\r"}


def junit(sweep: Sweep) -> bytes:
    """The XML. Unknown runs are skipped tests, crashes are errors."""
    scenario = sweep.order.loaded.scenario
    counts = [row.outcome for row in sweep.rows]
    suite = ElementTree.Element(
        "testsuite",
        name=scenario.name,
        tests=str(len(counts)),
        failures=str(sum(not row.met and row.outcome in ("violation", "pass") for row in sweep.rows)),
        errors=str(counts.count("crashed") + counts.count("crashed-worker")),
        skipped=str(sum(not row.met and row.outcome == "unknown" and not row.unreached for row in sweep.rows)),
        time=f"{sum(row.wall_s for row in sweep.rows):.3f}",
    )
    for row in sweep.rows:
        suite.append(_case(sweep, row))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _case(sweep: Sweep, row: Row) -> ElementTree.Element:
    scenario = sweep.order.loaded.scenario
    name = " ".join((f"seed={row.seed}", *row.point))
    case = ElementTree.Element("testcase", classname=scenario.name, name=name, time=f"{row.wall_s:.3f}")
    if row.met or row.unreached:
        return case
    tag = {"crashed": "error", "crashed-worker": "error", "unknown": "skipped"}.get(row.outcome, "failure")
    said = row.detail or f"expected: {scenario.expect}; the run passed"
    inner = ElementTree.SubElement(case, tag, message=said.translate(_ILLEGAL)[:500])
    if row.kind is not None:
        inner.set("type", row.kind.check)
    inner.text = f"{said}\n{reproduce(sweep.order.loaded, row.point, row.seed)}".translate(_ILLEGAL)
    return case
