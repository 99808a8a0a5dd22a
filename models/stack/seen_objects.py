"""Objects that one worker has put or read lately: what is put once under its name need not be read again.

All that the stack puts is put where there is nothing, so bytes under a name are the same for ever. Only what is not
there, and what others may have put, is asked of the store.
"""

from models.stack.objects_port import ReplicatedObjects
from models.stack.ports import Errand
from models.stack.recent import Recent

KEPT = 128


class SeenObjects:
    """The objects port of a worker, with a memory."""

    def __init__(self, objects: ReplicatedObjects) -> None:
        self._objects = objects
        self._seen = Recent[bytes](KEPT)

    async def put(self, errand: Errand, bucket: str, key: str, body: bytes) -> str:
        """See `Objects`."""
        etag = await self._objects.put(errand, bucket, key, body)
        self._seen.keep((bucket, key), body)
        return etag

    async def get(self, errand: Errand, bucket: str, key: str) -> bytes | None:
        """See `Objects`."""
        body = self._seen.get((bucket, key))
        if body is None:
            body = await self._objects.get(errand, bucket, key)
            if body is not None:
                self._seen.keep((bucket, key), body)
        return body

    async def list(self, errand: Errand, bucket: str, prefix: str) -> tuple[str, ...]:
        """See `Objects`."""
        return await self._objects.list(errand, bucket, prefix)

    async def delete(self, errand: Errand, bucket: str, key: str) -> None:
        """See `Objects`."""
        self._seen.forget((bucket, key))
        await self._objects.delete(errand, bucket, key)
