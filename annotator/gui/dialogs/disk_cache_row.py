"""The settings' row about the embeddings kept on disk: how many, how many are there now, and away with them."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSpinBox, QWidget

from annotator.gui.settings import Settings
from annotator.gui.workspace import Workspace


class DiskCacheRow(QWidget):
    """The limit takes effect with the dialog's OK, clearing at once. Without a workspace there is nothing to clear."""

    def __init__(self, settings: Settings, workspace: Workspace | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.megabytes = QSpinBox(self)
        self.megabytes.setRange(Settings.DISK_CACHE_MEGABYTES.start, Settings.DISK_CACHE_MEGABYTES.stop - 1)
        self.megabytes.setSingleStep(256)
        self.megabytes.setSuffix(" MB")
        self.megabytes.setSpecialValueText(self.tr("keep none"))
        self.megabytes.setValue(settings.disk_cache_megabytes)
        self.used = QLabel(self)
        self.clear = QPushButton(self.tr("&Clear cache"), self)
        self.clear.setToolTip(self.tr("Delete the embeddings on disk; images are embedded anew when they are opened"))
        self.clear.clicked.connect(self._on_clear)
        self.clear.setEnabled(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.megabytes)
        row.addWidget(self.used, 1)
        row.addWidget(self.clear)
        self._measure()

    def _measure(self, *, clear_first: bool = False) -> None:
        """Find out the size in a worker thread: there may be thousands of files, on a slow disk."""
        cache = None if self._workspace is None else self._workspace.disk_cache
        if self._workspace is None or cache is None:
            return

        def measured(_: object) -> int:
            if clear_first:
                cache.clear()
            return cache.nbytes

        job = self._workspace.jobs.new(measured)
        job.succeeded.connect(self._on_measured)
        job.start()

    def _on_measured(self, nbytes: int) -> None:
        self.used.setText(self.tr("%1 MB in use").replace("%1", f"{nbytes / 2**20:.0f}"))
        self.clear.setEnabled(nbytes > 0)

    def _on_clear(self) -> None:
        self.clear.setEnabled(False)
        self._measure(clear_first=True)
