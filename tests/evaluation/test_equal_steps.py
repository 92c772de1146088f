from tfcmp.evaluation.equal_steps import at_equal_steps

# Three epochs of 100, 50, 25 and 400 steps.
COURSES = [
    [(100, 0.6), (200, 0.8), (300, 0.7)],
    [(50, 0.5), (100, 0.6), (150, 0.7)],
    [(25, 0.5), (50, 0.4), (75, 0.55)],
    [(400, 0.9), (800, 0.9), (1200, 0.9)],
    [],
]


def test_most_trials_are_compared_and_each_by_its_best_up_to_there():
    # At 75 the second and third can be compared, at 150 the first and second: the later counts.
    found = at_equal_steps(COURSES)
    assert found.steps == 150
    assert found.scores == (0.6, 0.7, None, None, None)


def test_more_trials_come_before_more_steps():
    found = at_equal_steps([*COURSES, [(60, 0.5), (70, 0.8)]])
    assert found.steps == 70
    assert found.scores == (None, 0.5, 0.5, None, None, 0.8)


def test_equal_epochs_may_be_equal_steps():
    assert at_equal_steps([COURSES[0], [(100, 0.5), (200, 0.5), (300, 0.5)]]) is None


def test_trials_that_share_no_step_are_not_compared():
    assert at_equal_steps([COURSES[2], COURSES[3]]) is None
    assert at_equal_steps([[], COURSES[0]]) is None
