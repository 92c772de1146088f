import re

from tfcmp.reporting.analysis.comparison import ReportOptions
from tfcmp.reporting.build import assemble
from tfcmp.reporting.load.inputs import gather
from tfcmp.reporting.render.document import Column, Report, Section, make_table
from tfcmp.reporting.render.markdown import markdown_of

HOSTILE = "a | b\n# c <script>x</script> [l](u) `k` *e*"


def test_text_cannot_leave_its_cell():
    table = make_table("t", HOSTILE, [Column("a", "a")], [(HOSTILE,)])
    written = markdown_of(
        Report(HOSTILE, ((HOSTILE, HOSTILE),), (Section("s", "S", tables=(table,)),))
    )
    assert "<script>" not in written
    cell = r"| a \| b # c &lt;script&gt;x&lt;/script&gt; \[l\](u) \`k\` \*e\* |"
    assert cell in written.splitlines()


def test_commands_stay_fit_for_copying():
    written = markdown_of(
        Report("t", (), (Section("s", "S", ("--require 'a<=20' 'b>=1' p < 1",)),))
    )
    assert "--require 'a<=20' 'b>=1' p < 1" in written.splitlines()


def test_it_has_the_tables_and_figures_of_the_page(write_run):
    report = assemble(gather([write_run("gru"), write_run("bag_of_ngrams")]), ReportOptions())
    written = markdown_of(report)
    for table in report.tables():
        assert f"### {table.title}" in written.replace("\\", "")
    pictures = re.findall(r"\]\(figures/(\w+)\.svg\)", written)
    assert pictures == [figure.name for figure in report.figures()]
    assert "| bag_of_ngrams | 1 |" in written
