import re
import subprocess
import sys
from pathlib import Path

from tfcmp.__main__ import COMMANDS
from tfcmp.models.catalogue import CATALOGUE

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def test_the_table_of_models_is_the_catalogue():
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+?) \|$", README, flags=re.MULTILINE)
    assert rows == [(record.name, record.summary) for record in CATALOGUE]


def test_every_command_of_the_readme_exists():
    named = set(re.findall(r"python -m tfcmp\.(\w+)", README))
    assert named <= set(COMMANDS)


def test_every_folder_of_the_file_tree_exists_and_none_is_left_out():
    tree = README.split("## Package layout")[1]
    named = set(re.findall(r"^      (\w+)/", tree, flags=re.MULTILINE))
    there = {path.parent.name for path in (ROOT / "tfcmp").glob("*/__init__.py")}
    assert named == there


def test_the_table_of_results_is_that_of_the_published_study():
    folder = ROOT / "docs" / "results" / "pilot"
    line = [sys.executable, str(ROOT / "scripts" / "publish_study.py"), str(folder), "--check"]
    finished = subprocess.run(line, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr


def test_every_link_to_a_file_leads_somewhere():
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_published_study_is_the_shipped_one():
    published = ROOT / "docs" / "results" / "pilot" / "study.yaml"
    assert published.read_text() == (ROOT / "configs" / "studies" / "imdb_cpu.yaml").read_text()
