<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>CategoryChanges</name>
    <message numerus="yes">
        <source>%n instance(s) of this category are locked: unlock them first.</source>
        <translation>
            <numerusform>%n instance of this category is locked: unlock it first.</numerusform>
            <numerusform>%n instances of this category are locked: unlock them first.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CategoryListModel</name>
    <message numerus="yes">
        <source>%n instance(s)</source>
        <translation>
            <numerusform>%n instance</numerusform>
            <numerusform>%n instances</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CategoryNameStrip</name>
    <message numerus="yes">
        <source>Change %n instance(s) to</source>
        <translation>
            <numerusform>Change %n instance to</numerusform>
            <numerusform>Change %n instances to</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CleanUpDialog</name>
    <message numerus="yes">
        <source>%n part(s) removed</source>
        <translation>
            <numerusform>%n part removed</numerusform>
            <numerusform>%n parts removed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n hole(s) filled</source>
        <translation>
            <numerusform>%n hole filled</numerusform>
            <numerusform>%n holes filled</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DetailField</name>
    <message numerus="yes">
        <source>%n vertices</source>
        <translation>
            <numerusform>%n vertex</numerusform>
            <numerusform>%n vertices</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DetailStrip</name>
    <message numerus="yes">
        <source>%n vertices</source>
        <translation>
            <numerusform>%n vertex</numerusform>
            <numerusform>%n vertices</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DetailsPanel</name>
    <message numerus="yes">
        <source>%n instance(s)</source>
        <translation>
            <numerusform>%n instance</numerusform>
            <numerusform>%n instances</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DocumentFlow</name>
    <message numerus="yes">
        <source>%n image(s) are not in %1, where the COCO file says they are.</source>
        <translation>
            <numerusform>%n image is not in %1, where the COCO file says it is.</numerusform>
            <numerusform>%n images are not in %1, where the COCO file says they are.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) that had not been saved are here again.</source>
        <translation>
            <numerusform>%n change that had not been saved is here again.</numerusform>
            <numerusform>%n changes that had not been saved are here again.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) do not fit %1 any more, which another program has changed since. All of this work stays listed on the first page, from where its masks can be saved by themselves.</source>
        <translation>
            <numerusform>%n change does not fit %1 any more, which another program has changed since. All of this work stays listed on the first page, from where its masks can be saved by themselves.</numerusform>
            <numerusform>%n changes do not fit %1 any more, which another program has changed since. All of this work stays listed on the first page, from where its masks can be saved by themselves.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>What you had begun to draw on %n image(s) is here again: %1.</source>
        <translation>
            <numerusform>What you had begun to draw on %n image is here again: %1.</numerusform>
            <numerusform>What you had begun to draw on %n images is here again: %1.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>EverythingRuns</name>
    <message numerus="yes">
        <source>%n proposal(s) on %1</source>
        <translation>
            <numerusform>%n proposal on %1</numerusform>
            <numerusform>%n proposals on %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ExportReportDialog</name>
    <message numerus="yes">
        <source>%n instance(s)</source>
        <translation>
            <numerusform>%n instance</numerusform>
            <numerusform>%n instances</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s)</source>
        <translation>
            <numerusform>%n image</numerusform>
            <numerusform>%n images</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n proposal(s)</source>
        <translation>
            <numerusform>%n proposal</numerusform>
            <numerusform>%n proposals</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) exported without instances.</source>
        <translation>
            <numerusform>%n image exported without instances.</numerusform>
            <numerusform>%n images exported without instances.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n proposal(s): only what a review has accepted was to be exported</source>
        <translation>
            <numerusform>%n proposal: only what a review has accepted was to be exported</numerusform>
            <numerusform>%n proposals: only what a review has accepted was to be exported</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n proposal(s): accept them first, or tick that proposals are exported, too</source>
        <translation>
            <numerusform>%n proposal: accept it first, or tick that proposals are exported, too</numerusform>
            <numerusform>%n proposals: accept them first, or tick that proposals are exported, too</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n instance(s): %1</source>
        <translation>
            <numerusform>%n instance: %1</numerusform>
            <numerusform>%n instances: %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FolderRuns</name>
    <message numerus="yes">
        <source>%n image(s) encoded.</source>
        <translation>
            <numerusform>%n image encoded.</numerusform>
            <numerusform>%n images encoded.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The disk cache has no room for %n more: give it more in the settings, and encode again.</source>
        <translation>
            <numerusform>The disk cache has no room for %n more: give it more in the settings, and encode again.</numerusform>
            <numerusform>The disk cache has no room for %n more: give it more in the settings, and encode again.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n proposal(s) were added.</source>
        <translation>
            <numerusform>%n proposal was added.</numerusform>
            <numerusform>%n proposals were added.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) failed: the jobs in the status bar tell why.</source>
        <translation>
            <numerusform>%n image failed: the jobs in the status bar tell why.</numerusform>
            <numerusform>%n images failed: the jobs in the status bar tell why.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ImageChanges</name>
    <message numerus="yes">
        <source>Mark %n image(s) as not done</source>
        <translation>
            <numerusform>Mark %n image as not done</numerusform>
            <numerusform>Mark %n images as not done</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Mark %n image(s) as done</source>
        <translation>
            <numerusform>Mark %n image as done</numerusform>
            <numerusform>Mark %n images as done</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Review %n image(s)</source>
        <translation>
            <numerusform>Review %n image</numerusform>
            <numerusform>Review %n images</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) cannot be opened, and so cannot be marked.</source>
        <translation>
            <numerusform>%n image cannot be opened, and so cannot be marked.</numerusform>
            <numerusform>%n images cannot be opened, and so cannot be marked.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ImageListModel</name>
    <message numerus="yes">
        <source>%n instance(s)</source>
        <translation>
            <numerusform>%n instance</numerusform>
            <numerusform>%n instances</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n proposal(s)</source>
        <translation>
            <numerusform>%n proposal</numerusform>
            <numerusform>%n proposals</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ImageListPanel</name>
    <message numerus="yes">
        <source>%n image(s) cannot be opened</source>
        <translation>
            <numerusform>%n image cannot be opened</numerusform>
            <numerusform>%n images cannot be opened</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) match</source>
        <translation>
            <numerusform>%n image matches</numerusform>
            <numerusform>%n images match</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ImportDialog</name>
    <message numerus="yes">
        <source>%n new image(s) of the folder: %1</source>
        <translation>
            <numerusform>%n new image of the dataset&apos;s folder: %1</numerusform>
            <numerusform>%n new images of the dataset&apos;s folder: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n instance(s)</source>
        <translation>
            <numerusform>%n instance</numerusform>
            <numerusform>%n instances</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>on %n image(s)</source>
        <translation>
            <numerusform>on %n image</numerusform>
            <numerusform>on %n images</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n proposal(s)</source>
        <translation>
            <numerusform>%n proposal</numerusform>
            <numerusform>%n proposals</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n new category(s): %1</source>
        <translation>
            <numerusform>%n new category: %1</numerusform>
            <numerusform>%n new categories: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>to %n category(s) that are there already: %1</source>
        <translation>
            <numerusform>to %n category that is there already: %1</numerusform>
            <numerusform>to %n categories that are there already: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n instance(s) that are there already</source>
        <translation>
            <numerusform>%n instance that is there already</numerusform>
            <numerusform>%n instances that are there already</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) that neither this dataset nor its folder has: %1</source>
        <translation>
            <numerusform>%n image that neither this dataset nor its folder has: %1</numerusform>
            <numerusform>%n images that neither this dataset nor its folder has: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) of another size in this dataset: %1</source>
        <translation>
            <numerusform>%n image of another size in this dataset: %1</numerusform>
            <numerusform>%n images of another size in this dataset: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>reviews, attributes, groups, locks or other keys of %n instance(s) that say something else here</source>
        <translation>
            <numerusform>reviews, attributes, groups, locks or other keys of %n instance that says something else here</numerusform>
            <numerusform>reviews, attributes, groups, locks or other keys of %n instances that say something else here</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>notes, status, reviews or other keys of %n image(s) that say something else here: %1</source>
        <translation>
            <numerusform>note, status, review or other keys of %n image that says something else here: %1</numerusform>
            <numerusform>notes, status, reviews or other keys of %n images that say something else here: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>attributes or other keys of %n category(s) that has others here: %1</source>
        <translation>
            <numerusform>attributes or other keys of %n category that has others here: %1</numerusform>
            <numerusform>attributes or other keys of %n categories that have others here: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>the licence of %n new image(s), because this dataset does not have it by its number</source>
        <translation>
            <numerusform>the licence of %n new image, because this dataset does not have it by its number</numerusform>
            <numerusform>the licences of %n new images, because this dataset does not have them by their numbers</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>InstanceChanges</name>
    <message numerus="yes">
        <source>Change the category of %n instance(s)</source>
        <translation>
            <numerusform>Change the category of %n instance</numerusform>
            <numerusform>Change the category of %n instances</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %n instance(s)</source>
        <translation>
            <numerusform>Delete %n instance</numerusform>
            <numerusform>Delete %n instances</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Make %n instance(s) single objects</source>
        <translation>
            <numerusform>Make %n instance a single object</numerusform>
            <numerusform>Make %n instances single objects</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Make %n instance(s) crowds</source>
        <translation>
            <numerusform>Make %n instance a crowd</numerusform>
            <numerusform>Make %n instances crowds</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Group %n instance(s)</source>
        <translation>
            <numerusform>Group %n instance</numerusform>
            <numerusform>Group %n instances</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Take %n instance(s) out of their group</source>
        <translation>
            <numerusform>Take %n instance out of its group</numerusform>
            <numerusform>Take %n instances out of their groups</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Review %n instance(s)</source>
        <translation>
            <numerusform>Review %n instance</numerusform>
            <numerusform>Review %n instances</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n locked instance(s) stayed as before: unlock what is to change.</source>
        <translation>
            <numerusform>%n locked instance stayed as before: unlock it to change it.</numerusform>
            <numerusform>%n locked instances stayed as before: unlock what is to change.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>InstanceCopies</name>
    <message numerus="yes">
        <source>Copy %n instance(s) to the next image</source>
        <translation>
            <numerusform>Copy %n instance to the next image</numerusform>
            <numerusform>Copy %n instances to the next image</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>JobsPill</name>
    <message numerus="yes">
        <source>%n jobs</source>
        <translation>
            <numerusform>%n job</numerusform>
            <numerusform>%n jobs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n failed</source>
        <translation>
            <numerusform>%n failed</numerusform>
            <numerusform>%n failed</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message numerus="yes">
        <source>Imported %n instance(s)</source>
        <translation>
            <numerusform>Imported %n instance</numerusform>
            <numerusform>Imported %n instances</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>MergeCategoriesDialog</name>
    <message numerus="yes">
        <source>%n instance(s) get the other category. Undo takes it all back.</source>
        <translation>
            <numerusform>%n instance gets the other category. Undo takes it back.</numerusform>
            <numerusform>%n instances get the other category. Undo takes it all back.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PrelabelDialog</name>
    <message numerus="yes">
        <source>&amp;Go on with the run that was interrupted: %n image(s) are done</source>
        <translation>
            <numerusform>&amp;Go on with the run that was interrupted: %n image is done</numerusform>
            <numerusform>&amp;Go on with the run that was interrupted: %n images are done</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) to look at</source>
        <translation>
            <numerusform>%n image to look at</numerusform>
            <numerusform>%n images to look at</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Prelabelling</name>
    <message numerus="yes">
        <source>Pre-labelling these images was interrupted; what was found on %n image(s) is kept.</source>
        <translation>
            <numerusform>Pre-labelling these images was interrupted; what was found on %n image is kept.</numerusform>
            <numerusform>Pre-labelling these images was interrupted; what was found on %n images is kept.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ProposalChanges</name>
    <message numerus="yes">
        <source>Delete %n proposal(s)</source>
        <translation>
            <numerusform>Delete %n proposal</numerusform>
            <numerusform>Delete %n proposals</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Accept %n proposal(s)</source>
        <translation>
            <numerusform>Accept %n proposal</numerusform>
            <numerusform>Accept %n proposals</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ProposalNameStrip</name>
    <message numerus="yes">
        <source>Accept %n proposal(s) as</source>
        <translation>
            <numerusform>Accept %n proposal as</numerusform>
            <numerusform>Accept %n proposals as</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ProposalsPanel</name>
    <message numerus="yes">
        <source>Delete all %n, shown or not</source>
        <translation>
            <numerusform>Delete the one, shown or not</numerusform>
            <numerusform>Delete all %n, shown or not</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RemoveCategoryDialog</name>
    <message numerus="yes">
        <source>%n instance(s)</source>
        <translation>
            <numerusform>%n instance</numerusform>
            <numerusform>%n instances</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n proposal(s)</source>
        <translation>
            <numerusform>%n proposal</numerusform>
            <numerusform>%n proposals</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>UnsavedList</name>
    <message numerus="yes">
        <source>%1: %n change(s) that did not all fit any more, the last on %2</source>
        <translation>
            <numerusform>%1: %n change that did not fit any more, on %2</numerusform>
            <numerusform>%1: %n changes that did not all fit any more, the last on %2</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1: %n change(s), the last on %2</source>
        <translation>
            <numerusform>%1: %n change, on %2</numerusform>
            <numerusform>%1: %n changes, the last on %2</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1: what you had begun to draw on %n image(s)</source>
        <translation>
            <numerusform>%1: what you had begun to draw on %n image</numerusform>
            <numerusform>%1: what you had begun to draw on %n images</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>UnsavedOpening</name>
    <message numerus="yes">
        <source>Of %n change(s) to %1 not all fitted the file any more when it was opened. The masks they made can be saved in a COCO file of their own, from which you can import what you miss.</source>
        <translation>
            <numerusform>%n change to %1 did not fit the file any more when it was opened. The masks it made can be saved in a COCO file of their own, from which you can import what you miss.</numerusform>
            <numerusform>Of %n changes to %1 not all fitted the file any more when it was opened. The masks they made can be saved in a COCO file of their own, from which you can import what you miss.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n mask(s) are in %1 now: open their dataset and choose File &gt; Import.</source>
        <translation>
            <numerusform>%n mask is in %1 now: open its dataset and choose File &gt; Import.</numerusform>
            <numerusform>%n masks are in %1 now: open their dataset and choose File &gt; Import.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ViewState</name>
    <message numerus="yes">
        <source>Lock %n instance(s)</source>
        <translation>
            <numerusform>Lock %n instance</numerusform>
            <numerusform>Lock %n instances</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Unlock %n instance(s)</source>
        <translation>
            <numerusform>Unlock %n instance</numerusform>
            <numerusform>Unlock %n instances</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>_Question</name>
    <message numerus="yes">
        <source>The masks on %n image(s) are not accepted yet: %1.</source>
        <translation>
            <numerusform>The mask on this image is not accepted yet: %1.</numerusform>
            <numerusform>The masks on %n images are not accepted yet: %1.</numerusform>
        </translation>
    </message>
</context>
</TS>
