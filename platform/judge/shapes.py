"""The one way from a lab to the cluster shape that its runs need."""

from __future__ import annotations

from judge.broker_fault_options import SYNC_FAULTS
from judge.kafka.shape import Shape
from judge.lab import Lab


def shape_of(lab: Lab) -> Shape:
    """The cluster that every run of `lab` takes place on."""
    cluster = lab.scenario.cluster
    faults = {step.options["fault"] for step in lab.scenario.steps if step.do == "inject"}
    return Shape(
        brokers=cluster.brokers,
        controllers=cluster.controllers,
        data_bytes=cluster.data_mb << 20,
        settings=dict(cluster.settings),
        syncs_held=bool(SYNC_FAULTS & faults),
    )
