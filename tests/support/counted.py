"""Arrays that count how many of their values are read."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt


class Counted(np.ndarray[Any, Any]):
    """An array or a slice of one that adds to `reads` whatever is read of it; slicing reads nothing."""

    reads: ClassVar[int] = 0

    @classmethod
    def of(cls, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The same array, counted."""
        return array.view(cls)

    @staticmethod
    def _plain(value: Any) -> Any:
        """The array as it is, its values counted as read."""
        if isinstance(value, Counted):
            Counted.reads += value.size
            return value.view(np.ndarray)
        if isinstance(value, tuple | list):
            return type(value)(map(Counted._plain, value))
        return value

    def __getitem__(self, key: Any) -> Any:
        found = self.view(np.ndarray)[key]
        if isinstance(key, slice):
            return Counted.of(found)
        Counted.reads += int(np.size(found))
        return found

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return getattr(ufunc, method)(*self._plain(inputs), **kwargs)

    def __array_function__(self, function: Any, _types: Any, args: Any, kwargs: Any) -> Any:
        if function is np.searchsorted:
            return self.searchsorted(*args[1:], **kwargs)
        return function(*self._plain(args), **{key: self._plain(value) for key, value in kwargs.items()})

    def searchsorted(  # type: ignore[override]  # no overloads for a test
        self, wanted: Any, side: Any = "left", sorter: None = None
    ) -> Any:
        """A search reads as many values as there are halvings, for each value wanted."""
        assert sorter is None
        Counted.reads += int(np.size(wanted)) * self.size.bit_length()
        return self.view(np.ndarray).searchsorted(self._plain(wanted), side)

    def astype(self, *args: Any, **kwargs: Any) -> Any:
        """All of it is read."""
        return self._plain(self).astype(*args, **kwargs)

    def tolist(self) -> Any:
        """All of it is read."""
        return self._plain(self).tolist()
