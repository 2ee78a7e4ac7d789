"""The installed checkpoints as the window sees them: the list, importing another one, and which one computes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMetaMethod, QObject, Signal

from annotator.gui.background import BackgroundJob, JobFailure
from annotator.gui.child_call import call_in_child
from annotator.gui.inference_messages import SegmenterProcess
from annotator.gui.settings import Settings
from annotator.gui.workspace import Workspace

if TYPE_CHECKING:
    from annotator.segment.weights import InstalledWeights

OFFICIAL_FILE = "tinysam_42.3.pth"
OFFICIAL_PAGE = "https://github.com/xinghaochen/TinySAM/releases"
OFFICIAL_MIRROR = "https://huggingface.co/xinghaochen/tinysam"


class WeightsLibrary(QObject):
    """Lists and imports in the background. `make_segmenter` is told the checkpoint; None is the best one installed."""

    listed = Signal()  # `installed` is up to date
    imported = Signal(Path)  # where it is kept; it computes from now on
    import_failed = Signal(object)

    def __init__(
        self,
        workspace: Workspace,
        settings: Settings,
        make_segmenter: Callable[[Path | None], SegmenterProcess],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._settings = settings
        self._make_segmenter = make_segmenter
        self._importing: BackgroundJob | None = None
        self.installed: tuple[InstalledWeights, ...] = ()
        workspace.inference.state_changed.connect(self._on_state_changed)
        self.refresh()

    @property
    def in_use(self) -> InstalledWeights | None:
        """The checkpoint that computes; None while it is not known, or is not among the installed ones."""
        name, chosen = self._workspace.inference.segmenter_name, self._settings.weights
        candidates = [weights for weights in self.installed if weights.info is not None and weights.name == name]
        return next((w for w in candidates if w.path == chosen), candidates[0] if candidates else None)

    @property
    def importing(self) -> BackgroundJob | None:
        """The import under way."""
        return self._importing

    def refresh(self) -> None:
        """Look again at what is installed; `listed` follows."""
        job = self._workspace.jobs.new(lambda _: _list_installed())
        job.succeeded.connect(self._on_listed)
        job.start()

    def use(self, path: Path) -> None:
        """Compute with that checkpoint, now and at the next start."""
        self._settings.weights = path
        self._workspace.use_segmenter(partial(self._make_segmenter, path))

    def import_file(self, path: Path) -> None:
        """Check a file and keep a copy; `imported` or `import_failed` follows, unless it is cancelled."""
        self._importing = job = self._workspace.jobs.new(
            lambda job: call_in_child(_import, path, cancel=job.cancel),
            title=self.tr("Importing %1").replace("%1", path.name),
            lists_failure=False,
        )
        job.succeeded.connect(self._on_imported)
        job.failed.connect(lambda reason: self._on_import_failed(job.title, reason))
        job.finished.connect(self._on_import_ended)
        job.start()

    def _on_listed(self, installed: tuple[InstalledWeights, ...]) -> None:
        self.installed = installed
        self.listed.emit()

    def _on_imported(self, path: Path) -> None:
        self.use(path)
        self.refresh()
        self.imported.emit(path)

    def _on_import_failed(self, title: str, reason: str) -> None:
        if self.isSignalConnected(QMetaMethod.fromSignal(self.import_failed)):
            self.import_failed.emit(reason)
        else:  # the dialog has been closed meanwhile
            self._workspace.jobs.add_failure(JobFailure(title, reason))

    def _on_import_ended(self) -> None:
        self._importing = None
        self.listed.emit()

    def _on_state_changed(self) -> None:
        # Which one is in use is known by the segmenter's name, which comes with its being ready.
        self.listed.emit()


# The module that knows the checkpoints' formats is loaded by whoever needs it, not with the window.
def _list_installed() -> tuple[InstalledWeights, ...]:
    from annotator.segment.weights import installed_weights

    return tuple(installed_weights())


def _import(path: Path) -> Path:
    from annotator.segment.weights import import_weights

    return import_weights(path).path
