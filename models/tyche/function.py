"""Functions of a serverless cluster as data: whose they are, how big their model is and how long it takes to load."""

from dataclasses import dataclass
from zlib import crc32

ARTIFACT = {
    "resnet18": (210, 649),
    "resnet50": (486, 907),
    "alexnet": (671, 923),
    "resnet152": (1180, 1348),
    "googlenet": (1351, 1027),
    "bert": (2078, 1333),
    "inception": (2281, 957),
    "vgg": (2410, 1648),
}
"""Model -> (load in ms, size in MB), as the constants of the public artifact of InstaInfer (SoCC 2024) have them."""


@dataclass(frozen=True)
class Function:
    """One function. Durations in ns, memory in MB.

    `model_ns` reads the weights into main memory, `library_ns` what they need before, `transfer_ns` brings them to a
    GPU. With `gpu` the model lies in GPU memory while it is loaded, without in the container's.
    """

    name: str
    user: str
    mb: int
    model_ns: int
    library_ns: int = 0
    transfer_ns: int = 0
    execution_ns: int = 0
    gpu: bool = False

    @property
    def load_ns(self) -> int:
        """From nothing in memory to the first inference, with the disk at its full speed."""
        return self.library_ns + self.model_ns + (self.transfer_ns if self.gpu else 0)


NO_RESULT = 0
"""What a run gives whose model was taken away under it."""


def result_of(function: str, request: str) -> int:
    """The answer to a request: a pure function of both, so that it can be compared with and without preloading."""
    return crc32(f"{function}/{request}".encode()) or 1
