"""Numbers of pictures, on cases that can be counted by hand."""

from models.veriflow.metrics import Bar, Metrics, fragmentation, mean


def test_free_gpus_are_fragmented_as_far_as_they_are_not_on_the_node_with_most() -> None:
    bars = [Bar("n1", device, 1, 1, 10, 30, False) for device in range(2)]
    bars += [Bar("n2", device, 2, 1, 20, 40, False) for device in range(4)]
    nodes = {"n1": ("a100", 4), "n2": ("a100", 4), "n3": ("h100", 4)}
    steps = fragmentation(Metrics(bars=bars, nodes=nodes), "a100")
    last_at = dict(steps)
    assert last_at == {10: 33, 20: 0, 30: 0, 40: 50}
    assert fragmentation(Metrics(bars=bars, nodes=nodes), "h100") == []


def test_a_mean_is_over_time() -> None:
    assert mean([(10, 4), (30, 0)], 40) == 2.0
    assert mean([], 40) == 0.0
