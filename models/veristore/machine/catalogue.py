"""Which object is at a key. There is one entry for each, its metadata: lists are made of the same entries as reads."""

from models.veristore.machine import keys
from models.veristore.machine.replies import Found
from models.veristore.machine.stored import Meta, decode, encode
from models.veristore.machine.view import Draft, View


class Catalogue:
    """The objects of all buckets."""

    def find(self, view: View | Draft, bucket: str, key: str) -> Meta | None:
        """The object that is there now."""
        found = view.get(keys.object_key(bucket, key))
        return None if found is None else decode(Meta, found[0])

    def enter(self, draft: Draft, bucket: str, key: str, meta: Meta) -> None:
        """An object is there from now on."""
        draft.put(keys.object_key(bucket, key), encode(meta))

    def remove(self, draft: Draft, bucket: str, key: str) -> None:
        """No object is there from now on."""
        draft.delete(keys.object_key(bucket, key))

    def entries(self, view: View, prefix: bytes, after: bytes, limit: int) -> list[tuple[bytes, Meta]]:
        """(key in the map, object) in order of the keys, see `View.scan`."""
        return [(key, decode(Meta, value)) for key, value, _ in view.scan(prefix, after, limit)]


def pinned(meta: Meta, now: int, grace: int) -> Found:
    """An object as a reader sees it: however soon it is replaced, its chunks stay for the time of grace."""
    return Found(meta, now + grace)
