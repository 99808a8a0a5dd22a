"""A run as JUnit XML, which build servers read: a test case for each check."""

from xml.etree import ElementTree

from sim.checks.verdict import Verdict
from sim.result import Run

_ILLEGAL = {code: None for code in range(32) if chr(code) not in "\t\n\r"}


def junit_of(run: Run) -> bytes:
    """The XML. Unknown checks are skipped tests; of a run that ends as expected no check has failed."""
    counts = [_tag(run, one) for one in run.checks]
    suite = ElementTree.Element(
        "testsuite",
        name=run.scenario,
        tests=str(len(counts)),
        failures=str(counts.count("failure")),
        errors="0",
        skipped=str(counts.count("skipped")),
        time=f"{run.wall_s:.3f}",
    )
    for one in run.checks:
        suite.append(_case(run, one))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _tag(run: Run, check: Verdict) -> str:
    if check.status == "pass" or run.met:
        return ""
    return "failure" if check.status == "fail" else "skipped"


def _case(run: Run, check: Verdict) -> ElementTree.Element:
    name = f"{check.check} seed={run.seed}"
    case = ElementTree.Element("testcase", classname=run.scenario, name=name, time="0.000")
    tag = _tag(run, check)
    if tag:
        said = check.detail.translate(_ILLEGAL)
        inner = ElementTree.SubElement(case, tag, message=said[:500], type=check.kind)
        inner.text = f"{said}\n{run.reproduce}".translate(_ILLEGAL)
    return case
