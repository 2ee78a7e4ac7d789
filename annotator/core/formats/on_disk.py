"""Whether the images on the disk are what the document says, because whoever reads an export reads them, too."""

from __future__ import annotations

from annotator.core.document import Document, ImageRecord
from annotator.core.images import ImageHeader, read_header
from annotator.errors import ImageError, Sentence


class ImagesOnDisk:
    """Looks at the images of a document one by one; those that are not there or not readable are nobody's mistake."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._other_size: list[tuple[ImageRecord, ImageHeader]] = []

    def look(self, image: ImageRecord) -> None:
        """Remember the image when its file has another size than its masks."""
        try:
            header = read_header(self._document.image_path(image.id))
        except ImageError:
            return
        if (header.height, header.width) != (image.height, image.width):
            self._other_size.append((image, header))

    def notes(self) -> tuple[Sentence, ...]:
        """What was found, if anything."""
        if not self._other_size:
            return ()
        image, header = self._other_size[0]
        return (
            Sentence(
                "Images that have another size on the disk than in this dataset, so that their masks do not fit them: "
                "{count}, such as {path}, {width} x {height} pixels there and {width2} x {height2} here. Most programs "
                "will refuse these images or stretch their masks: find the right images, or take these out, then "
                "export again.",
                count=len(self._other_size),
                path=image.path,
                width=header.width,
                height=header.height,
                width2=image.width,
                height2=image.height,
            ),
        )
