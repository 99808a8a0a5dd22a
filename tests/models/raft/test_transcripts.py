"""What Raft servers do, step by step, as a person can read it: each file of transcripts/ is one rule.

`pytest tests/models/raft/test_transcripts.py --rewrite` writes them anew.
"""

from pathlib import Path

import pytest

from tests.models.raft.script import Script, blocks

FOLDER = Path(__file__).parent / "transcripts"
FILES = sorted(FOLDER.glob("*.txt"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_servers_do_what_the_transcript_says(file: Path, request: pytest.FixtureRequest) -> None:
    script = Script()
    said = list(blocks(file.read_text()))
    done = [script.perform(block.directives) for block in said]
    if request.config.getoption("--rewrite"):
        for block, lines in zip(said, done, strict=True):
            block.expected = lines
        file.write_text("\n\n".join(block.text() for block in said) + "\n")
        return
    for block, lines in zip(said, done, strict=True):
        assert lines == block.expected, "\n".join(block.directives)


def test_there_is_a_transcript_for_each_rule() -> None:
    assert len(FILES) >= 20
    for file in FILES:
        assert file.read_text().startswith("# "), f"{file.name} does not open with what it claims"
