"""Whether the images on the disk are what the document says, because whoever reads an export reads them, too."""

from __future__ import annotations

from annotator.core.document import Document, ImageRecord
from annotator.core.images import read_header
from annotator.errors import ImageError, Sentence

_NAMED = 5


class ImagesOnDisk:
    """Looks at the images of a document one by one; those that are not there or not readable are nobody's mistake."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._other_size: list[str] = []

    def look(self, image: ImageRecord) -> None:
        """Remember the image when its file has another size than its masks."""
        try:
            header = read_header(self._document.image_path(image.id))
        except ImageError:
            return
        if (header.height, header.width) != (image.height, image.width):
            self._other_size.append(
                f"{image.path} ({header.width} x {header.height} pixels there, {image.width} x {image.height} here)"
            )

    def notes(self) -> tuple[Sentence, ...]:
        """What was found, if anything."""
        if not self._other_size:
            return ()
        more = "" if len(self._other_size) <= _NAMED else " ..."
        return (
            Sentence(
                "Images that have another size on the disk than in this dataset, so that their masks do not fit them: "
                "{count}, {names}. Most programs will refuse these images or stretch their masks: find the right "
                "images, or take these out, then export again.",
                count=len(self._other_size),
                names=", ".join(self._other_size[:_NAMED]) + more,
            ),
        )
