"""A lab's runs take place on the cluster that its scenario needs."""

from types import SimpleNamespace

import pytest

from judge.kafka.shape import shape_from_dict
from judge.scenario import Scenario, Step, TopicSpec
from judge.shapes import shape_of


def shape_with(fault):
    """The shape of a lab that injects that fault."""
    step = Step("inject", {"fault": fault, "as": fault, "text": "", "options": {}})
    return shape_of(SimpleNamespace(scenario=Scenario(judged=TopicSpec("t"), steps=(step,))))


@pytest.mark.parametrize(("fault", "held"), [("slow_fsync", True), ("kill_broker", False)])
def test_syncs_are_held_only_where_a_fault_needs_it(fault, held):
    assert shape_with(fault).syncs_held == held


def test_a_cluster_whose_syncs_are_held_stands_for_no_other():
    assert shape_with("failing_fsync").key != shape_with("kill_broker").key


def test_a_shape_arrives_in_the_sandbox_as_it_was():
    shape = shape_with("slow_fsync")

    assert shape_from_dict(shape.to_dict()) == shape
