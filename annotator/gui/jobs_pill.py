"""Long jobs in one place: a pill in the status bar, and a small panel with their progress and their failures."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from annotator.gui.background import BackgroundJob, BackgroundJobs, JobFailure
from annotator.gui.icons import icon, set_icon
from annotator.gui.language import translated

_DELAY_MS = 300  # what is done sooner is not worth a flicker
_REFRESH_MS = 100
_PANEL_WIDTH = 360
_SIGN = 16
_TITLE_CHARACTERS = 36  # in the pill; the panel has the whole title


class JobsPill(QToolButton):
    """Hidden while nothing runs and nothing has failed; a click opens the panel."""

    def __init__(self, jobs: BackgroundJobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._icon_name = ""
        self.panel = JobsPanel(jobs, self)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(self.tr("Show what is going on in the background"))
        self.clicked.connect(self._on_clicked)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._refresh)
        self.hide()
        jobs.changed.connect(self._on_changed)
        self._on_changed()

    def _on_changed(self) -> None:
        # Jobs tell of every image; nobody reads faster than this.
        if not self._timer.isActive():
            self._timer.start(_DELAY_MS if self.isHidden() else _REFRESH_MS)

    def _refresh(self) -> None:
        running, failures = self._jobs.listed, self._jobs.failures
        if running:
            text = self._short(running[0].title) if len(running) == 1 else self.tr("%n jobs", "", len(running))
            done, total = sum(job.done for job in running), sum(job.total for job in running)
            if total:
                text += f"  {done} / {total}"
        else:
            text = self._failure_text(failures)
        icon_name = "warning" if failures else "jobs"
        if self._icon_name != icon_name:
            self._icon_name = icon_name
            set_icon(self, icon_name)
        self.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self.panel.refresh()
        if not text:
            self.panel.hide()

    def _failure_text(self, failures: tuple[JobFailure, ...]) -> str:
        if not failures:
            return ""
        if len(failures) == 1:
            return self.tr("%1: failed").replace("%1", self._short(failures[0].title))
        return self.tr("%n failed", "", len(failures))

    def _short(self, title: str) -> str:
        width = _TITLE_CHARACTERS * self.fontMetrics().averageCharWidth()
        return self.fontMetrics().elidedText(title, Qt.TextElideMode.ElideMiddle, width)

    def _on_clicked(self) -> None:
        self.panel.refresh()
        self.panel.adjustSize()
        corner = self.mapToGlobal(QPoint(self.width(), 0))
        self.panel.move(corner - QPoint(self.panel.width(), self.panel.height() + 4))
        self.panel.show()


class JobsPanel(QFrame):
    """A row for each running job and each failure."""

    def __init__(self, jobs: BackgroundJobs, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._jobs = jobs
        self._rows: dict[BackgroundJob, _JobRow] = {}
        self._failure_rows: list[_FailureRow] = []
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName(self.tr("Background jobs"))
        self.setFixedWidth(_PANEL_WIDTH)
        self._clear = QPushButton(self.tr("Clear the list"), self)
        self._clear.clicked.connect(jobs.clear_failures)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 16, 16, 16)
        self._column.setSpacing(8)
        self._column.addWidget(self._clear, alignment=Qt.AlignmentFlag.AlignRight)

    def refresh(self) -> None:
        """Show the jobs as they are now."""
        for job in self._rows.keys() - set(self._jobs.listed):
            self._rows.pop(job).deleteLater()
        for job in self._jobs.listed:
            if job not in self._rows:
                self._rows[job] = _JobRow(job, self)
                self._column.insertWidget(len(self._rows) - 1, self._rows[job])
            self._rows[job].refresh()
        failures = self._jobs.failures
        if [row.failure for row in self._failure_rows] != list(failures):
            while self._failure_rows:
                self._failure_rows.pop().deleteLater()
            for failure in failures:
                row = _FailureRow(failure, self)
                self._failure_rows.append(row)
                self._column.insertWidget(self._column.count() - 1, row)
        self._clear.setVisible(bool(failures))
        if self.isVisible():
            self._keep_bottom()

    def _keep_bottom(self) -> None:
        bottom = self.geometry().bottom()
        self.adjustSize()
        self.move(self.x(), bottom - self.height() + 1)


class _FailureRow(QWidget):
    """What failed, and below it why."""

    def __init__(self, failure: JobFailure, parent: QWidget) -> None:
        super().__init__(parent)
        self.failure = failure
        sign = QLabel(self)
        sign.setPixmap(icon("warning").pixmap(_SIGN, _SIGN))
        title, reason = QLabel(failure.title, self), QLabel(translated(failure.reason), self)
        font = title.font()
        font.setBold(True)
        title.setFont(font)
        texts = QVBoxLayout()
        texts.setSpacing(4)
        for label in (title, reason):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            texts.addWidget(label)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(sign, alignment=Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)


class _JobRow(QWidget):
    def __init__(self, job: BackgroundJob, parent: QWidget) -> None:
        super().__init__(parent)
        self._job = job
        self._title = title = QLabel(job.title, self)
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setWordWrap(True)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(job.title)
        self._pace = QLabel(self)
        self._pace.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._count = QLabel(self)
        self._cancel = QPushButton(self.tr("Cancel"), self)
        self._cancel.setVisible(job.can_cancel)
        self._cancel.clicked.connect(self._on_cancel)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._bar, 1)
        line.addWidget(self._count)
        line.addWidget(self._cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(title)
        column.addLayout(line)
        column.addWidget(self._pace)

    def refresh(self) -> None:
        """Show how far the job is; one that cannot say shows that it moves."""
        self._title.setText(self._job.title)
        self._pace.setText(self._job.pace)
        self._pace.setVisible(bool(self._job.pace))
        self._bar.setRange(0, self._job.total)
        self._bar.setValue(self._job.done)
        self._count.setText(f"{self._job.done} / {self._job.total}" if self._job.total else "")

    def _on_cancel(self) -> None:
        self._job.cancel.cancel()
        self._cancel.setEnabled(False)
