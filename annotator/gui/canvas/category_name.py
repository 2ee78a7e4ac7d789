"""Choosing a category by its name: for the mask to decide on, the selected instances, or the next instance."""

from __future__ import annotations

from annotator.gui.canvas.canvas import Canvas
from annotator.gui.canvas.name_strip import NameStrip
from annotator.gui.canvas.prompt_strip import PromptStrip
from annotator.gui.document_model import DocumentModel
from annotator.gui.instance_editor import InstanceEditor, NamedFor
from annotator.gui.selection import Selection


class CategoryNameStrip(NameStrip):
    """Does by name what a digit does; a mask to decide on is named in the strip beside it."""

    def __init__(
        self,
        canvas: Canvas,
        strip: PromptStrip,
        model: DocumentModel,
        editor: InstanceEditor,
        selection: Selection,
    ) -> None:
        super().__init__(canvas, model)
        self._strip = strip
        self._editor = editor
        self._selection = selection
        self.named.connect(editor.apply_name)
        selection.instances_changed.connect(self.close_strip)  # the name was to be for others
        model.document_replaced.connect(self.close_strip)

    def ask(self) -> None:
        """Open the field, with all names to choose from."""
        meant = self._editor.named_for()
        if meant is NamedFor.MASK:
            self._strip.ask_for_category()
            self._strip.category_field.offer_all()
        elif meant is not NamedFor.NOTHING:
            count = len(self._selection.instance_ids)
            if meant is NamedFor.SELECTED:
                self.open_strip(self.tr("Change %n instance(s) to", "", count))
            else:
                self.open_strip(self.tr("Category of what comes next:"))
            self.field.offer_all()
