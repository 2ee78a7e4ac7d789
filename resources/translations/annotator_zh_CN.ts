<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About TinySAM Annotator</source>
        <translation>关于 TinySAM Annotator</translation>
    </message>
    <message>
        <source>Label images with TinySAM: click, get a mask, save COCO.
No picture leaves this computer.

Licence: Apache-2.0, the program and the starter weights alike.</source>
        <translation>用 TinySAM 标注图像：点击物体，得到掩码，保存为 COCO。
所有图像都只在本机处理。

许可证：程序与入门权重均为 Apache-2.0。</translation>
    </message>
    <message>
        <source>Built on</source>
        <translation>所用组件</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Libraries</source>
        <translation>组件</translation>
    </message>
</context>
<context>
    <name>Actions</name>
    <message>
        <source>Open &amp;folder...</source>
        <translation>打开文件夹(&amp;F)...</translation>
    </message>
    <message>
        <source>&amp;Open images or COCO file...</source>
        <translation>打开图像或 COCO 文件(&amp;O)...</translation>
    </message>
    <message>
        <source>Open the &amp;example</source>
        <translation>打开示例(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>保存(&amp;S)</translation>
    </message>
    <message>
        <source>Save &amp;as...</source>
        <translation>另存为(&amp;A)...</translation>
    </message>
    <message>
        <source>&amp;Locate images...</source>
        <translation>指定图像位置(&amp;L)...</translation>
    </message>
    <message>
        <source>&amp;Import...</source>
        <translation>导入(&amp;I)...</translation>
    </message>
    <message>
        <source>E&amp;xport...</source>
        <translation>导出(&amp;X)...</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>退出(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>撤销(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>重做(&amp;R)</translation>
    </message>
    <message>
        <source>Mark the image as &amp;done or not done</source>
        <translation>标记图像为已完成/未完成(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Accept the image in the review</source>
        <translation>审核通过此图像(&amp;A)</translation>
    </message>
    <message>
        <source>Re&amp;ject the image in the review...</source>
        <translation>审核退回此图像(&amp;J)...</translation>
    </message>
    <message>
        <source>Mark the image as to be re&amp;viewed</source>
        <translation>将此图像标记为待审核(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Settings...</source>
        <translation>设置(&amp;S)...</translation>
    </message>
    <message>
        <source>&amp;Fit in the window</source>
        <translation>适合窗口(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Actual size</source>
        <translation>实际大小(&amp;A)</translation>
    </message>
    <message>
        <source>Zoom &amp;in</source>
        <translation>放大(&amp;I)</translation>
    </message>
    <message>
        <source>Zoom &amp;out</source>
        <translation>缩小(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Show instances</source>
        <translation>显示实例(&amp;S)</translation>
    </message>
    <message>
        <source>Show &amp;proposals</source>
        <translation>显示候选(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Brightness and contrast</source>
        <translation>亮度与对比度(&amp;B)</translation>
    </message>
    <message>
        <source>Next image with p&amp;roposals</source>
        <translation>下一张有候选的图像(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Next image</source>
        <translation>下一张图像(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Previous image</source>
        <translation>上一张图像(&amp;P)</translation>
    </message>
    <message>
        <source>Next &amp;untouched image</source>
        <translation>下一张未标注的图像(&amp;U)</translation>
    </message>
    <message>
        <source>Fu&amp;ll screen</source>
        <translation>全屏(&amp;L)</translation>
    </message>
    <message>
        <source>Select &amp;all on the image</source>
        <translation>选中图中所有实例(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>删除(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Fill holes</source>
        <translation>填充孔洞(&amp;F)</translation>
    </message>
    <message>
        <source>Remove &amp;islands</source>
        <translation>去除小块(&amp;I)</translation>
    </message>
    <message>
        <source>Remove small parts and hol&amp;es...</source>
        <translation>去除小块和小孔(&amp;E)...</translation>
    </message>
    <message>
        <source>S&amp;mooth</source>
        <translation>平滑(&amp;M)</translation>
    </message>
    <message>
        <source>Mer&amp;ge</source>
        <translation>合并(&amp;G)</translation>
    </message>
    <message>
        <source>Su&amp;btract</source>
        <translation>相减(&amp;B)</translation>
    </message>
    <message>
        <source>S&amp;plit into parts</source>
        <translation>拆分为各部分(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Refine with TinySAM</source>
        <translation>用 TinySAM 精修(&amp;R)</translation>
    </message>
    <message>
        <source>Copy to the ne&amp;xt image</source>
        <translation>复制到下一张图像(&amp;X)</translation>
    </message>
    <message>
        <source>&amp;Accept the mask</source>
        <translation>接受掩码(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Next of the three masks</source>
        <translation>切换到下一个候选掩码(&amp;N)</translation>
    </message>
    <message>
        <source>Take back the &amp;last click</source>
        <translation>撤回上一次点击(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Clear the prompt</source>
        <translation>清除提示(&amp;C)</translation>
    </message>
    <message>
        <source>Pre-label the &amp;folder...</source>
        <translation>预标注文件夹(&amp;F)...</translation>
    </message>
    <message>
        <source>Enc&amp;ode the folder</source>
        <translation>计算整个文件夹的嵌入(&amp;O)</translation>
    </message>
    <message>
        <source>Segment &amp;everything</source>
        <translation>分割全部(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Weights...</source>
        <translation>权重(&amp;W)...</translation>
    </message>
    <message>
        <source>&amp;Select</source>
        <translation>选择(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Point</source>
        <translation>点(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Box</source>
        <translation>框(&amp;B)</translation>
    </message>
    <message>
        <source>Poly&amp;gon</source>
        <translation>多边形(&amp;G)</translation>
    </message>
    <message>
        <source>B&amp;rush</source>
        <translation>画笔(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Eraser</source>
        <translation>橡皮擦(&amp;E)</translation>
    </message>
    <message>
        <source>Move the pointer by &amp;keys</source>
        <translation>用键盘移动指针(&amp;K)</translation>
    </message>
    <message>
        <source>S&amp;maller brush</source>
        <translation>缩小画笔(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Larger brush</source>
        <translation>放大画笔(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Keys</source>
        <translation>快捷键(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;About</source>
        <translation>关于(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>编辑(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Instance</source>
        <translation>实例(&amp;I)</translation>
    </message>
    <message>
        <source>&amp;Segment</source>
        <translation>分割(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Tools</source>
        <translation>工具(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>工具</translation>
    </message>
</context>
<context>
    <name>ArrangeActions</name>
    <message>
        <source>Bring &amp;forward</source>
        <translation>上移一层(&amp;F)</translation>
    </message>
    <message>
        <source>Send &amp;back</source>
        <translation>下移一层(&amp;B)</translation>
    </message>
    <message>
        <source>Bring to the f&amp;ront</source>
        <translation>置于顶层(&amp;R)</translation>
    </message>
    <message>
        <source>Send to the b&amp;ack</source>
        <translation>置于底层(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Group</source>
        <translation>编组(&amp;G)</translation>
    </message>
    <message>
        <source>&amp;Ungroup</source>
        <translation>取消编组(&amp;U)</translation>
    </message>
    <message>
        <source>Cro&amp;wd or single object</source>
        <translation>群体（crowd）或单个物体(&amp;W)</translation>
    </message>
    <message>
        <source>O&amp;rder</source>
        <translation>层次(&amp;R)</translation>
    </message>
</context>
<context>
    <name>AttributeEditor</name>
    <message>
        <source>None yet. An attribute is something to say of every instance, such as its pose.</source>
        <translation>暂无属性。属性用来描述每个实例，例如它的姿态。</translation>
    </message>
    <message>
        <source>&amp;Add attribute</source>
        <translation>添加属性(&amp;A)</translation>
    </message>
    <message>
        <source>An attribute needs a name.</source>
        <translation>属性需要有名称。</translation>
    </message>
    <message>
        <source>There are two attributes &quot;%1&quot;: choose another name.</source>
        <translation>有两个名为“%1”的属性：请换一个名称。</translation>
    </message>
    <message>
        <source>Say what can be chosen for &quot;%1&quot;, with commas between.</source>
        <translation>请为“%1”填写选项，用逗号分隔。</translation>
    </message>
    <message>
        <source>Move the attribute up</source>
        <translation>上移属性</translation>
    </message>
    <message>
        <source>Move the attribute down</source>
        <translation>下移属性</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Name of the attribute</source>
        <translation>属性名称</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>数字</translation>
    </message>
    <message>
        <source>Yes or no</source>
        <translation>是或否</translation>
    </message>
    <message>
        <source>Choice</source>
        <translation>选项</translation>
    </message>
    <message>
        <source>Kind of the attribute</source>
        <translation>属性类型</translation>
    </message>
    <message>
        <source>sits, stands, lies</source>
        <translation>坐, 站, 躺</translation>
    </message>
    <message>
        <source>What can be chosen, with commas between</source>
        <translation>可选的内容，用逗号分隔</translation>
    </message>
    <message>
        <source>Remove the attribute</source>
        <translation>删除此属性</translation>
    </message>
</context>
<context>
    <name>BrushTool</name>
    <message>
        <source>Erase</source>
        <translation>擦除</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>画笔</translation>
    </message>
    <message>
        <source>Nothing was erased: the eraser works on the selected instance alone.</source>
        <translation>没有擦除任何内容：橡皮擦只作用于选中的实例。</translation>
    </message>
    <message>
        <source>Several instances are selected: select the one to draw on.</source>
        <translation>选中了多个实例：请只选中要绘制的那一个。</translation>
    </message>
    <message>
        <source>Select the instance to erase from.</source>
        <translation>请先选中要擦除的实例。</translation>
    </message>
</context>
<context>
    <name>Canvas</name>
    <message>
        <source>Canvas</source>
        <translation>画布</translation>
    </message>
</context>
<context>
    <name>CanvasMenu</name>
    <message>
        <source>&amp;Mask</source>
        <translation>掩码(&amp;M)</translation>
    </message>
</context>
<context>
    <name>CategoriesPanel</name>
    <message>
        <source>Categories</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>No category yet: name one below, or accept a mask.</source>
        <translation>还没有类别：在下方输入名称，或接受一个掩码。</translation>
    </message>
    <message>
        <source>New category</source>
        <translation>新类别</translation>
    </message>
    <message>
        <source>Add the category</source>
        <translation>添加类别</translation>
    </message>
    <message>
        <source>&amp;Rename</source>
        <translation>重命名(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Colour...</source>
        <translation>颜色(&amp;C)...</translation>
    </message>
    <message>
        <source>&amp;Properties...</source>
        <translation>属性(&amp;P)...</translation>
    </message>
    <message>
        <source>Move &amp;up</source>
        <translation>上移(&amp;U)</translation>
    </message>
    <message>
        <source>Move &amp;down</source>
        <translation>下移(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Merge into...</source>
        <translation>合并到(&amp;M)...</translation>
    </message>
    <message>
        <source>D&amp;elete</source>
        <translation>删除(&amp;E)</translation>
    </message>
    <message>
        <source>Colour of &quot;%1&quot;</source>
        <translation>“%1”的颜色</translation>
    </message>
</context>
<context>
    <name>CategoryChanges</name>
    <message>
        <source>A category needs a name.</source>
        <translation>请给类别起个名称。</translation>
    </message>
    <message>
        <source>There is a category &quot;%1&quot; already: choose another name.</source>
        <translation>类别“%1”已存在，请换一个名称。</translation>
    </message>
    <message>
        <source>There is a category &quot;%1&quot; already; it is the current one now.</source>
        <translation>类别“%1”已存在，已将其设为当前类别。</translation>
    </message>
    <message>
        <source>Add category</source>
        <translation>添加类别</translation>
    </message>
    <message>
        <source>Rename category</source>
        <translation>重命名类别</translation>
    </message>
    <message>
        <source>Change the colour of a category</source>
        <translation>更改类别颜色</translation>
    </message>
    <message>
        <source>Change category</source>
        <translation>更改类别</translation>
    </message>
    <message>
        <source>Move category</source>
        <translation>移动类别</translation>
    </message>
    <message>
        <source>Merge categories</source>
        <translation>合并类别</translation>
    </message>
    <message numerus="yes">
        <source>%n instance(s) of this category are locked: unlock them first.</source>
        <translation>
            <numerusform>该类别有 %n 个实例已锁定，请先解锁。</numerusform>
        </translation>
    </message>
    <message>
        <source>Delete category</source>
        <translation>删除类别</translation>
    </message>
</context>
<context>
    <name>CategoryField</name>
    <message>
        <source>Name of the category</source>
        <translation>类别名称</translation>
    </message>
</context>
<context>
    <name>CategoryListModel</name>
    <message numerus="yes">
        <source>%n instance(s)</source>
        <translation>
            <numerusform>%n 个实例</numerusform>
        </translation>
    </message>
    <message>
        <source>key %1</source>
        <translation>按键 %1</translation>
    </message>
</context>
<context>
    <name>CategoryNameStrip</name>
    <message numerus="yes">
        <source>Change %n instance(s) to</source>
        <translation>
            <numerusform>将 %n 个实例改为</numerusform>
        </translation>
    </message>
    <message>
        <source>Category of what comes next:</source>
        <translation>接下来的类别：</translation>
    </message>
</context>
<context>
    <name>CategoryPropertiesDialog</name>
    <message>
        <source>Category</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Colour</source>
        <translation>颜色</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>名称(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Supercategory</source>
        <translation>上级类别(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Colour</source>
        <translation>颜色(&amp;C)</translation>
    </message>
    <message>
        <source>A&amp;ttributes of its instances</source>
        <translation>实例的属性(&amp;T)</translation>
    </message>
</context>
<context>
    <name>Checkpoint</name>
    <message>
        <source>trained from scratch for TinySAM Annotator</source>
        <translation>为 TinySAM Annotator 从零训练</translation>
    </message>
    <message>
        <source>93 COCO 2017 photos under CC BY, CC BY-SA or without known restrictions (annotations CC BY 4.0, COCO Consortium); 296 public-domain photos of cats; 660 CC0 microscopy images of nuclei (2018 Data Science Bowl, stage 1); mixes of these and synthetic scenes</source>
        <translation>93 张 COCO 2017 照片（CC BY、CC BY-SA 或无已知版权限制；标注为 CC BY 4.0，COCO Consortium）；296 张公有领域的猫照片；660 张 CC0 细胞核显微图像（2018 Data Science Bowl 第一阶段）；以及由它们混合而成的图像和合成场景</translation>
    </message>
    <message>
        <source>mean IoU, ground-truth box</source>
        <translation>平均 IoU（真值框提示）</translation>
    </message>
    <message>
        <source>mean IoU, one click</source>
        <translation>平均 IoU（单次点击）</translation>
    </message>
    <message>
        <source>not stated</source>
        <translation>未注明</translation>
    </message>
</context>
<context>
    <name>ChoiceField</name>
    <message>
        <source>mixed</source>
        <translation>不一致</translation>
    </message>
</context>
<context>
    <name>CleanUpDialog</name>
    <message>
        <source>Remove small parts and holes</source>
        <translation>去除小块和小孔</translation>
    </message>
    <message>
        <source>Remove &amp;parts smaller than</source>
        <translation>去除小于此面积的部分(&amp;P)</translation>
    </message>
    <message>
        <source>Fill &amp;holes smaller than</source>
        <translation>填充小于此面积的孔洞(&amp;H)</translation>
    </message>
    <message>
        <source> px</source>
        <translation> 像素</translation>
    </message>
    <message>
        <source>none</source>
        <translation>不处理</translation>
    </message>
    <message numerus="yes">
        <source>%n part(s) removed</source>
        <translation>
            <numerusform>去除 %n 个部分</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n hole(s) filled</source>
        <translation>
            <numerusform>填充 %n 个孔洞</numerusform>
        </translation>
    </message>
    <message>
        <source>There is nothing that small.</source>
        <translation>没有这么小的部分或孔洞。</translation>
    </message>
    <message>
        <source>%1, %2.</source>
        <translation>%1，%2。</translation>
    </message>
    <message>
        <source>%1.</source>
        <translation>%1。</translation>
    </message>
</context>
<context>
    <name>ConflictBox</name>
    <message>
        <source>The COCO file has changed</source>
        <translation>COCO 文件已变动</translation>
    </message>
    <message>
        <source>%1 has been deleted or moved since it was opened. Your work is still here.</source>
        <translation>%1 在打开之后被删除或移走了。您的标注仍在这里。</translation>
    </message>
    <message>
        <source>%1 has been changed by another program since it was opened or saved here. Overwriting loses those changes; what you did may be in no other file.</source>
        <translation>%1 在打开或上次保存之后被其他程序修改过。覆盖会丢失那些修改；您在此处的修改可能尚未保存到任何文件。</translation>
    </message>
    <message>
        <source>%1 has been changed by another program since it was opened or saved here. Overwriting loses those changes; reloading loses yours.</source>
        <translation>%1 在打开或上次保存之后被其他程序修改过。覆盖会丢失那些修改，重新载入会丢失您在这里的更改。</translation>
    </message>
    <message>
        <source>Write it again</source>
        <translation>重新写入</translation>
    </message>
    <message>
        <source>Overwrite</source>
        <translation>覆盖</translation>
    </message>
    <message>
        <source>Save as...</source>
        <translation>另存为...</translation>
    </message>
    <message>
        <source>Reload</source>
        <translation>重新载入</translation>
    </message>
</context>
<context>
    <name>DetailField</name>
    <message>
        <source>Detail</source>
        <translation>细节</translation>
    </message>
    <message>
        <source>What it is for: how closely the vertices that the Polygon tool offers later follow the mask. The mask is accepted exactly as it is.</source>
        <translation>用途：接受之后，多边形工具提供的顶点贴合掩码的程度。掩码本身会原样接受，不受影响。</translation>
    </message>
    <message numerus="yes">
        <source>%n vertices</source>
        <translation>
            <numerusform>%n 个顶点</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DetailSlider</name>
    <message>
        <source>Detail</source>
        <translation>细节</translation>
    </message>
</context>
<context>
    <name>DetailStrip</name>
    <message>
        <source>Detail</source>
        <translation>细节</translation>
    </message>
    <message>
        <source>How many vertices there are to pull; the mask stays exactly as it is</source>
        <translation>可拖动顶点的多少；掩码本身保持不变</translation>
    </message>
    <message numerus="yes">
        <source>%n vertices</source>
        <translation>
            <numerusform>%n 个顶点</numerusform>
        </translation>
    </message>
    <message>
        <source>%1, up to %2 px off, IoU %3</source>
        <translation>%1，最大偏差 %2 像素，IoU %3</translation>
    </message>
</context>
<context>
    <name>DetailsPanel</name>
    <message>
        <source>Attributes...</source>
        <translation>属性...</translation>
    </message>
    <message>
        <source>Choose what can be said of the instances of this category</source>
        <translation>设置这个类别的实例有哪些属性</translation>
    </message>
    <message>
        <source>Review of the instance</source>
        <translation>实例的审核结果</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Group</source>
        <translation>编组</translation>
    </message>
    <message>
        <source>Crowd</source>
        <translation>群体（crowd）</translation>
    </message>
    <message>
        <source>Many objects in one mask</source>
        <translation>一个掩码含多个物体</translation>
    </message>
    <message>
        <source>Counted from the top</source>
        <translation>从最上层数起</translation>
    </message>
    <message numerus="yes">
        <source>%n instance(s)</source>
        <translation>
            <numerusform>%n 个实例</numerusform>
        </translation>
    </message>
    <message>
        <source>%1, no. %2</source>
        <translation>%1，编号 %2</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>第 %1 层，共 %2 层</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>审核</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>层次</translation>
    </message>
    <message>
        <source>Select an instance to see its details.</source>
        <translation>选中实例后，这里显示其详细信息。</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>详细信息</translation>
    </message>
</context>
<context>
    <name>DiskCacheRow</name>
    <message>
        <source>keep none</source>
        <translation>不保留</translation>
    </message>
    <message>
        <source>&amp;Clear cache</source>
        <translation>清空缓存(&amp;C)</translation>
    </message>
    <message>
        <source>Delete the embeddings on disk; images are embedded anew when they are opened</source>
        <translation>删除磁盘上的嵌入；再次打开图像时会重新计算</translation>
    </message>
    <message>
        <source>%1 MB in use</source>
        <translation>已用 %1 MB</translation>
    </message>
</context>
<context>
    <name>DocumentFlow</name>
    <message>
        <source>Open a folder of images</source>
        <translation>打开图像文件夹</translation>
    </message>
    <message>
        <source>Images and COCO files (%1 *.json)</source>
        <translation>图像和 COCO 文件 (%1 *.json)</translation>
    </message>
    <message>
        <source>Open images</source>
        <translation>打开图像</translation>
    </message>
    <message>
        <source>Locate the images of %1</source>
        <translation>指定 %1 的图像所在文件夹</translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) are not in %1, where the COCO file says they are.</source>
        <translation>
            <numerusform>有 %n 张图像不在 COCO 文件所指的 %1 中。</numerusform>
        </translation>
    </message>
    <message>
        <source>Locate images...</source>
        <translation>指定图像位置...</translation>
    </message>
    <message>
        <source>Open again</source>
        <translation>重新打开</translation>
    </message>
    <message>
        <source>Close it there, or wait until it is done, and open it here again.</source>
        <translation>请先在那里关闭，或等它完成，再在这里重新打开。</translation>
    </message>
    <message>
        <source>Changes from before that were not saved do not fit %1 any more, which is open as it is on the disk. They lie in %2.</source>
        <translation>上次未保存的修改已无法应用到 %1，现在打开的是磁盘上的版本。这些修改保存在 %2 中。</translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) that had not been saved are here again.</source>
        <translation>
            <numerusform>已恢复 %n 处上次未保存的修改。</numerusform>
        </translation>
    </message>
    <message>
        <source>Categories that %1 does not have any more are here again, with their masks: %2.</source>
        <translation>%1 中已不存在的类别已随其掩码一并恢复：%2。</translation>
    </message>
    <message numerus="yes">
        <source>What you had begun to draw on %n image(s) is here again: %1.</source>
        <translation>
            <numerusform>已恢复 %n 张图像上未完成的绘制：%1。</numerusform>
        </translation>
    </message>
    <message>
        <source>Another program has changed %1 since; what you save holds both.</source>
        <translation>其间 %1 被其他程序修改过；保存后的文件将同时包含两者。</translation>
    </message>
    <message>
        <source>Save as</source>
        <translation>另存为</translation>
    </message>
    <message>
        <source>COCO file (*.json)</source>
        <translation>COCO 文件 (*.json)</translation>
    </message>
    <message>
        <source>Save as...</source>
        <translation>另存为...</translation>
    </message>
    <message>
        <source>A copy saved under another name can be edited.</source>
        <translation>用另一个名称保存的副本可以编辑。</translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) do not fit %1 any more, which another program has changed since. All of this work stays listed on the first page, from where its masks can be saved by themselves.</source>
        <translation>
            <numerusform>有 %n 处修改已无法应用到 %1，因为其他程序改动过该文件。这些工作仍列在起始页上，可以从那里单独保存其中的掩码。</numerusform>
        </translation>
    </message>
    <message>
        <source>Save...</source>
        <translation>保存...</translation>
    </message>
</context>
<context>
    <name>DocumentModel</name>
    <message>
        <source>Recovered changes</source>
        <translation>恢复的修改</translation>
    </message>
    <message>
        <source>A large change is being taken back or made again: wait a moment.</source>
        <translation>正在撤销或重做大量更改，请稍候。</translation>
    </message>
    <message>
        <source>A change does not fit the dataset as it is now, so nothing was changed: save, and open it again.</source>
        <translation>这项更改与数据集的当前状态不符，因此未作任何更改：请保存后重新打开数据集。</translation>
    </message>
</context>
<context>
    <name>Errors</name>
    <message>
        <source>Permission denied</source>
        <translation>没有权限</translation>
    </message>
    <message>
        <source>Operation not permitted</source>
        <translation>不允许此操作</translation>
    </message>
    <message>
        <source>No such file or directory</source>
        <translation>文件或文件夹不存在</translation>
    </message>
    <message>
        <source>No space left on device</source>
        <translation>磁盘空间不足</translation>
    </message>
    <message>
        <source>Disk quota exceeded</source>
        <translation>超出磁盘配额</translation>
    </message>
    <message>
        <source>Read-only file system</source>
        <translation>文件系统只读</translation>
    </message>
    <message>
        <source>Input/output error</source>
        <translation>读写出错</translation>
    </message>
    <message>
        <source>File name too long</source>
        <translation>文件名过长</translation>
    </message>
    <message>
        <source>Is a directory</source>
        <translation>这是一个文件夹</translation>
    </message>
    <message>
        <source>Not a directory</source>
        <translation>这不是文件夹</translation>
    </message>
    <message>
        <source>File exists</source>
        <translation>文件已存在</translation>
    </message>
    <message>
        <source>Too many open files</source>
        <translation>打开的文件过多</translation>
    </message>
    <message>
        <source>Too many levels of symbolic links</source>
        <translation>符号链接层数过多</translation>
    </message>
    <message>
        <source>Cannot allocate memory</source>
        <translation>内存不足</translation>
    </message>
    <message>
        <source>Stale file handle</source>
        <translation>文件句柄已失效</translation>
    </message>
    <message>
        <source>free some space, or save to another place</source>
        <translation>请腾出一些空间，或另存到别处</translation>
    </message>
    <message>
        <source>check the permissions of the file and its folder, or save to another place</source>
        <translation>请检查该文件及其文件夹的权限，或另存到别处</translation>
    </message>
    <message>
        <source>the disk is read-only, so save to another place</source>
        <translation>该磁盘只读，请另存到别处</translation>
    </message>
    <message>
        <source>its folder is gone, so bring it back or save to another place</source>
        <translation>所在的文件夹已不存在，请将其恢复，或另存到别处</translation>
    </message>
    <message>
        <source>try again, or save to another place</source>
        <translation>请重试，或另存到别处</translation>
    </message>
    <message>
        <source>{path} could not be saved ({reason}): {remedy}. What was on disk before is unchanged.</source>
        <translation>无法保存 {path}（{reason}）：{remedy}。磁盘上原有的内容没有改变。</translation>
    </message>
    <message>
        <source>{path} was not saved, because its last version could not be kept in {folder} ({reason}): {remedy}. What was on disk before is unchanged.</source>
        <translation>没有保存 {path}，因为无法在 {folder} 中保留它的上一个版本（{reason}）：{remedy}。磁盘上原有的内容没有改变。</translation>
    </message>
    <message>
        <source>The annotation file {path} cannot be read ({reason}): check that it exists and its permissions.</source>
        <translation>无法读取标注文件 {path}（{reason}）：请检查文件是否存在以及它的权限。</translation>
    </message>
    <message>
        <source>category</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>image</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>annotation</source>
        <translation>标注</translation>
    </message>
    <message>
        <source>the top level</source>
        <translation>最外层</translation>
    </message>
    <message>
        <source>&quot;image_root&quot; must be the name of a folder, not {value!r}</source>
        <translation>“image_root”必须是文件夹名，而不能是 {value!r}</translation>
    </message>
    <message>
        <source>The annotation file {path} is not valid JSON ({reason}): restore it from a copy, or correct it there.</source>
        <translation>标注文件 {path} 不是有效的 JSON（{reason}）：请用副本恢复，或在文件中更正。</translation>
    </message>
    <message>
        <source>{path} is not a COCO annotation file, because it has no list &quot;images&quot;: open another file.</source>
        <translation>{path} 不是 COCO 标注文件，因为其中没有“images”列表：请打开其他文件。</translation>
    </message>
    <message>
        <source>&quot;{key}&quot;</source>
        <translation>“{key}”</translation>
    </message>
    <message>
        <source>it holds a number that is NaN or infinite</source>
        <translation>其中有 NaN 或无穷大的数</translation>
    </message>
    <message>
        <source>its &quot;{key}&quot; is not a list</source>
        <translation>它的“{key}”不是列表</translation>
    </message>
    <message>
        <source>{kind} {id}</source>
        <translation>{kind} {id} </translation>
    </message>
    <message>
        <source>the {kind} at place {place} of its list</source>
        <translation>列表中第 {place} 个{kind}</translation>
    </message>
    <message>
        <source>In the annotation file {path}, {what} cannot be used: {reason}. Correct it or take it out, then open it again.</source>
        <translation>标注文件 {path} 中，{what}无法使用：{reason}。请更正或删去，然后重新打开。</translation>
    </message>
    <message>
        <source>its name or supercategory is not a text</source>
        <translation>它的 name 或 supercategory 不是文本</translation>
    </message>
    <message>
        <source>its color is {color!r}, not like &quot;#4c72b0&quot;</source>
        <translation>它的颜色 {color!r} 不是“#4c72b0”这样的写法</translation>
    </message>
    <message>
        <source>its height and width are {height!r} and {width!r}, not whole numbers of pixels</source>
        <translation>它的 height 和 width 是 {height!r} 和 {width!r}，而不是整数像素</translation>
    </message>
    <message>
        <source>its size of {width} x {height} pixels is impossible</source>
        <translation>它的尺寸 {width} × {height} 像素不可能存在</translation>
    </message>
    <message>
        <source>its status under &quot;{ours}&quot; is {value!r}, none of {known}</source>
        <translation>它在“{ours}”下的 status 是 {value!r}，应为 {known} 之一</translation>
    </message>
    <message>
        <source>it has no file_name</source>
        <translation>它没有 file_name</translation>
    </message>
    <message>
        <source>its file_name {name} is absolute, but must be relative to the folder of the images</source>
        <translation>它的 file_name {name} 是绝对路径，而它必须相对于图像所在的文件夹</translation>
    </message>
    <message>
        <source>its file_name {name} leaves the folder of the images</source>
        <translation>它的 file_name {name} 指向了图像文件夹之外</translation>
    </message>
    <message>
        <source>there is no image {image_id}</source>
        <translation>没有编号为 {image_id} 的图像</translation>
    </message>
    <message>
        <source>there is no category {category_id}</source>
        <translation>没有编号为 {category_id} 的类别</translation>
    </message>
    <message>
        <source>its iscrowd is {iscrowd!r}, neither 0 nor 1</source>
        <translation>它的 iscrowd 是 {iscrowd!r}，应为 0 或 1</translation>
    </message>
    <message>
        <source>it is a crowd, which a proposal cannot be</source>
        <translation>它是群体（crowd），候选不能是群体</translation>
    </message>
    <message>
        <source>its score is {value!r}, but a proposal&apos;s score is a number</source>
        <translation>它的 score 是 {value!r}，而候选的 score 必须是数字</translation>
    </message>
    <message>
        <source>its point under &quot;{ours}&quot; is {value!r}, not [x, y]</source>
        <translation>它在“{ours}”下的 point 是 {value!r}，应为 [x, y]</translation>
    </message>
    <message>
        <source>it has neither a segmentation nor a bbox of four numbers</source>
        <translation>它既没有 segmentation，也没有由四个数组成的 bbox</translation>
    </message>
    <message>
        <source>its bbox has the size {width} x {height}</source>
        <translation>它的 bbox 尺寸是 {width} × {height}</translation>
    </message>
    <message>
        <source>it has no {name}</source>
        <translation>它没有 {name}</translation>
    </message>
    <message>
        <source>its {name} is {value!r}, not a whole number from 0 to {most}</source>
        <translation>它的 {name} 是 {value!r}，应为 0 到 {most} 的整数</translation>
    </message>
    <message>
        <source>it is not an object in braces</source>
        <translation>它不是花括号括起的对象</translation>
    </message>
    <message>
        <source>another one has the same id</source>
        <translation>有另一条的 id 与它相同</translation>
    </message>
    <message>
        <source>its next_ids are not an object in braces</source>
        <translation>它的 next_ids 不是花括号括起的对象</translation>
    </message>
    <message>
        <source>next id of the kind {kind}</source>
        <translation>{kind} 类的下一个编号</translation>
    </message>
    <message>
        <source>its &quot;{ours}&quot; is not an object in braces</source>
        <translation>它的“{ours}”不是花括号括起的对象</translation>
    </message>
    <message>
        <source>its {key} under &quot;{ours}&quot; is {value!r}</source>
        <translation>它在“{ours}”下的 {key} 是 {value!r}</translation>
    </message>
    <message>
        <source>{path} could not be saved, because something in it cannot be written as JSON ({reason}): undo what was added last. What was on disk before is unchanged.</source>
        <translation>无法保存 {path}：其中有内容不能写成 JSON（{reason}）。请撤销最近添加的内容。磁盘上原有的内容没有改变。</translation>
    </message>
    <message>
        <source>{path} could not be saved, because it has to name the folder of its images, {name!a}, which is no valid text: rename that folder, or save into it. What was on disk before is unchanged.</source>
        <translation>无法保存 {path}：其中必须写入图像文件夹的名称 {name!a}，而它不是有效的文本。请重命名该文件夹，或保存到该文件夹内。磁盘上原有的内容没有改变。</translation>
    </message>
    <message>
        <source>There is no image in {root} or its sub-folders: choose a folder that has some ({kinds}).</source>
        <translation>{root} 及其子文件夹中没有图像：请选择有图像的文件夹（{kinds}）。</translation>
    </message>
    <message>
        <source>{path} does not exist or is out of reach: check its name and the folders&apos; permissions.</source>
        <translation>{path} 不存在或无法访问：请检查名称以及各级文件夹的权限。</translation>
    </message>
    <message>
        <source>{path} cannot be opened together with others: choose a folder, a COCO file, or images ({kinds}).</source>
        <translation>{path} 不能和其他文件一起打开：请选择文件夹、COCO 文件或图像（{kinds}）。</translation>
    </message>
    <message>
        <source>{path} cannot be opened: choose a folder, a COCO file, or images ({kinds}).</source>
        <translation>无法打开 {path}：请选择文件夹、COCO 文件或图像（{kinds}）。</translation>
    </message>
    <message>
        <source>{count} images were left out</source>
        <translation>有 {count} 张图像没有列出</translation>
    </message>
    <message>
        <source>{what}, because the images of {path} lie in {root}: move the file elsewhere to open the others.</source>
        <translation>{what}，因为 {path} 的图像位于 {root}：要打开它们，请先把该文件移到别处。</translation>
    </message>
    <message>
        <source>1 image was left out</source>
        <translation>有 1 张图像没有列出</translation>
    </message>
    <message>
        <source>{path} is not a COCO file, and only the images of one can lie in another folder: choose the file, or open the folder {image_root} itself.</source>
        <translation>{path} 不是 COCO 文件，而只有 COCO 文件的图像可以位于别的文件夹：请选择 COCO 文件，或直接打开文件夹 {image_root}。</translation>
    </message>
    <message>
        <source>{image_root} is not a folder or is out of reach: choose the folder the images lie in.</source>
        <translation>{image_root} 不是文件夹，或无法访问：请选择图像所在的文件夹。</translation>
    </message>
    <message>
        <source>The folder {folder} cannot be read ({reason}): check its permissions.</source>
        <translation>无法读取文件夹 {folder}（{reason}）：请检查它的权限。</translation>
    </message>
    <message>
        <source>The folder {folder} was left out because it cannot be read ({reason}).</source>
        <translation>已略过无法读取的文件夹 {folder}（{reason}）。</translation>
    </message>
    <message>
        <source>The image name {name!a} cannot be saved in a COCO file: rename the image.</source>
        <translation>图像名 {name!a} 无法写入 COCO 文件：请重命名该图像。</translation>
    </message>
    <message>
        <source>The images lie on different drives: open those of one drive at a time.</source>
        <translation>这些图像位于不同的驱动器上：请一次只打开同一个驱动器上的图像。</translation>
    </message>
    <message>
        <source>The image {path} is missing: put it back where it was.</source>
        <translation>找不到图像 {path}：请把它放回原处。</translation>
    </message>
    <message>
        <source>{path} exists already: choose another place, nothing there is replaced.</source>
        <translation>{path} 已存在：请换一个位置，那里的内容不会被覆盖。</translation>
    </message>
    <message>
        <source>The folder {parent} cannot be made ({reason}): choose another place.</source>
        <translation>无法创建文件夹 {parent}（{reason}）：请换一个位置。</translation>
    </message>
    <message>
        <source>There is no image to export: choose other categories, or annotate and accept some first.</source>
        <translation>没有可导出的图像：请选择其他类别，或先标注并接受一些实例。</translation>
    </message>
    <message>
        <source>{source} does not exist or is out of reach: check its name.</source>
        <translation>{source} 不存在或无法访问：请检查名称。</translation>
    </message>
    <message>
        <source>{source} holds no annotations that are known: say which format with --format.</source>
        <translation>{source} 中没有认识的标注：请用 --format 指明格式。</translation>
    </message>
    <message>
        <source>{out} exists already and is not empty: choose another place, nothing there is replaced.</source>
        <translation>{out} 已存在且不为空：请换一个位置，那里的内容不会被覆盖。</translation>
    </message>
    <message>
        <source>The export to {out} failed ({reason}): check the space and permissions there, or choose another place.</source>
        <translation>导出到 {out} 失败（{reason}）：请检查那里的空间和权限，或换一个位置。</translation>
    </message>
    <message>
        <source>The image {source} cannot be copied to {target} ({reason}): check both places.</source>
        <translation>无法将图像 {source} 复制到 {target}（{reason}）：请检查这两个位置。</translation>
    </message>
    <message>
        <source>{path} is too large for a label file: check that it is one.</source>
        <translation>{path} 太大，不像是标签文件：请确认。</translation>
    </message>
    <message>
        <source>{path} cannot be read ({reason}): check that it exists and its permissions.</source>
        <translation>无法读取 {path}（{reason}）：请检查文件是否存在以及它的权限。</translation>
    </message>
    <message>
        <source>{path} is a second file of the image {image}: keep one of them.</source>
        <translation>{path} 是图像 {image} 的第二个文件：请只保留一个。</translation>
    </message>
    <message>
        <source>There are no labelme files in {source}: choose the folder with the JSON files.</source>
        <translation>{source} 中没有 labelme 文件：请选择 JSON 文件所在的文件夹。</translation>
    </message>
    <message>
        <source>In {path}, &quot;shapes&quot; is not a list: correct it or take the file out.</source>
        <translation>{path} 中的“shapes”不是列表：请更正，或移走该文件。</translation>
    </message>
    <message>
        <source>{path} is for an image of {width2} x {height2} pixels, but {image} has {width} x {height}: find the right image.</source>
        <translation>{path} 对应的图像是 {width2} × {height2} 像素，而 {image} 是 {width} × {height}：请找到正确的图像。</translation>
    </message>
    <message>
        <source>In {path}, shape {number} cannot be used: {reason}. Correct it or take it out.</source>
        <translation>{path} 中的第 {number} 个形状无法使用：{reason}。请更正或删去。</translation>
    </message>
    <message>
        <source>it has no label</source>
        <translation>它没有 label</translation>
    </message>
    <message>
        <source>its group_id is {group!r}, not a whole number</source>
        <translation>它的 group_id 是 {group!r}，应为整数</translation>
    </message>
    <message>
        <source>a {kind!r} of {count} points has no area that is known</source>
        <translation>由 {count} 个点组成的 {kind!r} 没有已知的面积</translation>
    </message>
    <message>
        <source>one of its points is not a pair of numbers</source>
        <translation>它的某个点不是一对数字</translation>
    </message>
    <message>
        <source>one of its points lies nowhere near the image</source>
        <translation>它的某个点离图像太远</translation>
    </message>
    <message>
        <source>its mask needs a picture and two points</source>
        <translation>它的掩码需要一幅图和两个点</translation>
    </message>
    <message>
        <source>the picture of its mask is larger than the image</source>
        <translation>它的掩码图比图像大</translation>
    </message>
    <message>
        <source>the picture of its mask is damaged ({reason})</source>
        <translation>它的掩码图已损坏（{reason}）</translation>
    </message>
    <message>
        <source>its mask reaches out of the image</source>
        <translation>它的掩码超出了图像</translation>
    </message>
    <message>
        <source>it names the image {name} twice</source>
        <translation>其中图像 {name} 出现了两次</translation>
    </message>
    <message>
        <source>The index {path} cannot be used ({reason}): correct it, or export again.</source>
        <translation>无法使用索引 {path}（{reason}）：请更正，或重新导出。</translation>
    </message>
    <message>
        <source>it has no list &quot;{key}&quot; of the right kind</source>
        <translation>其中没有正确的列表“{key}”</translation>
    </message>
    <message>
        <source>a layer lies outside its folder</source>
        <translation>有一层位于其文件夹之外</translation>
    </message>
    <message>
        <source>No mask in {source} has the name of an image in {root}: name the images&apos; folder.</source>
        <translation>{source} 中没有与 {root} 里图像同名的掩码：请指明图像所在的文件夹。</translation>
    </message>
    <message>
        <source>The mask {path} has {picture_width} x {picture_height} pixels, but its image {image} has {width} x {height}: find the mask of that size.</source>
        <translation>掩码 {path} 是 {picture_width} × {picture_height} 像素，而它的图像 {image} 是 {width} × {height}：请找到同样尺寸的掩码。</translation>
    </message>
    <message>
        <source>The mask {path} cannot be read ({reason}): copy it again, or save it as PNG.</source>
        <translation>无法读取掩码 {path}（{reason}）：请重新复制，或存为 PNG。</translation>
    </message>
    <message>
        <source>{path} has {size} colours, so it is no mask: choose a folder of masks.</source>
        <translation>{path} 有 {size} 种颜色，不会是掩码：请选择掩码所在的文件夹。</translation>
    </message>
    <message>
        <source>Pascal VOC can hold {max_number} categories, not {count}: export fewer at a time.</source>
        <translation>Pascal VOC 最多容纳 {max_number} 个类别，现有 {count} 个：请分批导出。</translation>
    </message>
    <message>
        <source>categories get another name, because theirs does not fit on a line: {names}</source>
        <translation>有类别改用其他名称，因为原名不能写在一行中：{names}</translation>
    </message>
    <message>
        <source>There are no masks in {folder}: choose the folder that SegmentationClass lies in.</source>
        <translation>{folder} 中没有掩码：请选择 SegmentationClass 所在的文件夹。</translation>
    </message>
    <message>
        <source>In {path}, object {value} has no class: correct the mask.</source>
        <translation>{path} 中的物体 {value} 没有类别：请更正该掩码。</translation>
    </message>
    <message>
        <source>{path} holds the class {category}, which has no name: add it to labelmap.txt.</source>
        <translation>{path} 中的类别 {category} 没有名称：请把它加入 labelmap.txt。</translation>
    </message>
    <message>
        <source>{path} holds the colour #{colour:06x}, which is not in labelmap.txt: add it there.</source>
        <translation>{path} 中的颜色 #{colour:06x} 不在 labelmap.txt 里：请把它加进去。</translation>
    </message>
    <message>
        <source>In {path}, the line {line!r} is not like &quot;name:red,green,blue::&quot;: correct it.</source>
        <translation>{path} 中的这一行 {line!r} 不是“name:red,green,blue::”这样的写法：请更正。</translation>
    </message>
    <message>
        <source>{path} names {count} classes, but there can be {max_number} and the background.</source>
        <translation>{path} 列出了 {count} 个类别，而除背景外最多 {max_number} 个。</translation>
    </message>
    <message>
        <source>{path} is a second label file of the image {image}: keep one of them.</source>
        <translation>{path} 是图像 {image} 的第二个标签文件：请只保留一个。</translation>
    </message>
    <message>
        <source>There are no YOLO label files (labels/*.txt) in {folder}: choose the folder with data.yaml.</source>
        <translation>{folder} 中没有 YOLO 标签文件（labels/*.txt）：请选择 data.yaml 所在的文件夹。</translation>
    </message>
    <message>
        <source>There is neither a data.yaml nor a classes.txt with the names of the classes in {folder}: add one.</source>
        <translation>{folder} 中既没有 data.yaml，也没有写有类别名称的 classes.txt：请添加一个。</translation>
    </message>
    <message>
        <source>{path} is not valid YAML ({reason}): correct it.</source>
        <translation>{path} 不是有效的 YAML（{reason}）：请更正。</translation>
    </message>
    <message>
        <source>The numbers of the &quot;names&quot; in {path} are not from 0 to 10000: correct them.</source>
        <translation>{path} 中“names”的编号不在 0 到 10000 之间：请更正。</translation>
    </message>
    <message>
        <source>{path} has no &quot;names&quot;, a list of the names of the classes: add it.</source>
        <translation>{path} 中没有“names”，即类别名称的列表：请添加。</translation>
    </message>
    <message>
        <source>In {path}, line {number} cannot be used: {reason}. Correct it or take it out.</source>
        <translation>{path} 的第 {number} 行无法使用：{reason}。请更正或删去。</translation>
    </message>
    <message>
        <source>its class is {number}, but there are {classes}, counted from 0</source>
        <translation>它的类别是 {number}，而类别共 {classes} 个，从 0 开始编号</translation>
    </message>
    <message>
        <source>its coordinates are not numbers</source>
        <translation>它的坐标不是数字</translation>
    </message>
    <message>
        <source>its coordinates are not shares of the image, from 0 to 1</source>
        <translation>它的坐标不是相对于图像的比例（0 到 1）</translation>
    </message>
    <message>
        <source>it has {count} numbers after the class, neither a box of 4 nor a polygon</source>
        <translation>类别后面有 {count} 个数，既不是 4 个数的框，也不是多边形</translation>
    </message>
    <message>
        <source>a mask cannot have {width} x {height} pixels</source>
        <translation>掩码不可能有 {width} × {height} 像素</translation>
    </message>
    <message>
        <source>its run-lengths are for the size {size}, but its image has the size {wanted} (height, width)</source>
        <translation>它的游程编码的尺寸是 {size}，而图像的尺寸是 {wanted}（高、宽）</translation>
    </message>
    <message>
        <source>its segmentation is neither a list of polygons nor run-lengths</source>
        <translation>它的 segmentation 既不是多边形列表，也不是游程编码</translation>
    </message>
    <message>
        <source>its compressed run-lengths are damaged</source>
        <translation>它的压缩游程编码已损坏</translation>
    </message>
    <message>
        <source>its run-lengths are neither a list of whole numbers nor a compressed text</source>
        <translation>它的游程编码既不是整数列表，也不是压缩文本</translation>
    </message>
    <message>
        <source>its run-lengths do not cover the {total} pixels of its image</source>
        <translation>它的游程编码与图像的 {total} 个像素对不上</translation>
    </message>
    <message>
        <source>one of its polygons is not a list of at least three pairs x, y</source>
        <translation>它的某个多边形不是至少三对 x、y 组成的列表</translation>
    </message>
    <message>
        <source>one of its polygons has a coordinate that is not a finite number</source>
        <translation>它的某个多边形含有不是有限数的坐标</translation>
    </message>
    <message>
        <source>one of its polygons lies far outside its image</source>
        <translation>它的某个多边形远在图像之外</translation>
    </message>
    <message>
        <source>Transparent parts are shown on white.</source>
        <translation>透明部分显示为白色。</translation>
    </message>
    <message>
        <source>The image {path} keeps its 16-bit colours in separate planes: save it interleaved.</source>
        <translation>图像 {path} 的 16 位颜色按通道分开存放：请改存为交错排列。</translation>
    </message>
    <message>
        <source>The image {path} has colours of the kind {mode}: save it as RGB.</source>
        <translation>图像 {path} 的颜色类型是 {mode}：请存为 RGB。</translation>
    </message>
    <message>
        <source>There is not enough memory for the image {path}: close other programs.</source>
        <translation>内存不足，无法打开图像 {path}：请关闭其他程序。</translation>
    </message>
    <message>
        <source>{path} is a folder, not an image: open one of the images in it.</source>
        <translation>{path} 是文件夹而不是图像：请打开其中的某张图像。</translation>
    </message>
    <message>
        <source>The image {path} has {width} x {height} pixels, more than the {millions} million that can be opened: scale it down or cut it into tiles.</source>
        <translation>图像 {path} 有 {width} × {height} 像素，超过了可以打开的 {millions} 百万像素：请缩小它，或切成小块。</translation>
    </message>
    <message>
        <source>The image {path} does not exist: it may have been moved, renamed or deleted.</source>
        <translation>图像 {path} 不存在：它可能被移走、重命名或删除了。</translation>
    </message>
    <message>
        <source>The image {path} is empty (0 bytes): copy it again from where it came.</source>
        <translation>图像 {path} 是空文件（0 字节）：请从原处重新复制。</translation>
    </message>
    <message>
        <source>{path} is not an image that can be read (JPEG, PNG, WebP, BMP, GIF or an ordinary TIFF): convert it, or take it out of the folder.</source>
        <translation>{path} 不是可以读取的图像（JPEG、PNG、WebP、BMP、GIF 或普通 TIFF）：请转换格式，或将它移出该文件夹。</translation>
    </message>
    <message>
        <source>The image {path} cannot be read ({reason}): check its permissions and its disk.</source>
        <translation>无法读取图像 {path}（{reason}）：请检查它的权限和所在的磁盘。</translation>
    </message>
    <message>
        <source>The image {path} is damaged or cut short ({reason}): copy it again from where it came.</source>
        <translation>图像 {path} 已损坏或不完整（{reason}）：请从原处重新复制。</translation>
    </message>
    <message>
        <source>The image {path} is damaged or of an unusual kind: copy it again, or save it with 8 bits.</source>
        <translation>图像 {path} 已损坏或类型特殊：请重新复制，或存为 8 位图像。</translation>
    </message>
    <message>
        <source>{scaled} {transparent}</source>
        <translation>{scaled}{transparent}</translation>
    </message>
    <message>
        <source>1st to 99th percentile</source>
        <translation>第 1 到第 99 百分位</translation>
    </message>
    <message>
        <source>smallest to largest</source>
        <translation>最小到最大</translation>
    </message>
    <message>
        <source>Values from {low:g} to {high:g} ({how}) are shown as black to white.</source>
        <translation>将 {low:g} 到 {high:g} 的值（{how}）显示为从黑到白。</translation>
    </message>
    <message>
        <source>The journal {path} of {coco_path} cannot be used ({reason}): close the window that has the dataset open, or check the folder&apos;s space and permissions.</source>
        <translation>{coco_path} 的日志 {path} 无法使用（{reason}）：请关闭打开了该数据集的窗口，或检查该文件夹的空间和权限。</translation>
    </message>
    <message>
        <source>The last changes could not be written to {path} ({reason}): check the space and permissions there. They are still in memory, and saving the dataset keeps them.</source>
        <translation>最近的修改无法写入 {path}（{reason}）：请检查那里的剩余空间和权限。修改仍在内存中，保存数据集即可保留。</translation>
    </message>
    <message>
        <source>give the options of then, with the checkpoint of then as --weights</source>
        <translation>使用当时的选项，并用 --weights 指定当时的权重文件</translation>
    </message>
    <message>
        <source>leave these options out to go on with it as it was begun</source>
        <translation>去掉这些选项，按开始时的设置继续</translation>
    </message>
    <message>
        <source>The run whose results are in {path} was begun with other options: {different}. Either {remedy}, or remove that file to start anew.</source>
        <translation>结果保存在 {path} 中的运行开始时用的是其他选项：{different}。请{remedy}，或删除该文件重新开始。</translation>
    </message>
    <message>
        <source>What is in {path} is no checkpoint: download or copy it again, or choose a .safetensors, .pth, .pt or .ckpt file.</source>
        <translation>{path} 的内容不是权重：请重新下载或复制，或选择 .safetensors、.pth、.pt 或 .ckpt 文件。</translation>
    </message>
    <message>
        <source>The interrupted run used other weights than {name}: choose those it used, or begin it anew.</source>
        <translation>中断的运行使用的不是 {name}，而是其他权重：请选择当时使用的权重，或重新开始。</translation>
    </message>
    <message>
        <source>{path} is not as it was opened or saved here any more, so it is not saved by itself.</source>
        <translation>{path} 已不是在此打开或保存时的样子，因此不会自动保存。</translation>
    </message>
    <message>
        <source>{path} is out of reach ({reason}), so it was not saved: {remedy}.</source>
        <translation>无法访问 {path}（{reason}），因此没有保存：{remedy}。</translation>
    </message>
    <message>
        <source>{path} cannot be read ({reason}): check its permissions.</source>
        <translation>无法读取 {path}（{reason}）：请检查它的权限。</translation>
    </message>
    <message>
        <source>it is nested too deeply</source>
        <translation>嵌套层数太多</translation>
    </message>
    <message>
        <source>it holds a whole number of {count} digits</source>
        <translation>其中有一个 {count} 位的整数</translation>
    </message>
    <message>
        <source>{folder} cannot be written to ({reason}), so the dataset is open for viewing only.</source>
        <translation>{folder} 无法写入（{reason}），因此数据集以只读方式打开。</translation>
    </message>
    <message>
        <source>{folder} is on a disk that cannot lock files ({reason}), so the dataset is open for viewing only: copy it to a local disk to edit it.</source>
        <translation>{folder} 所在的磁盘不支持锁定文件（{reason}），因此数据集以只读方式打开：要编辑，请先复制到本地磁盘。</translation>
    </message>
    <message>
        <source>process {process} on {computer} since {since}</source>
        <translation> {computer} 上的进程 {process}（始于 {since}）</translation>
    </message>
    <message>
        <source>another process</source>
        <translation>另一个进程</translation>
    </message>
    <message>
        <source>The annotation file {path} is empty: restore it from a copy, or open another file.</source>
        <translation>标注文件 {path} 是空的：请用副本恢复，或打开其他文件。</translation>
    </message>
    <message>
        <source>{folder} cannot be written to ({reason}): check its permissions, or choose a file elsewhere with --out.</source>
        <translation>{folder} 无法写入（{reason}）：请检查其权限，或用 --out 选择其他位置的文件。</translation>
    </message>
    <message>
        <source>{folder} is on a disk that cannot lock files ({reason}), so others could write there meanwhile: choose a file on a local disk with --out.</source>
        <translation>{folder} 所在的磁盘无法锁定文件（{reason}），其他程序可能同时写入：请用 --out 选择本地磁盘上的文件。</translation>
    </message>
    <message>
        <source>{path} is being edited by {holder}, so it is open for viewing only.</source>
        <translation>{path} 正由{holder}编辑，因此以只读方式打开。</translation>
    </message>
    <message>
        <source>{path} is being edited by {holder}: close it there or wait until it is done, and try again.</source>
        <translation>{path} 正由{holder}编辑：请在那里关闭它，或等它完成后再试。</translation>
    </message>
    <message>
        <source>the window of process {process} on {computer} since {since}</source>
        <translation> {computer} 上进程 {process} 的窗口（自 {since} 起）</translation>
    </message>
    <message>
        <source>{program}, process {process} on {computer}, since {since}</source>
        <translation> {program}（{computer} 上的进程 {process}，自 {since} 起）</translation>
    </message>
    <message>
        <source>{folder} is not there any more, or out of reach: bring it back, and its unsaved work ({journal}) can be opened.</source>
        <translation>{folder} 已不存在或无法访问：把它放回原处，即可打开其中未保存的内容（{journal}）。</translation>
    </message>
    <message>
        <source>{path} is not there any more: bring it back, for example from the folder of backups beside it, and its unsaved work ({journal}) can be opened.</source>
        <translation>{path} 已不存在：把它放回原处（例如从旁边的备份文件夹中取回），即可打开其中未保存的内容（{journal}）。</translation>
    </message>
    <message>
        <source>it or its sub-folders</source>
        <translation>该文件夹及其子文件夹</translation>
    </message>
    <message>
        <source>it (sub-folders need --recursive)</source>
        <translation>该文件夹（包含子文件夹需加 --recursive）</translation>
    </message>
    <message>
        <source>{folder} holds no images: there is none in {where}.</source>
        <translation>{folder} 中没有图像：已查找{where}。</translation>
    </message>
    <message>
        <source>{coco_path} is about the images in {image_root}, not in {folder}: choose another file with --out.</source>
        <translation>{coco_path} 对应的是 {image_root} 中的图像，而不是 {folder} 中的：请用 --out 选择另一个文件。</translation>
    </message>
    <message>
        <source>The processes ended while they loaded the network, probably for want of memory: use fewer workers.</source>
        <translation>各进程在加载网络时终止，很可能是内存不足：请减少工作进程数。</translation>
    </message>
    <message>
        <source>The image {path} ended the process that worked on it, probably for want of memory: use fewer workers, or a smaller copy of it.</source>
        <translation>处理图像 {path} 的进程终止了，很可能是内存不足：请减少工作进程数，或改用该图像的缩小副本。</translation>
    </message>
    <message>
        <source>There is not enough memory to load the network in each process ({reason}): use fewer workers.</source>
        <translation>内存不足，无法在每个进程中加载网络（{reason}）：请减少工作进程数。</translation>
    </message>
    <message>
        <source>A run was interrupted and left its results in {path}: add --resume to go on with it, or remove that file to start anew.</source>
        <translation>上一次运行中断了，结果留在 {path}：请加 --resume 继续，或删除该文件重新开始。</translation>
    </message>
    <message>
        <source>{path} is damaged ({reason}): remove it to start the run anew.</source>
        <translation>{path} 已损坏（{reason}）：请删除它，重新开始运行。</translation>
    </message>
    <message>
        <source>The journal {path} cannot be read ({reason}).</source>
        <translation>无法读取日志 {path}（{reason}）。</translation>
    </message>
    <message>
        <source>There are {count} more problems in it</source>
        <translation>该文件中还有 {count} 个问题</translation>
    </message>
    <message>
        <source>{first} {more}: annotator check lists all of them.</source>
        <translation>{first}{more}，可用“annotator check”命令全部列出。</translation>
    </message>
    <message>
        <source>There is 1 more problem in it</source>
        <translation>该文件中还有 1 个问题</translation>
    </message>
    <message>
        <source>images that could not be read are left out: {count}, such as {name}</source>
        <translation>有图像无法读取，未导出：共 {count} 张，例如 {name}</translation>
    </message>
    <message>
        <source>images that are one file become one, with the annotations of all: {count}, such as {name} (images {ids})</source>
        <translation>指向同一文件的多条图像记录合并为一张图像，保留各自的全部标注：共 {count} 处，例如 {name}（图像 {ids}）</translation>
    </message>
    <message>
        <source>{source} has no annotations of the images in {root}: open the folder that its images are in, or on the command line name it with --images.</source>
        <translation>{source} 中没有 {root} 里图像的标注：请打开图像所在的文件夹，或在命令行中用 --images 指明它。</translation>
    </message>
    <message>
        <source>{source} holds the name {name!a}, which cannot be saved: correct it, or rename the file.</source>
        <translation>{source} 中有名称 {name!a}，无法保存：请更正该名称，或重命名文件。</translation>
    </message>
    <message>
        <source>{source} has data sets in it, such as {inner}: choose one of them.</source>
        <translation>{source} 中有多个数据集，例如 {inner}：请选择其中一个。</translation>
    </message>
    <message>
        <source>The images of {source} are in its labelme files alone (imageData): save them as image files beside, for instance with labelme_export_json, then import again.</source>
        <translation>{source} 的图像只存在于其 labelme 文件内部（imageData）：请先把它们另存为旁边的图像文件（例如用 labelme_export_json），然后重新导入。</translation>
    </message>
    <message>
        <source>labelme files without an image in {root}: {count}, such as {name}.</source>
        <translation>有 {count} 个 labelme 文件在 {root} 中没有对应的图像，例如 {name}。</translation>
    </message>
    <message>
        <source>Lines and points, which have no area: {count}.</source>
        <translation>没有面积的线和点：{count} 个。</translation>
    </message>
    <message>
        <source>Shapes of a type that is not known: {count}, such as {kind}.</source>
        <translation>未知类型的形状：{count} 个，例如 {kind}。</translation>
    </message>
    <message>
        <source>Shapes of which flags, descriptions or attributes are left out: {count}.</source>
        <translation>未导入其标志、描述或属性的形状：{count} 个。</translation>
    </message>
    <message>
        <source>holes and parts are joined to one outline by lines without width</source>
        <translation>孔洞和各个部分用没有宽度的线连接成一条轮廓</translation>
    </message>
    <message>
        <source>holes are joined to their outline by lines without width</source>
        <translation>孔洞用没有宽度的线与轮廓连接</translation>
    </message>
    <message>
        <source>values of attributes are lost</source>
        <translation>属性值会丢失</translation>
    </message>
    <message>
        <source>groups are lost</source>
        <translation>分组会丢失</translation>
    </message>
    <message>
        <source>keys of their own are lost: {keys}</source>
        <translation>自有的键会丢失：{keys}</translation>
    </message>
    <message>
        <source>images whose files get another name, because theirs differs in its ending or capitals only, or is no name on every system: {count}, such as {names}</source>
        <translation>有图像的文件改用其他名称，因为原名与其他图像仅扩展名或大小写不同，或者不是在每个系统上都可用：共 {count} 个，例如 {names}</translation>
    </message>
    <message>
        <source>Masks without an image in {root}: {count}, such as {name}.</source>
        <translation>有 {count} 个掩码在 {root} 中没有对应的图像，例如 {name}。</translation>
    </message>
    <message>
        <source>The images {one} and {other} are one file, {path}, but the one has {width} x {height} pixels and the other {width2} x {height2}: annotator check says which is right; take the other out, then export again.</source>
        <translation>图像 {one} 和 {other} 是同一个文件 {path}，但前者记录为 {width} x {height} 像素，后者为 {width2} x {height2} 像素：用 annotator check 查看哪个正确，去掉另一个后重新导出。</translation>
    </message>
    <message>
        <source>instances beyond the {most} of an image are left out</source>
        <translation>一张图像中超出 {most} 个的实例未写入</translation>
    </message>
    <message>
        <source>{source} has no folder SegmentationClass, which says of what class the objects are: add it.</source>
        <translation>{source} 中没有文件夹 SegmentationClass，无法知道各对象的类别：请补上该文件夹。</translation>
    </message>
    <message>
        <source>There is no labelmap.txt in {source}, so the classes got the names of the Pascal VOC challenge: check that they are right.</source>
        <translation>{source} 中没有 labelmap.txt，因此类别采用了 Pascal VOC 挑战赛的名称：请检查是否正确。</translation>
    </message>
    <message>
        <source>The folder &quot;images&quot; holds links to the images where they lie now: copy the images, too, for an export that goes to another place.</source>
        <translation>文件夹“images”中是指向图像当前位置的链接：如果要把导出结果移到别处，请在导出时同时复制图像。</translation>
    </message>
    <message>
        <source>Images that are not in the folder &quot;images&quot; of the export, where trainers look for them: {count}. Put them there under the names that their label files have, or export again with copies of the images.</source>
        <translation>训练程序会在导出结果的文件夹“images”中查找图像，但有 {count} 张图像不在其中。请按标注文件的名称把它们放进去，或重新导出并同时复制图像。</translation>
    </message>
    <message>
        <source>No images are set apart for validation: data.yaml names the training images for it, and scores measured on them say nothing about new images.</source>
        <translation>没有划分出验证图像：data.yaml 用训练图像代替，在这些图像上测得的分数不能说明对新图像的效果。</translation>
    </message>
    <message>
        <source>Label files without an image in {root}: {count}, such as {name}.</source>
        <translation>有 {count} 个标签文件在 {root} 中没有对应的图像，例如 {name}。</translation>
    </message>
    <message>
        <source>Keypoints are left out: each instance is the box that its line begins with.</source>
        <translation>关键点未导入：每个实例是其所在行开头的方框。</translation>
    </message>
    <message>
        <source>it has {count} numbers after the class, neither a box of 4 nor a polygon; if the last is a confidence, write the labels without</source>
        <translation>类别之后有 {count} 个数，既不是 4 个数的方框，也不是多边形；如果最后一个是置信度，请在生成标注时不要写入</translation>
    </message>
    <message>
        <source>Page 1 of {pages} is shown.</source>
        <translation>显示的是第 1 页，共 {pages} 页。</translation>
    </message>
    <message>
        <source>Frame 1 of {frames} is shown.</source>
        <translation>显示的是第 1 帧，共 {frames} 帧。</translation>
    </message>
    <message>
        <source>{first} {second}</source>
        <translation>{first}{second}</translation>
    </message>
    <message>
        <source>The last changes cannot be kept in {path} ({reason}), and none that follow: save the dataset, which keeps them.</source>
        <translation>最近的更改以及后续的更改都无法写入 {path}（{reason}）：请保存数据集，以保留这些更改。</translation>
    </message>
    <message>
        <source>{path} is a folder: name the annotation file in it.</source>
        <translation>{path} 是文件夹：请指明其中的标注文件。</translation>
    </message>
    <message>
        <source>{source} holds results, which name their images by ids alone: import it into the dataset that they are of.</source>
        <translation>{source} 是检测结果文件，只用编号指明图像：请导入到这些结果所属的数据集中。</translation>
    </message>
    <message>
        <source>{source} holds results for images of other ids than this dataset has: import it into the one that they are of.</source>
        <translation>{source} 是检测结果文件，其中的图像编号都不在本数据集中：请导入到这些结果所属的数据集。</translation>
    </message>
    <message>
        <source>Results for images of ids that this dataset does not have: {count}.</source>
        <translation>图像编号不在本数据集中的结果：{count} 个。</translation>
    </message>
    <message>
        <source>Ids that are no whole numbers, or that come twice, get new ones: {count}.</source>
        <translation>不是整数或重复的编号已换成新的：{count} 个。</translation>
    </message>
    <message>
        <source>Ids of images and categories that annotations spell otherwise are read as the same: {count}.</source>
        <translation>标注中写法不同的图像和类别编号视为相同：{count} 个。</translation>
    </message>
    <message>
        <source>Images that are named with all their folders are looked for in the folder of the images: {count}.</source>
        <translation>写有完整路径的图像改为在图像文件夹中查找：{count} 张。</translation>
    </message>
    <message>
        <source>Sizes of images that are no whole numbers are put right, or read from the image: {count}.</source>
        <translation>不是整数的图像尺寸已改正，或从图像中读取：{count} 张。</translation>
    </message>
    <message>
        <source>Numbers as names of categories become texts: {count}.</source>
        <translation>以数字作为名称的类别改为文本：{count} 个。</translation>
    </message>
    <message>
        <source>The file names no categories, so they are called by their ids: {count}.</source>
        <translation>文件中没有类别名称，因此用编号命名：{count} 个。</translation>
    </message>
    <message>
        <source>Values of iscrowd that are neither 0 nor 1 are put right: {count}.</source>
        <translation>既不是 0 也不是 1 的 iscrowd 值已改正：{count} 个。</translation>
    </message>
    <message>
        <source>Polygons without a list around them are read as such: {count}.</source>
        <translation>缺少外层列表的多边形仍按多边形读取：{count} 个。</translation>
    </message>
    <message>
        <source>Parts of one or two points, which have no area, are left out of their instances: {count}.</source>
        <translation>实例中只有一两个点、没有面积的部分未导入：{count} 个。</translation>
    </message>
    <message>
        <source>Annotations with neither a segmentation nor a box, such as captions, are left out: {count}.</source>
        <translation>既没有分割也没有边框的标注（例如图像描述）未导入：{count} 个。</translation>
    </message>
    <message>
        <source>Annotations of one or two points, which have no area, are left out: {count}.</source>
        <translation>只有一两个点、没有面积的标注未导入：{count} 个。</translation>
    </message>
    <message>
        <source>{source} has segments without a file_name or of an image that it does not list: correct it.</source>
        <translation>{source} 中有的分割标注没有 file_name，或其图像未列出：请改正。</translation>
    </message>
    <message>
        <source>{source} has a segment whose id is {number!r}, no number of three bytes: correct it.</source>
        <translation>{source} 中有一个分割区域的编号是 {number!r}，不是三字节的数：请改正。</translation>
    </message>
    <message>
        <source>{source} is a panoptic file, but its masks, such as {name}, are neither in the folder {folder} nor beside it: put them there.</source>
        <translation>{source} 是全景分割文件，但它的掩码（例如 {name}）既不在文件夹 {folder} 中，也不在该文件旁边：请把它们放到那里。</translation>
    </message>
    <message>
        <source>{source} has {count} COCO files in it, such as {name}: choose one of them.</source>
        <translation>{source} 中有 {count} 个 COCO 文件，例如 {name}：请选择其中一个。</translation>
    </message>
    <message>
        <source>{path} is not a text in UTF-8: save it in that encoding, or check that it is a label file.</source>
        <translation>{path} 不是 UTF-8 文本：请以该编码另存，或检查它是否为标注文件。</translation>
    </message>
    <message>
        <source>Shapes without a pixel in their image, too small or outside of it, are left out: {count}.</source>
        <translation>在图像中没有任何像素的形状（太小或在图像之外）未导入：{count} 个。</translation>
    </message>
    <message>
        <source>a &quot;{key}&quot; is {value!r}, not a whole number from 0 to {most}</source>
        <translation>有一个“{key}”是 {value!r}，应为 0 到 {most} 的整数</translation>
    </message>
    <message>
        <source>Masks in which 255 stands beside other numbers, each of which became an instance: {count}, such as {name}. Where it means a border, or the mask has soft edges, take those instances out.</source>
        <translation>有掩码中除其他数值外还有 255，每个数值都成了一个实例：共 {count} 个掩码，例如 {name}。如果 255 表示边界，或掩码边缘有过渡，请删除这些实例。</translation>
    </message>
    <message>
        <source>Images that have another size on the disk than in this dataset, so that their masks do not fit them: {count}, such as {path}, {width} x {height} pixels there and {width2} x {height2} here. Most programs will refuse these images or stretch their masks: find the right images, or take these out, then export again.</source>
        <translation>有图像在磁盘上的尺寸与数据集中记录的不同，掩码因此与图像对不上：共 {count} 张，例如 {path}，磁盘上为 {width} x {height} 像素，此处为 {width2} x {height2} 像素。大多数程序会拒绝这些图像或拉伸其掩码：请找到正确的图像，或去掉这些图像，然后重新导出。</translation>
    </message>
    <message>
        <source>1 annotation reaches out of its image {image}</source>
        <translation>有 1 个标注超出其图像 {image}</translation>
    </message>
    <message>
        <source>{count} annotations reach out of their images, the first one out of {image}</source>
        <translation>有 {count} 个标注超出其图像，第一个在 {image} 上</translation>
    </message>
    <message>
        <source>{what}: what is outside is not shown, and stays in the file until the mask is changed.</source>
        <translation>{what}：超出的部分不会显示；在修改其掩码之前，仍保留在文件中。</translation>
    </message>
    <message>
        <source>1 annotation lies wholly outside of its image {image}</source>
        <translation>有 1 个标注完全位于其图像 {image} 之外</translation>
    </message>
    <message>
        <source>{count} annotations lie wholly outside of their images, the first one outside of {image}</source>
        <translation>有 {count} 个标注完全位于其图像之外，第一个在 {image} 上</translation>
    </message>
    <message>
        <source>{what}, where nothing can be shown: delete what is listed with 0 px, or correct it in the file.</source>
        <translation>{what}，无法显示：请删除列表中标为 0 像素的实例，或在文件中更正。</translation>
    </message>
    <message>
        <source>{path} has unsaved work in the window&apos;s journal (changes: {count}, the last on {when}): open {to_open} in the window, save that work or discard it, and run this again.</source>
        <translation>{path} 在窗口的日志中还有未保存的工作（更改数：{count}，最后修改于 {when}）：请在窗口中打开 {to_open}，保存或放弃这些工作，然后重新运行此命令。</translation>
    </message>
    <message>
        <source>Images in sub-folders that were left out: {count}. --recursive takes them, too.</source>
        <translation>子文件夹中的 {count} 张图像未处理；加上 --recursive 也会处理。</translation>
    </message>
    <message>
        <source>The image {name} has {width} x {height} pixels, but the annotation file says {said_width} x {said_height}: put the right image there, or correct the file.</source>
        <translation>图像 {name} 的尺寸为 {width} × {height} 像素，但标注文件中写的是 {said_width} × {said_height}：请放回正确的图像，或更正标注文件。</translation>
    </message>
    <message>
        <source>{key} is missing</source>
        <translation>缺少 {key}</translation>
    </message>
    <message>
        <source>{path} cannot be written ({reason}): free some space or check the folder&apos;s permissions, then begin the run again (on the command line with --resume): it goes on with what is done.</source>
        <translation>无法写入 {path}（{reason}）：请腾出磁盘空间或检查文件夹权限，然后重新开始（命令行请加 --resume）：将从已完成的部分继续。</translation>
    </message>
    <message>
        <source>{path} is no longer needed, because the run has ended, but cannot be removed ({reason}): remove it when that is possible.</source>
        <translation>运行已经结束，不再需要 {path}，但无法将其删除（{reason}）：请在可以删除时删除它。</translation>
    </message>
    <message>
        <source>The Ray cluster {address} cannot be reached ({reason}): check it.</source>
        <translation>无法连接 Ray 集群 {address}（{reason}）：请检查。</translation>
    </message>
    <message>
        <source>The Ray workers ended while they loaded the network ({reason}): use fewer workers, or see the logs of Ray.</source>
        <translation>Ray 的工作进程在加载网络时终止（{reason}）：请减少工作进程数，或查看 Ray 的日志。</translation>
    </message>
    <message>
        <source>There is not enough memory to segment the image {path} ({reason}): close other programs, or use a smaller copy of it.</source>
        <translation>内存不足，无法分割图像 {path}（{reason}）：请关闭其他程序，或改用该图像的缩小副本。</translation>
    </message>
    <message>
        <source>The image {path} met a fault of the program ({reason}); what it printed in the terminal helps to find it.</source>
        <translation>处理图像 {path} 时遇到程序自身的错误（{reason}）。终端中的输出有助于查找原因。</translation>
    </message>
    <message>
        <source>The prompt is empty: give at least one point or a box.</source>
        <translation>提示为空：请至少给出一个点或一个框。</translation>
    </message>
    <message>
        <source>A point&apos;s label must be 1 (part of the object) or 0 (not part of it).</source>
        <translation>点的标签必须是 1（属于物体）或 0（不属于物体）。</translation>
    </message>
    <message>
        <source>A point&apos;s coordinates must be finite numbers.</source>
        <translation>点的坐标必须是有限的数。</translation>
    </message>
    <message>
        <source>The logits of the mask to refine must be finite numbers.</source>
        <translation>要精修的掩码的 logits 必须是有限的数。</translation>
    </message>
    <message>
        <source>The box&apos;s coordinates must be finite numbers.</source>
        <translation>框的坐标必须是有限的数。</translation>
    </message>
    <message>
        <source>The box ({x0:g}, {y0:g}, {x1:g}, {y1:g}) is empty: give x0 &lt; x1 and y0 &lt; y1.</source>
        <translation>框 ({x0:g}, {y0:g}, {x1:g}, {y1:g}) 是空的：应满足 x0 &lt; x1 且 y0 &lt; y1。</translation>
    </message>
    <message>
        <source>The point ({x:g}, {y:g}) is outside the image of {width} x {height} pixels.</source>
        <translation>点 ({x:g}, {y:g}) 在 {width} × {height} 像素的图像之外。</translation>
    </message>
    <message>
        <source>The box ({x0:g}, {y0:g}, {x1:g}, {y1:g})</source>
        <translation>框 ({x0:g}, {y0:g}, {x1:g}, {y1:g}) </translation>
    </message>
    <message>
        <source>{box} is outside the image of {width} x {height} pixels.</source>
        <translation>{box}在 {width} × {height} 像素的图像之外。</translation>
    </message>
    <message>
        <source>{box} reaches far beyond the image of {width} x {height} pixels: cut it there.</source>
        <translation>{box}远远超出了 {width} × {height} 像素的图像：请在图像边缘截断。</translation>
    </message>
    <message>
        <source>The segmenter has not been started.</source>
        <translation>分割进程尚未启动。</translation>
    </message>
    <message>
        <source>The segmenter was closed.</source>
        <translation>分割进程已关闭。</translation>
    </message>
    <message>
        <source>The segmenter was interrupted; start it again.</source>
        <translation>分割进程被中断，请重新启动。</translation>
    </message>
    <message>
        <source>The segmenter&apos;s process cannot be started ({reason}); close other programs and try again.</source>
        <translation>无法启动分割进程（{reason}）：请关闭其他程序后重试。</translation>
    </message>
    <message>
        <source>stopped answering</source>
        <translation>没有响应</translation>
    </message>
    <message>
        <source>was killed, perhaps for lack of memory</source>
        <translation>被终止，可能是内存不足</translation>
    </message>
    <message>
        <source>was ended by signal {number}</source>
        <translation>被信号 {number} 终止</translation>
    </message>
    <message>
        <source>ended unexpectedly with exit code {code}</source>
        <translation>意外结束，退出码 {code}</translation>
    </message>
    <message>
        <source>The segmenter&apos;s process {how}. Start it again and repeat what you asked for.</source>
        <translation>分割进程{how}。请重新启动，再做一次刚才的操作。</translation>
    </message>
    <message>
        <source>There is no room for {megabytes:.0f} MB of shared memory ({reason}); close other programs, or give a container more with --shm-size.</source>
        <translation>共享内存不足 {megabytes:.0f} MB（{reason}）：请关闭其他程序；若在容器中运行，请用 --shm-size 多分配一些。</translation>
    </message>
    <message>
        <source>No usable weights are installed; import a TinySAM checkpoint or put one into {folder}.</source>
        <translation>没有可用的权重：请导入一个 TinySAM 权重文件，或将它放入 {folder}。</translation>
    </message>
    <message>
        <source>Other weights are installed as {target}; rename {name} and import it again, or remove them.</source>
        <translation>{target} 处已有另一份权重：请将 {name} 改名后重新导入，或删除原有的权重。</translation>
    </message>
    <message>
        <source>{folder} cannot be made ({reason}); make the folder writable.</source>
        <translation>无法创建 {folder}（{reason}）：请使该文件夹可写。</translation>
    </message>
    <message>
        <source>info must be an object with a name, and nothing but {known}.</source>
        <translation>info 必须是含有 name 的对象，并且只能包含 {known}。</translation>
    </message>
    <message>
        <source>info.quality must be an object of finite numbers.</source>
        <translation>info.quality 必须是由有限数组成的对象。</translation>
    </message>
    <message>
        <source>everything in info but quality must be text.</source>
        <translation>info 中除 quality 外都必须是文本。</translation>
    </message>
    <message>
        <source>{path} has broken metadata ({reason}); write it again, or remove the metadata.</source>
        <translation>{path} 的元数据已损坏（{reason}）：请重新写入，或删去元数据。</translation>
    </message>
    <message>
        <source>{path} stores {name} as {dtype}; convert it to {wanted}.</source>
        <translation>{path} 中的 {name} 存为 {dtype}：请转换为 {wanted}。</translation>
    </message>
    <message>
        <source>{name} of {found} instead of {wanted}</source>
        <translation>{name}（{found}，应为 {wanted}）</translation>
    </message>
    <message>
        <source>lacks {names}</source>
        <translation>缺少 {names}</translation>
    </message>
    <message>
        <source>has unknown tensors: {names}</source>
        <translation>有未知的张量 {names}</translation>
    </message>
    <message>
        <source>has {names}</source>
        <translation>张量形状不对：{names}</translation>
    </message>
    <message>
        <source>{path} does not fit TinySAM: it {problems}. Choose a TinySAM checkpoint.</source>
        <translation>{path} 与 TinySAM 不符：{problems}。请选择 TinySAM 的权重文件。</translation>
    </message>
    <message>
        <source>{before}; it {one}</source>
        <translation>{before}；{one}</translation>
    </message>
    <message>
        <source>{path} holds infinities or NaNs in {names}; choose another checkpoint.</source>
        <translation>{path} 的 {names} 中有无穷大或 NaN：请选择其他权重文件。</translation>
    </message>
    <message>
        <source>{path} holds negative variances in {names}; choose another checkpoint.</source>
        <translation>{path} 的 {names} 中有负的方差：请选择其他权重文件。</translation>
    </message>
    <message>
        <source>{before}, {one}</source>
        <translation>{before}、{one}</translation>
    </message>
    <message>
        <source>{names} and {more} more ({count} in all)</source>
        <translation>{names} 以及另外 {more} 个（共 {count} 个）</translation>
    </message>
    <message>
        <source>{path} cannot be written ({reason}): free some space or choose another folder. What was there before is unchanged.</source>
        <translation>无法写入 {path}（{reason}）：请腾出一些空间，或选择其他文件夹。那里原有的内容没有改变。</translation>
    </message>
    <message>
        <source>everything.points_per_side is {points_per_side!r}; it must be 2..256.</source>
        <translation>everything.points_per_side 是 {points_per_side!r}，应在 2 到 256 之间。</translation>
    </message>
    <message>
        <source>image_size is {size!r}; it must be a multiple of {image_size_step}, at least {smallest_image_size}.</source>
        <translation>image_size 是 {size!r}，应为 {image_size_step} 的倍数，且不小于 {smallest_image_size}。</translation>
    </message>
    <message>
        <source>{what} is {kind}; it must be an object with named values.</source>
        <translation>{what} 是 {kind}，应为由名称和值组成的对象。</translation>
    </message>
    <message>
        <source>{what} has unknown values: {unknown}; this version knows {known}.</source>
        <translation>{what} 中有未知的项：{unknown}；本版本认识的是 {known}。</translation>
    </message>
    <message>
        <source>{what} is {value!r}; it must be a finite number.</source>
        <translation>{what} 是 {value!r}，应为有限的数。</translation>
    </message>
    <message>
        <source>{what} is {value!r}; it must lie in {low:g}..{high:g}.</source>
        <translation>{what} 是 {value!r}，应在 {low:g} 到 {high:g} 之间。</translation>
    </message>
    <message>
        <source>{path} does not exist; give the path of a checkpoint file.</source>
        <translation>{path} 不存在：请给出权重文件的路径。</translation>
    </message>
    <message>
        <source>{path} is a folder; give the path of a readable checkpoint file.</source>
        <translation>{path} 是文件夹：请给出可以读取的权重文件。</translation>
    </message>
    <message>
        <source>{path} cannot be read ({reason}); give the path of a readable checkpoint file.</source>
        <translation>无法读取 {path}（{reason}）：请给出可以读取的权重文件。</translation>
    </message>
    <message>
        <source>{path} is empty; download or copy it again.</source>
        <translation>{path} 是空文件：请重新下载或复制。</translation>
    </message>
    <message>
        <source>{path} cannot be read ({reason}); copy it to another place.</source>
        <translation>无法读取 {path}（{reason}）：请将它复制到别处。</translation>
    </message>
    <message>
        <source>{path} is damaged or no safetensors file ({reason}); download or copy it again.</source>
        <translation>{path} 已损坏，或不是 safetensors 文件（{reason}）：请重新下载或复制。</translation>
    </message>
    <message>
        <source>{path} stores {name} as {dtype}; convert it to F32 or F16.</source>
        <translation>{path} 中的 {name} 存为 {dtype}：请转换为 F32 或 F16。</translation>
    </message>
    <message>
        <source>{path} is damaged or no MindSpore checkpoint; download or copy it again.</source>
        <translation>{path} 已损坏，或不是 MindSpore 权重文件：请重新下载或复制。</translation>
    </message>
    <message>
        <source>{path} holds {entry}, which is no tensor; save the network&apos;s parameters alone.</source>
        <translation>{path} 中的 {entry} 不是张量：请只保存网络的参数。</translation>
    </message>
    <message>
        <source>{path} is damaged or truncated ({reason}); download or copy it again.</source>
        <translation>{path} 已损坏或不完整（{reason}）：请重新下载或复制。</translation>
    </message>
    <message>
        <source>{path} is a zip archive but not a PyTorch checkpoint: it holds no data.pkl.</source>
        <translation>{path} 是 zip 压缩包，但不是 PyTorch 权重文件：其中没有 data.pkl。</translation>
    </message>
    <message>
        <source>{path} is damaged: storage {key} has {found} bytes instead of {size}.</source>
        <translation>{path} 已损坏：存储 {key} 有 {found} 字节，应为 {size}。</translation>
    </message>
    <message>
        <source>{path} compresses {entry}, which torch.save never does; save it again with torch.</source>
        <translation>{path} 中的 {entry} 是压缩的，而 torch.save 从不压缩：请用 torch 重新保存。</translation>
    </message>
    <message>
        <source>{path} is damaged: {entry} has {file_size} bytes where {limit} are expected.</source>
        <translation>{path} 已损坏：{entry} 有 {file_size} 字节，应为 {limit}。</translation>
    </message>
    <message>
        <source>{path} is damaged: it lacks {entry}.</source>
        <translation>{path} 已损坏：缺少 {entry}。</translation>
    </message>
    <message>
        <source>{path} is damaged or truncated: {entry} cannot be read ({reason}).</source>
        <translation>{path} 已损坏或不完整：无法读取 {entry}（{reason}）。</translation>
    </message>
    <message>
        <source>{path} is a pickle but not a PyTorch checkpoint; give a file that torch.save wrote.</source>
        <translation>{path} 是 pickle 文件，但不是 PyTorch 权重文件：请给出由 torch.save 写出的文件。</translation>
    </message>
    <message>
        <source>{path} is damaged: its list of storages does not fit its tensors.</source>
        <translation>{path} 已损坏：存储列表与张量不符。</translation>
    </message>
    <message>
        <source>{path} is damaged or truncated at storage {key}.</source>
        <translation>{path} 已损坏或不完整，问题在存储 {key} 处。</translation>
    </message>
    <message>
        <source>{path} is a PyTorch file but holds no dictionary of tensors; save the model&apos;s state_dict.</source>
        <translation>{path} 是 PyTorch 文件，但其中没有张量字典：请保存模型的 state_dict。</translation>
    </message>
    <message>
        <source>{path} holds {entry}, which is no tensor; save the model&apos;s state_dict alone.</source>
        <translation>{path} 中的 {entry} 不是张量：请只保存模型的 state_dict。</translation>
    </message>
    <message>
        <source>{path} was saved on a big-endian machine; save it again on a little-endian one.</source>
        <translation>{path} 是在大端序的机器上保存的：请在小端序的机器上重新保存。</translation>
    </message>
    <message>
        <source>its pickle is malformed ({reason})</source>
        <translation>其中的 pickle 格式错误（{reason}）</translation>
    </message>
    <message>
        <source>its pickle does not end</source>
        <translation>其中的 pickle 没有结束</translation>
    </message>
    <message>
        <source>its pickle names a function by something that is no text</source>
        <translation>其中的 pickle 用不是文本的内容指定函数</translation>
    </message>
    <message>
        <source>the pickle instruction {name}</source>
        <translation>执行 pickle 指令 {name}</translation>
    </message>
    <message>
        <source>a dictionary in its pickle lacks a value</source>
        <translation>其中的 pickle 有个字典缺少值</translation>
    </message>
    <message>
        <source>a dictionary key of type {kind}</source>
        <translation>使用 {kind} 类型的字典键</translation>
    </message>
    <message>
        <source>its pickle refers to something that is no storage</source>
        <translation>其中的 pickle 引用了不是存储的内容</translation>
    </message>
    <message>
        <source>its pickle gives a storage no known type of numbers</source>
        <translation>其中的 pickle 有个存储的数值类型未知</translation>
    </message>
    <message>
        <source>its pickle describes a storage with nonsense</source>
        <translation>其中的 pickle 对存储的描述不合理</translation>
    </message>
    <message>
        <source>a storage that is a view of another one</source>
        <translation>使用另一个存储的视图</translation>
    </message>
    <message>
        <source>its pickle describes storage {key} in two ways</source>
        <translation>其中的 pickle 对存储 {key} 有两种描述</translation>
    </message>
    <message>
        <source>its pickle calls something that is no function</source>
        <translation>其中的 pickle 调用了不是函数的内容</translation>
    </message>
    <message>
        <source>an OrderedDict made from arguments</source>
        <translation>用参数构造 OrderedDict</translation>
    </message>
    <message>
        <source>a call of {function}</source>
        <translation>调用 {function}</translation>
    </message>
    <message>
        <source>its pickle makes a tensor of something that is no storage</source>
        <translation>其中的 pickle 用不是存储的内容构造张量</translation>
    </message>
    <message>
        <source>its pickle gives a tensor a nonsensical shape</source>
        <translation>其中的 pickle 有个张量的形状不合理</translation>
    </message>
    <message>
        <source>a tensor of shape {sizes} reaches beyond its storage of {count} numbers</source>
        <translation>形状为 {sizes} 的张量超出了只有 {count} 个数的存储</translation>
    </message>
    <message>
        <source>its pickle gives a tensor a nonsensical offset, size or stride</source>
        <translation>其中的 pickle 有个张量的偏移、大小或步长不合理</translation>
    </message>
    <message>
        <source>{path} is damaged or no PyTorch checkpoint: {what}.</source>
        <translation>{path} 已损坏，或不是 PyTorch 权重文件：{what}。</translation>
    </message>
    <message>
        <source>{path} asks for {what}, which tensors do not need; such a file can run code and is not loaded. Export the model&apos;s state_dict alone with torch.save.</source>
        <translation>{path} 要求{what}，而张量并不需要这些；这样的文件可能会运行代码，因此不予载入。请用 torch.save 只导出模型的 state_dict。</translation>
    </message>
    <message>
        <source>This is a fault of the program ({kind}: {reason}); what it printed in the terminal helps to find it.</source>
        <translation>这是程序自身的错误（{kind}：{reason}）。终端中的输出有助于查找原因。</translation>
    </message>
    <message>
        <source>A background process cannot be started ({reason}); close other programs and try again.</source>
        <translation>无法启动后台进程（{reason}）：请关闭其他程序后重试。</translation>
    </message>
    <message>
        <source>The background process ended unexpectedly; try again.</source>
        <translation>后台进程意外结束，请重试。</translation>
    </message>
    <message>
        <source>{path}: {fault}</source>
        <translation>{path}：{fault}</translation>
    </message>
    <message>
        <source>There is a fault in the program; the terminal shows the details.</source>
        <translation>程序自身出错，详情见终端。</translation>
    </message>
    <message>
        <source>There is not enough memory for this image: close other programs, or use a smaller copy of it.</source>
        <translation>内存不足，无法处理这张图像：请关闭其他程序，或使用尺寸较小的副本。</translation>
    </message>
    <message>
        <source>The journal of {path} could not be closed as it should ({reason}).</source>
        <translation>{path} 的日志未能正常关闭（{reason}）。</translation>
    </message>
    <message>
        <source>the file is not there any more</source>
        <translation>文件已经不在</translation>
    </message>
    <message>
        <source>another program has changed the file</source>
        <translation>文件已被其他程序修改</translation>
    </message>
    <message>
        <source>{journal} could not be renamed ({reason}): check the permissions of its folder.</source>
        <translation>无法重命名 {journal}（{reason}）：请检查其所在文件夹的权限。</translation>
    </message>
</context>
<context>
    <name>EverythingRuns</name>
    <message>
        <source>This image is being segmented already; [clear] ends that.</source>
        <translation>正在分割此图像；按 [clear] 可以停止。</translation>
    </message>
    <message>
        <source>Segment everything begins as soon as %1 is read.</source>
        <translation>%1 读取完成后会立即开始“分割全部”。</translation>
    </message>
    <message>
        <source>Segment everything was not begun on %1.</source>
        <translation>没有对 %1 开始“分割全部”。</translation>
    </message>
    <message numerus="yes">
        <source>%n proposal(s) on %1</source>
        <translation>
            <numerusform>%1：%n 个候选</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing was found on %1 that is not labelled already.</source>
        <translation>%1 上没有找到尚未标注的物体。</translation>
    </message>
    <message>
        <source>Segment everything</source>
        <translation>分割全部</translation>
    </message>
</context>
<context>
    <name>Exchange</name>
    <message>
        <source>Exporting to %1</source>
        <translation>正在导出到 %1</translation>
    </message>
    <message>
        <source>Import from %1</source>
        <translation>从 %1 导入</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>&amp;Format</source>
        <translation>格式(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Save in</source>
        <translation>保存到(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Masks as</source>
        <translation>掩码写成(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Polygons may stray by</source>
        <translation>多边形允许偏差(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Categories</source>
        <translation>类别(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Validation</source>
        <translation>验证集(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Export</source>
        <translation>导出(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Browse...</source>
        <translation>浏览(&amp;B)...</translation>
    </message>
    <message>
        <source> px</source>
        <translation> 像素</translation>
    </message>
    <message>
        <source>nothing: exact</source>
        <translation>无偏差（精确）</translation>
    </message>
    <message>
        <source>Als&amp;o export those that are not accepted yet</source>
        <translation>同时导出尚未接受的候选(&amp;O)</translation>
    </message>
    <message>
        <source> % of the images</source>
        <translation>% 的图像</translation>
    </message>
    <message>
        <source>no split</source>
        <translation>不划分</translation>
    </message>
    <message>
        <source>Another number is another choice of images; the same number gives the same one</source>
        <translation>换一个数就换一种划分；数相同，划分也相同</translation>
    </message>
    <message>
        <source>Instances</source>
        <translation>实例</translation>
    </message>
    <message>
        <source>Proposals</source>
        <translation>候选</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>%1 (one JSON file)</source>
        <translation>%1（一个 JSON 文件）</translation>
    </message>
    <message>
        <source>%1 (folder)</source>
        <translation>%1（文件夹）</translation>
    </message>
    <message>
        <source>Only those that a review has &amp;accepted</source>
        <translation>仅导出审核通过的(&amp;A)</translation>
    </message>
    <message>
        <source>Copy them beside the annotat&amp;ions</source>
        <translation>将图像复制到标注旁(&amp;I)</translation>
    </message>
    <message>
        <source>See&amp;d</source>
        <translation>随机种子(&amp;D)</translation>
    </message>
    <message>
        <source>A&amp;ll</source>
        <translation>全选(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;None</source>
        <translation>全不选(&amp;N)</translation>
    </message>
    <message>
        <source>As they are in the file; new ones as run-lengths</source>
        <translation>保持文件中的写法，新掩码用游程编码</translation>
    </message>
    <message>
        <source>Run-lengths (RLE)</source>
        <translation>游程编码（RLE）</translation>
    </message>
    <message>
        <source>Polygons</source>
        <translation>多边形</translation>
    </message>
    <message>
        <source>Pixels (labelme 5.3 or later)</source>
        <translation>像素（labelme 5.3 及以上）</translation>
    </message>
    <message>
        <source>Pixels</source>
        <translation>像素</translation>
    </message>
    <message>
        <source>%1 knows no proposals: they become instances there, as if they had been accepted.</source>
        <translation>%1 没有候选的概念：导出后候选将变成实例，如同已被接受。</translation>
    </message>
    <message>
        <source>Say where to save it.</source>
        <translation>请指定保存位置。</translation>
    </message>
    <message>
        <source>Tick at least one category.</source>
        <translation>请至少勾选一个类别。</translation>
    </message>
    <message>
        <source>%1 cannot be used: %2.</source>
        <translation>无法使用 %1：%2。</translation>
    </message>
    <message>
        <source>%1 is there already, and nothing is replaced: choose another name.</source>
        <translation>%1 已存在。导出不会覆盖任何文件，请换一个名称。</translation>
    </message>
    <message>
        <source>Export to</source>
        <translation>导出到</translation>
    </message>
    <message>
        <source>COCO file (*.json)</source>
        <translation>COCO 文件 (*.json)</translation>
    </message>
</context>
<context>
    <name>ExportReportDialog</name>
    <message>
        <source>Exported</source>
        <translation>导出完成</translation>
    </message>
    <message>
        <source>Report on the export</source>
        <translation>导出报告</translation>
    </message>
    <message>
        <source>&amp;Copy the text</source>
        <translation>复制文字(&amp;C)</translation>
    </message>
    <message>
        <source>Open the &amp;folder</source>
        <translation>打开文件夹(&amp;F)</translation>
    </message>
    <message>
        <source>No instances were exported: nothing that was chosen could be</source>
        <translation>没有导出实例：所选内容中没有可以导出的实例</translation>
    </message>
    <message>
        <source>%1 on %2 exported as %3</source>
        <comment>so many instances, on so many images, as that format</comment>
        <translation>已将 %2上的 %1导出为 %3</translation>
    </message>
    <message numerus="yes">
        <source>%n instance(s)</source>
        <translation>
            <numerusform>%n 个实例</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s)</source>
        <translation>
            <numerusform>%n 张图像</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 and %2</source>
        <comment>so many instances and so many proposals</comment>
        <translation>%1和 %2</translation>
    </message>
    <message numerus="yes">
        <source>%n proposal(s)</source>
        <translation>
            <numerusform>%n 个候选</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) exported without instances.</source>
        <translation>
            <numerusform>已导出 %n 张图像，不含实例。</numerusform>
        </translation>
    </message>
    <message>
        <source>Read again, all masks are exactly the same.</source>
        <translation>重新读取核对：所有掩码完全一致。</translation>
    </message>
    <message>
        <source>Read again, %1 of %2 masks are exactly the same; the worst IoU is %3.</source>
        <translation>重新读取核对：%2 个掩码中有 %1 个完全一致，最低 IoU 为 %3。</translation>
    </message>
    <message>
        <source>Left out</source>
        <translation>未导出</translation>
    </message>
    <message>
        <source>Did not come back when it was read again</source>
        <translation>重新读取时缺失</translation>
    </message>
    <message>
        <source>Masks that have changed</source>
        <translation>有变化的掩码</translation>
    </message>
    <message>
        <source>Good to know</source>
        <translation>请注意</translation>
    </message>
    <message>
        <source>What %1 does not hold</source>
        <translation>%1 无法保存的内容</translation>
    </message>
    <message>
        <source>Written</source>
        <translation>已写入</translation>
    </message>
    <message>
        <source>instance %1: IoU %2</source>
        <translation>实例 %1：IoU %2</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>以及另外 %n 个</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n proposal(s): only what a review has accepted was to be exported</source>
        <translation>
            <numerusform>%n 个候选：本次只导出审核通过的内容</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n proposal(s): accept them first, or tick that proposals are exported, too</source>
        <translation>
            <numerusform>%n 个候选：请先接受它们，或在导出时勾选同时导出候选</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <comment>a loss, and the instances it is true of</comment>
        <translation>%1（%2）</translation>
    </message>
    <message>
        <source> or </source>
        <comment>between the formats to export as</comment>
        <translation> 或 </translation>
    </message>
    <message>
        <source>%1. To keep this, export as %2</source>
        <translation>%1。如需保留，请导出为：%2</translation>
    </message>
    <message numerus="yes">
        <source>%n instance(s): %1</source>
        <translation>
            <numerusform>%n 个实例：%1</numerusform>
        </translation>
    </message>
    <message>
        <source>ids, provenance, attributes, groups, locks, reviews, notes, colours and supercategories</source>
        <translation>编号、来源、属性、分组、锁定、审核、备注、颜色和上级类别</translation>
    </message>
    <message>
        <source>proposals: they became ordinary instances, as if they had been accepted</source>
        <translation>候选：变成普通实例，如同已被接受</translation>
    </message>
    <message>
        <source>categories are numbered from 0 in their order</source>
        <translation>类别按顺序从 0 开始编号</translation>
    </message>
    <message>
        <source>categories are numbered from 1 in their order</source>
        <translation>类别按顺序从 1 开始编号</translation>
    </message>
    <message>
        <source>categories without instances</source>
        <translation>没有实例的类别</translation>
    </message>
    <message>
        <source>crowds: they become ordinary instances</source>
        <translation>群体（crowd）：变成普通实例</translation>
    </message>
    <message>
        <source>instances without a pixel: they are left out</source>
        <translation>没有像素的实例：不导出</translation>
    </message>
    <message>
        <source>pixels that a later instance covers</source>
        <translation>被后面的实例遮住的像素</translation>
    </message>
    <message>
        <source>polygons of crowds and of instances without a pixel: they stay run-lengths</source>
        <translation>群体（crowd）和没有像素的实例不转成多边形：仍为游程编码</translation>
    </message>
</context>
<context>
    <name>FilterBar</name>
    <message>
        <source>Filter images</source>
        <translation>筛选图像</translation>
    </message>
    <message>
        <source>Filter images by name</source>
        <translation>按名称筛选图像</translation>
    </message>
    <message>
        <source>Order of the images</source>
        <translation>图像排序</translation>
    </message>
    <message>
        <source>Filter images by status</source>
        <translation>按状态筛选图像</translation>
    </message>
    <message>
        <source>Any status</source>
        <translation>全部状态</translation>
    </message>
    <message>
        <source>Untouched</source>
        <translation>未标注</translation>
    </message>
    <message>
        <source>In work</source>
        <translation>标注中</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Proposals</source>
        <translation>有候选</translation>
    </message>
    <message>
        <source>Filter images by review</source>
        <translation>按审核结果筛选图像</translation>
    </message>
    <message>
        <source>Any review</source>
        <translation>审核不限</translation>
    </message>
    <message>
        <source>Not reviewed</source>
        <translation>未审核</translation>
    </message>
    <message>
        <source>To review</source>
        <translation>待审核</translation>
    </message>
    <message>
        <source>Accepted</source>
        <translation>已通过</translation>
    </message>
    <message>
        <source>Rejected</source>
        <translation>已退回</translation>
    </message>
    <message>
        <source>Filter images by category</source>
        <translation>按类别筛选图像</translation>
    </message>
    <message>
        <source>As in the dataset</source>
        <translation>按数据集顺序</translation>
    </message>
    <message>
        <source>By name</source>
        <translation>按名称</translation>
    </message>
    <message>
        <source>By status</source>
        <translation>按状态</translation>
    </message>
    <message>
        <source>Most instances first</source>
        <translation>实例多的在前</translation>
    </message>
    <message>
        <source>Any category</source>
        <translation>全部类别</translation>
    </message>
</context>
<context>
    <name>FolderRuns</name>
    <message>
        <source>Pre-labelling the folder</source>
        <translation>正在预标注文件夹</translation>
    </message>
    <message>
        <source>Encoding the folder</source>
        <translation>正在计算文件夹的嵌入</translation>
    </message>
    <message>
        <source>The folder is being worked on already: see the jobs in the status bar.</source>
        <translation>文件夹正在处理中，见状态栏的任务列表。</translation>
    </message>
    <message>
        <source>%1 s an image, %2</source>
        <translation>每张图像 %1 秒，%2</translation>
    </message>
    <message>
        <source>less than a minute left</source>
        <translation>剩余不到 1 分钟</translation>
    </message>
    <message>
        <source>%1 min left</source>
        <translation>剩余约 %1 分钟</translation>
    </message>
    <message>
        <source>%1 h %2 min left</source>
        <translation>剩余约 %1 小时 %2 分钟</translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) encoded.</source>
        <translation>
            <numerusform>已计算 %n 张图像的嵌入。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The disk cache has no room for %n more: give it more in the settings, and encode again.</source>
        <translation>
            <numerusform>磁盘缓存放不下另外 %n 张：请在设置中加大缓存，然后重新计算。</numerusform>
        </translation>
    </message>
    <message>
        <source>Pre-label the folder</source>
        <translation>预标注文件夹</translation>
    </message>
    <message numerus="yes">
        <source>%n proposal(s) were added.</source>
        <translation>
            <numerusform>已添加 %n 个候选。</numerusform>
        </translation>
    </message>
    <message>
        <source>Pre-labelling ended early; begun again, it goes on with the images that are left.</source>
        <translation>预标注提前结束；再次开始时会接着处理剩下的图像。</translation>
    </message>
    <message>
        <source>What the interrupted run had found is kept in %1.</source>
        <translation>中断的运行已得到的结果保留在 %1 中。</translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) failed: the jobs in the status bar tell why.</source>
        <translation>
            <numerusform>%n 张图像处理失败，原因见状态栏的任务列表。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Formats</name>
    <message>
        <source>YOLO segmentation</source>
        <translation>YOLO 分割</translation>
    </message>
    <message>
        <source>Mask PNGs</source>
        <translation>掩码 PNG</translation>
    </message>
</context>
<context>
    <name>ImageChanges</name>
    <message numerus="yes">
        <source>Mark %n image(s) as not done</source>
        <translation>
            <numerusform>将 %n 张图像标记为未完成</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Mark %n image(s) as done</source>
        <translation>
            <numerusform>将 %n 张图像标记为已完成</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Review %n image(s)</source>
        <translation>
            <numerusform>审核 %n 张图像</numerusform>
        </translation>
    </message>
    <message>
        <source>Change the note</source>
        <translation>修改备注</translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) cannot be opened, and so cannot be marked.</source>
        <translation>
            <numerusform>%n 张图像无法打开，因此不能标记。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ImageDetails</name>
    <message>
        <source>Review of the image</source>
        <translation>图像的审核结果</translation>
    </message>
    <message>
        <source>Note on the image</source>
        <translation>图像备注</translation>
    </message>
    <message>
        <source>This image</source>
        <translation>当前图像</translation>
    </message>
</context>
<context>
    <name>ImageListModel</name>
    <message>
        <source>untouched</source>
        <translation>未标注</translation>
    </message>
    <message>
        <source>in work</source>
        <translation>标注中</translation>
    </message>
    <message>
        <source>done</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>to review</source>
        <translation>待审核</translation>
    </message>
    <message>
        <source>accepted</source>
        <translation>已通过</translation>
    </message>
    <message>
        <source>rejected</source>
        <translation>已退回</translation>
    </message>
    <message>
        <source>cannot be opened</source>
        <translation>无法打开</translation>
    </message>
    <message numerus="yes">
        <source>%n instance(s)</source>
        <translation>
            <numerusform>%n 个实例</numerusform>
        </translation>
    </message>
    <message>
        <source>no instances</source>
        <translation>无实例</translation>
    </message>
    <message numerus="yes">
        <source>%n proposal(s)</source>
        <translation>
            <numerusform>%n 个候选</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 inst., %2 prop.</source>
        <translation>%1 实例，%2 候选</translation>
    </message>
</context>
<context>
    <name>ImageListPanel</name>
    <message>
        <source>Images</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Show all images</source>
        <translation>显示全部图像</translation>
    </message>
    <message>
        <source>Mark as done or not done</source>
        <translation>标记为已完成/未完成</translation>
    </message>
    <message>
        <source>Accept in the review</source>
        <translation>审核通过</translation>
    </message>
    <message>
        <source>Reject in the review</source>
        <translation>审核退回</translation>
    </message>
    <message>
        <source>Mark as to be reviewed</source>
        <translation>标记为待审核</translation>
    </message>
    <message>
        <source>Take the review back</source>
        <translation>撤回审核结果</translation>
    </message>
    <message>
        <source>No image is untouched any more.</source>
        <translation>所有图像都已标注过。</translation>
    </message>
    <message>
        <source>No image of those listed is untouched any more.</source>
        <translation>列表中的图像都已标注过。</translation>
    </message>
    <message>
        <source>No other image has proposals.</source>
        <translation>其他图像都没有候选。</translation>
    </message>
    <message>
        <source>No other image of those listed has proposals.</source>
        <translation>列出的其他图像都没有候选。</translation>
    </message>
    <message>
        <source>%1/%2 done</source>
        <translation>已完成 %1/%2</translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) cannot be opened</source>
        <translation>
            <numerusform>%n 张图像无法打开</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) match</source>
        <translation>
            <numerusform>%n 张图像符合条件</numerusform>
        </translation>
    </message>
    <message>
        <source>No image matches the filter.</source>
        <translation>没有符合条件的图像。</translation>
    </message>
</context>
<context>
    <name>ImportDialog</name>
    <message>
        <source>Import</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>&amp;From</source>
        <translation>来源(&amp;F)</translation>
    </message>
    <message>
        <source>F&amp;ormat</source>
        <translation>格式(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Import</source>
        <translation>导入(&amp;I)</translation>
    </message>
    <message>
        <source>A file or a folder</source>
        <translation>文件或文件夹</translation>
    </message>
    <message>
        <source>&amp;File...</source>
        <translation>文件(&amp;L)...</translation>
    </message>
    <message>
        <source>Fol&amp;der...</source>
        <translation>文件夹(&amp;D)...</translation>
    </message>
    <message>
        <source>What would be imported</source>
        <translation>将要导入的内容</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>正在读取</translation>
    </message>
    <message>
        <source>Reading %1</source>
        <translation>正在读取 %1</translation>
    </message>
    <message>
        <source>What would be added is shown here before anything happens.</source>
        <translation>导入之前，这里会先列出将要添加的内容。</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>无</translation>
    </message>
    <message numerus="yes">
        <source>%n new image(s) of the folder: %1</source>
        <translation>
            <numerusform>本数据集文件夹中的 %n 张新图像：%1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n instance(s)</source>
        <translation>
            <numerusform>%n 个实例</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>on %n image(s)</source>
        <translation>
            <numerusform>分布在 %n 张图像上</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 %2</source>
        <comment>so many instances, on so many images</comment>
        <translation>%1，%2</translation>
    </message>
    <message>
        <source>Detect automatically</source>
        <translation>自动识别</translation>
    </message>
    <message>
        <source>Nothing that is there is changed, masks that are there already do not come twice, and Undo takes all of it back.</source>
        <translation>已有内容不会改动，已有的掩码不会重复导入，并且可以一次撤销全部导入。</translation>
    </message>
    <message>
        <source>This cannot be imported</source>
        <translation>无法导入</translation>
    </message>
    <message>
        <source>Read as %1, this would be added</source>
        <translation>按 %1 读取，将添加</translation>
    </message>
    <message>
        <source>Left out</source>
        <translation>未导入</translation>
    </message>
    <message>
        <source>Good to know</source>
        <translation>请注意</translation>
    </message>
    <message numerus="yes">
        <source>%n proposal(s)</source>
        <translation>
            <numerusform>%n 个候选</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n new category(s): %1</source>
        <translation>
            <numerusform>%n 个新类别：%1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>to %n category(s) that are there already: %1</source>
        <translation>
            <numerusform>归入 %n 个已有类别：%1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n instance(s) that are there already</source>
        <translation>
            <numerusform>%n 个已存在的实例</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) that neither this dataset nor its folder has: %1</source>
        <translation>
            <numerusform>%n 张图像既不在本数据集中，也不在其文件夹里：%1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) of another size in this dataset: %1</source>
        <translation>
            <numerusform>%n 张图像的尺寸与本数据集不符：%1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>reviews, attributes, groups, locks or other keys of %n instance(s) that say something else here</source>
        <translation>
            <numerusform>%n 个实例的审核、属性、分组、锁定或其他键，此处的内容不同</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>notes, status, reviews or other keys of %n image(s) that say something else here: %1</source>
        <translation>
            <numerusform>%n 张图像的备注、状态、审核或其他键，此处的内容不同：%1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>attributes or other keys of %n category(s) that has others here: %1</source>
        <translation>
            <numerusform>%n 个类别的属性或其他键，此处的内容不同：%1</numerusform>
        </translation>
    </message>
    <message>
        <source>what the file says of itself: %1</source>
        <translation>文件自身的信息：%1</translation>
    </message>
    <message numerus="yes">
        <source>the licence of %n new image(s), because this dataset does not have it by its number</source>
        <translation>
            <numerusform>%n 张新图像的许可信息，因为本数据集中没有对应编号的许可</numerusform>
        </translation>
    </message>
    <message>
        <source>Annotations (%1)</source>
        <translation>标注文件 (%1)</translation>
    </message>
</context>
<context>
    <name>InstanceChanges</name>
    <message numerus="yes">
        <source>Change the category of %n instance(s)</source>
        <translation>
            <numerusform>更改 %n 个实例的类别</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %n instance(s)</source>
        <translation>
            <numerusform>删除 %n 个实例</numerusform>
        </translation>
    </message>
    <message>
        <source>Change the order of instances</source>
        <translation>调整实例的层次</translation>
    </message>
    <message numerus="yes">
        <source>Make %n instance(s) single objects</source>
        <translation>
            <numerusform>把 %n 个实例改为单个物体</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Make %n instance(s) crowds</source>
        <translation>
            <numerusform>把 %n 个实例改为群体</numerusform>
        </translation>
    </message>
    <message>
        <source>One instance alone is no group: select those that belong together.</source>
        <translation>单个实例不能成组：请选中属于一组的多个实例。</translation>
    </message>
    <message numerus="yes">
        <source>Group %n instance(s)</source>
        <translation>
            <numerusform>把 %n 个实例编为一组</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Take %n instance(s) out of their group</source>
        <translation>
            <numerusform>把 %n 个实例移出编组</numerusform>
        </translation>
    </message>
    <message>
        <source>Change the group</source>
        <translation>修改编组</translation>
    </message>
    <message numerus="yes">
        <source>Review %n instance(s)</source>
        <translation>
            <numerusform>审核 %n 个实例</numerusform>
        </translation>
    </message>
    <message>
        <source>Change an attribute</source>
        <translation>修改属性</translation>
    </message>
    <message numerus="yes">
        <source>%n locked instance(s) stayed as before: unlock what is to change.</source>
        <translation>
            <numerusform>%n 个已锁定的实例保持不变；要更改，请先解锁。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>InstanceCopies</name>
    <message>
        <source>Select the instances to copy.</source>
        <translation>请选择要复制的实例。</translation>
    </message>
    <message>
        <source>There is no image after this one in the list.</source>
        <translation>列表中这张图像之后没有其他图像。</translation>
    </message>
    <message numerus="yes">
        <source>Copy %n instance(s) to the next image</source>
        <translation>
            <numerusform>将 %n 个实例复制到下一张图像</numerusform>
        </translation>
    </message>
    <message>
        <source>The next image is smaller: nothing of the selected instances would lie on it.</source>
        <translation>下一张图像较小：所选实例完全落在其范围之外。</translation>
    </message>
</context>
<context>
    <name>InstanceEditor</name>
    <message>
        <source>There is no category %1 yet: add one in the list of categories.</source>
        <translation>还没有第 %1 个类别，请在类别列表中添加。</translation>
    </message>
    <message>
        <source>The mask is still being computed.</source>
        <translation>掩码还在计算中。</translation>
    </message>
    <message>
        <source>There is nothing to accept: no image is on screen yet.</source>
        <translation>没有可接受的内容：图像尚未显示。</translation>
    </message>
    <message>
        <source>Select the one instance to refine.</source>
        <translation>请选择一个要精修的实例。</translation>
    </message>
    <message>
        <source>Accept the mask ([accept]) or clear the prompt ([clear]) first.</source>
        <translation>请先接受掩码（[accept]）或清除提示（[clear]）。</translation>
    </message>
    <message>
        <source>The mask has been changed meanwhile: it is refined anew from what it is now.</source>
        <translation>该掩码在此期间已被修改：将从它现在的样子重新精修。</translation>
    </message>
    <message>
        <source>Click on what is missing or too much first, or press [clear].</source>
        <translation>请先单击缺少或多余的部分，或按 [clear]。</translation>
    </message>
    <message>
        <source>Refine</source>
        <translation>精修</translation>
    </message>
    <message>
        <source>This mask is empty: take the next of the three, or add a point.</source>
        <translation>此掩码为空：请换用三个掩码中的下一个，或再加一个点。</translation>
    </message>
    <message>
        <source>Add instance</source>
        <translation>添加实例</translation>
    </message>
</context>
<context>
    <name>InstanceListModel</name>
    <message>
        <source>hidden</source>
        <translation>已隐藏</translation>
    </message>
    <message>
        <source>locked</source>
        <translation>已锁定</translation>
    </message>
    <message>
        <source>%1 px</source>
        <translation>%1 像素</translation>
    </message>
    <message>
        <source>group %1</source>
        <translation>组 %1</translation>
    </message>
    <message>
        <source>crowd</source>
        <translation>群体</translation>
    </message>
    <message>
        <source>to review</source>
        <translation>待审核</translation>
    </message>
    <message>
        <source>accepted</source>
        <translation>已通过</translation>
    </message>
    <message>
        <source>rejected</source>
        <translation>已退回</translation>
    </message>
</context>
<context>
    <name>InstancesPanel</name>
    <message>
        <source>Instances</source>
        <translation>实例</translation>
    </message>
    <message>
        <source>Masks you accept are listed here.</source>
        <translation>接受的掩码会列在这里。</translation>
    </message>
    <message>
        <source>Choose the &amp;category by name...</source>
        <translation>按名称选择类别(&amp;C)...</translation>
    </message>
    <message>
        <source>&amp;Hide or show</source>
        <translation>隐藏/显示(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Lock or unlock</source>
        <translation>锁定/解锁(&amp;L)</translation>
    </message>
    <message>
        <source>Hide all &amp;others</source>
        <translation>隐藏其他实例(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Show all</source>
        <translation>全部显示(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>删除(&amp;D)</translation>
    </message>
</context>
<context>
    <name>JobsPanel</name>
    <message>
        <source>Background jobs</source>
        <translation>后台任务</translation>
    </message>
    <message>
        <source>Clear the list</source>
        <translation>清空列表</translation>
    </message>
</context>
<context>
    <name>JobsPill</name>
    <message>
        <source>Show what is going on in the background</source>
        <translation>查看后台任务</translation>
    </message>
    <message numerus="yes">
        <source>%n jobs</source>
        <translation>
            <numerusform>%n 个任务</numerusform>
        </translation>
    </message>
    <message>
        <source>%1: failed</source>
        <translation>%1：失败</translation>
    </message>
    <message numerus="yes">
        <source>%n failed</source>
        <translation>
            <numerusform>%n 个失败</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>KeyEditor</name>
    <message>
        <source>Press the new key</source>
        <translation>请按下新的快捷键</translation>
    </message>
    <message>
        <source>&amp;Use it</source>
        <translation>使用(&amp;U)</translation>
    </message>
    <message>
        <source>Use it &amp;as well</source>
        <translation>同时使用(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;No key</source>
        <translation>不设快捷键(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Restore</source>
        <translation>恢复默认(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>取消(&amp;C)</translation>
    </message>
    <message>
        <source>New key for: %1</source>
        <translation>新的快捷键：%1</translation>
    </message>
    <message>
        <source>%1 has a meaning already: %2. Take it away there first.</source>
        <translation>%1 已用于“%2”，请先在那里取消。</translation>
    </message>
    <message>
        <source>It has this key.</source>
        <translation>已是这个快捷键。</translation>
    </message>
</context>
<context>
    <name>KeyMeanings</name>
    <message>
        <source>The arrow keys move the pointer (Shift: 10 pixels, Ctrl: 100), Space is its left button.</source>
        <translation>方向键移动指针（按住 Shift 移动 10 像素，Ctrl 移动 100 像素），空格键相当于左键。</translation>
    </message>
</context>
<context>
    <name>KeyTable</name>
    <message>
        <source>Choose the category of that number</source>
        <translation>选择该编号的类别</translation>
    </message>
    <message>
        <source>Hold to move the image</source>
        <translation>按住以移动图像</translation>
    </message>
    <message>
        <source>Hold for the magnifier</source>
        <translation>按住以使用放大镜</translation>
    </message>
    <message>
        <source>Go to another field</source>
        <translation>切换到其他控件</translation>
    </message>
    <message>
        <source>In the list of images</source>
        <translation>图像列表</translation>
    </message>
    <message>
        <source>In the list of categories</source>
        <translation>类别列表</translation>
    </message>
    <message>
        <source>In the list of instances</source>
        <translation>实例列表</translation>
    </message>
    <message>
        <source>In the list of proposals</source>
        <translation>候选列表</translation>
    </message>
</context>
<context>
    <name>KeysDialog</name>
    <message>
        <source>Keys</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>Find an action or a key</source>
        <translation>按功能或按键查找</translation>
    </message>
    <message>
        <source>Nothing found.</source>
        <translation>没有找到。</translation>
    </message>
    <message>
        <source>Mouse</source>
        <translation>鼠标</translation>
    </message>
    <message>
        <source>Pointer moved by keys</source>
        <translation>用键盘移动的指针</translation>
    </message>
    <message>
        <source>&amp;Restore all keys</source>
        <translation>恢复全部默认快捷键(&amp;R)</translation>
    </message>
    <message>
        <source>A click on a key changes it.</source>
        <translation>点击快捷键即可修改。</translation>
    </message>
    <message>
        <source>Add a point on the object</source>
        <translation>在物体上加一个点</translation>
    </message>
    <message>
        <source>Left click</source>
        <translation>左键单击</translation>
    </message>
    <message>
        <source>Add a point beside the object</source>
        <translation>在物体之外加一个点</translation>
    </message>
    <message>
        <source>Right click, Alt+click</source>
        <translation>右键单击，Alt+单击</translation>
    </message>
    <message>
        <source>Draw a box around the object</source>
        <translation>框住物体</translation>
    </message>
    <message>
        <source>Left drag</source>
        <translation>左键拖动</translation>
    </message>
    <message>
        <source>Accept the mask and begin the next</source>
        <translation>接受当前掩码并开始下一个</translation>
    </message>
    <message>
        <source>Ctrl+click</source>
        <translation>Ctrl+单击</translation>
    </message>
    <message>
        <source>Accept the mask as that category</source>
        <translation>接受掩码并归入该类别</translation>
    </message>
    <message>
        <source>Zoom to the pointer</source>
        <translation>以指针为中心缩放</translation>
    </message>
    <message>
        <source>Wheel, pinch</source>
        <translation>滚轮，双指捏合</translation>
    </message>
    <message>
        <source>Move the image</source>
        <translation>移动图像</translation>
    </message>
    <message>
        <source>Space+drag, middle drag, two fingers</source>
        <translation>空格+拖动，中键拖动，双指滑动</translation>
    </message>
    <message>
        <source>Size of the brush</source>
        <translation>画笔大小</translation>
    </message>
    <message>
        <source>Alt+wheel</source>
        <translation>Alt+滚轮</translation>
    </message>
    <message>
        <source>Magnify what is under the pointer</source>
        <translation>放大指针处的图像</translation>
    </message>
    <message>
        <source>Hold Z</source>
        <translation>按住 Z</translation>
    </message>
    <message>
        <source>Move the pointer by a pixel</source>
        <translation>将指针移动 1 像素</translation>
    </message>
    <message>
        <source>Arrow keys</source>
        <translation>方向键</translation>
    </message>
    <message>
        <source>Move it by 10 or 100 pixels</source>
        <translation>移动 10 或 100 像素</translation>
    </message>
    <message>
        <source>Shift or Ctrl + arrow keys</source>
        <translation>Shift 或 Ctrl + 方向键</translation>
    </message>
    <message>
        <source>Click; hold it and move to draw or drag</source>
        <translation>单击；按住并移动可绘制或拖动</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>空格键</translation>
    </message>
    <message>
        <source>The same with the right button</source>
        <translation>同上，相当于右键</translation>
    </message>
    <message>
        <source>Go to the next or previous vertex</source>
        <translation>转到下一个或上一个顶点</translation>
    </message>
    <message>
        <source>Tab, Shift+Tab</source>
        <translation>Tab、Shift+Tab</translation>
    </message>
    <message>
        <source>Change the keys</source>
        <translation>修改快捷键</translation>
    </message>
    <message>
        <source>Change the keys of: %1</source>
        <translation>修改快捷键：%1</translation>
    </message>
</context>
<context>
    <name>Leaving</name>
    <message>
        <source>%1 is still being saved: its disk is slow or does not answer.</source>
        <translation>仍在保存 %1：磁盘很慢或没有响应。</translation>
    </message>
    <message>
        <source>%1 cannot be seen: its disk is slow or does not answer. It was saved before.</source>
        <translation>无法查看 %1：磁盘缓慢或没有响应。该文件此前已保存。</translation>
    </message>
    <message>
        <source>What you want to open follows once that is over.</source>
        <translation>保存结束后会接着打开您选择的内容。</translation>
    </message>
    <message>
        <source>Close without waiting</source>
        <translation>不再等待，直接关闭</translation>
    </message>
    <message>
        <source>Your work is kept: if you close now, it is here again when you open the dataset again.</source>
        <translation>您的工作已留底：现在关闭也不会丢失，下次打开该数据集时会恢复。</translation>
    </message>
    <message>
        <source>What is not saved yet is lost if you close now.</source>
        <translation>现在关闭会丢失尚未保存的内容。</translation>
    </message>
</context>
<context>
    <name>LineField</name>
    <message>
        <source>mixed</source>
        <translation>不一致</translation>
    </message>
</context>
<context>
    <name>Listing</name>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>%1, ...</source>
        <translation>%1 等</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Saved %1</source>
        <translation>已保存 %1</translation>
    </message>
    <message numerus="yes">
        <source>Imported %n instance(s)</source>
        <translation>
            <numerusform>已导入 %n 个实例</numerusform>
        </translation>
    </message>
    <message>
        <source>TinySAM Annotator</source>
        <translation>TinySAM Annotator</translation>
    </message>
</context>
<context>
    <name>MaskChanges</name>
    <message>
        <source>This instance is hidden: show it to change its mask.</source>
        <translation>该实例已隐藏：先显示它，再修改掩码。</translation>
    </message>
    <message>
        <source>That polygon covers no pixel.</source>
        <translation>该多边形未覆盖任何像素。</translation>
    </message>
    <message>
        <source>Select the instances to change.</source>
        <translation>请选择要修改的实例。</translation>
    </message>
    <message>
        <source>This instance is locked: unlock it ([instances.lock]) to change its mask.</source>
        <translation>此实例已锁定；解锁（[instances.lock]）后才能修改它的掩码。</translation>
    </message>
    <message>
        <source>Name the category of the mask you drew first, or drop it with Escape.</source>
        <translation>请先为刚画的掩码填写类别，或按 Esc 放弃它。</translation>
    </message>
    <message>
        <source>Add instance</source>
        <translation>添加实例</translation>
    </message>
</context>
<context>
    <name>MaskTools</name>
    <message>
        <source>Fill holes</source>
        <translation>填充孔洞</translation>
    </message>
    <message>
        <source>Remove islands</source>
        <translation>去除小块</translation>
    </message>
    <message>
        <source>Smooth</source>
        <translation>平滑</translation>
    </message>
    <message>
        <source>Select two or more instances to merge.</source>
        <translation>请选中两个或更多实例再合并。</translation>
    </message>
    <message>
        <source>Merge</source>
        <translation>合并</translation>
    </message>
    <message>
        <source>Select two or more instances: the lowest one loses what the others cover.</source>
        <translation>请选中两个或更多实例：位于最下层的实例会减去其他实例覆盖的部分。</translation>
    </message>
    <message>
        <source>The others cover the lowest instance: nothing would be left of it.</source>
        <translation>其他实例完全覆盖了最下层的实例：减去后它将一无所剩。</translation>
    </message>
    <message>
        <source>Subtract</source>
        <translation>相减</translation>
    </message>
    <message>
        <source>This mask is in one part already.</source>
        <translation>该掩码本来就只有一个部分。</translation>
    </message>
    <message>
        <source>Split into parts</source>
        <translation>拆分为各部分</translation>
    </message>
    <message>
        <source>The instance was changed meanwhile, so that change stays and this one not.</source>
        <translation>该实例在此期间已被修改，因此保留那次修改，本次操作未执行。</translation>
    </message>
    <message>
        <source>Nothing to change: the mask is like that already.</source>
        <translation>无需更改：掩码已是如此。</translation>
    </message>
</context>
<context>
    <name>MergeCategoriesDialog</name>
    <message>
        <source>Merge categories</source>
        <translation>合并类别</translation>
    </message>
    <message>
        <source>Merge &quot;%1&quot; &amp;into</source>
        <translation>将“%1”合并到(&amp;I)</translation>
    </message>
    <message numerus="yes">
        <source>%n instance(s) get the other category. Undo takes it all back.</source>
        <translation>
            <numerusform>%n 个实例将归入另一类别。可以撤销。</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Merge</source>
        <translation>合并(&amp;M)</translation>
    </message>
</context>
<context>
    <name>MessageBar</name>
    <message>
        <source>Close this message</source>
        <translation>关闭此消息</translation>
    </message>
</context>
<context>
    <name>ModelMessages</name>
    <message>
        <source>The model&apos;s process ended and is started anew; nothing is lost, and clicks wait until it is ready.</source>
        <translation>模型进程已结束，正在重新启动；没有丢失任何内容，点击会在就绪后得到响应。</translation>
    </message>
    <message>
        <source>The model does not run, so clicks give no masks. %1</source>
        <translation>模型未能运行，点击不会得到掩码。%1</translation>
    </message>
    <message>
        <source>Start it again</source>
        <translation>重新启动</translation>
    </message>
    <message>
        <source>These are the starter weights: good for a try, and rough at outlines. For real work download the official %1 from the TinySAM page and import it.</source>
        <translation>当前使用的是入门权重，适合试用，轮廓较粗糙。正式标注请从 TinySAM 主页下载官方权重 %1 并导入。</translation>
    </message>
    <message>
        <source>Weights...</source>
        <translation>权重...</translation>
    </message>
</context>
<context>
    <name>NameStrip</name>
    <message>
        <source>new category</source>
        <translation>新类别</translation>
    </message>
</context>
<context>
    <name>Opener</name>
    <message>
        <source>Opening %1</source>
        <translation>正在打开 %1</translation>
    </message>
    <message>
        <source>Another dataset is being opened.</source>
        <translation>正在打开另一个数据集。</translation>
    </message>
</context>
<context>
    <name>PolygonTool</name>
    <message>
        <source>A polygon needs at least three corners.</source>
        <translation>多边形至少需要三个顶点。</translation>
    </message>
</context>
<context>
    <name>PrelabelDialog</name>
    <message>
        <source>Pre-label the folder</source>
        <translation>预标注文件夹</translation>
    </message>
    <message>
        <source>all</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>&amp;Only images without instances</source>
        <translation>仅处理没有实例的图像(&amp;O)</translation>
    </message>
    <message>
        <source>Also images &amp;done with these settings or by Segment everything</source>
        <translation>也处理已用这些设置处理过或有“分割全部”候选的图像(&amp;T)</translation>
    </message>
    <message>
        <source>Propose as &amp;category</source>
        <translation>候选的类别(&amp;C)</translation>
    </message>
    <message>
        <source>Predicted &amp;IoU above</source>
        <translation>预测 IoU 高于(&amp;I)</translation>
    </message>
    <message>
        <source>&amp;Start</source>
        <translation>开始(&amp;S)</translation>
    </message>
    <message numerus="yes">
        <source>&amp;Go on with the run that was interrupted: %n image(s) are done</source>
        <translation>
            <numerusform>继续上次中断的运行（已完成 %n 张图像）(&amp;G)</numerusform>
        </translation>
    </message>
    <message>
        <source>No image is left to look at: they were pre-labelled with these settings or have proposals of Segment everything.</source>
        <translation>没有需要处理的图像：它们已用这些设置预标注过，或已有“分割全部”的候选。</translation>
    </message>
    <message>
        <source>as the weights suggest</source>
        <translation>由权重决定</translation>
    </message>
    <message>
        <source>At &amp;most per image</source>
        <translation>每张图像最多(&amp;M)</translation>
    </message>
    <message>
        <source>Instances stay as they are, and you can go on working: the status bar shows the progress. The proposals are added when the run ends or is cancelled, and Undo takes them back. A run that is interrupted can be continued later. Proposals that you have deleted do not come back.</source>
        <translation>已有实例不会改动，运行期间可以继续工作，进度显示在状态栏。候选在运行结束或取消时加入，并且可以撤销。中断的运行下次可以继续。您删除的候选不会再次出现。</translation>
    </message>
    <message>
        <source>Checking which images are done already...</source>
        <translation>正在查看哪些图像已经处理过...</translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) to look at</source>
        <translation>
            <numerusform>待处理 %n 张图像</numerusform>
        </translation>
    </message>
    <message>
        <source>No image is left to look at; what was found is added.</source>
        <translation>没有剩余的图像；已找到的候选会加入。</translation>
    </message>
    <message>
        <source>No image is left to look at: all have instances.</source>
        <translation>没有待处理的图像：都已有实例。</translation>
    </message>
    <message>
        <source>There is no image to look at.</source>
        <translation>没有可处理的图像。</translation>
    </message>
</context>
<context>
    <name>Prelabelling</name>
    <message numerus="yes">
        <source>Pre-labelling these images was interrupted; what was found on %n image(s) is kept.</source>
        <translation>
            <numerusform>这些图像的预标注曾中断，已完成的 %n 张图像的结果仍然保留。</numerusform>
        </translation>
    </message>
    <message>
        <source>Go on...</source>
        <translation>继续...</translation>
    </message>
</context>
<context>
    <name>PromptStrip</name>
    <message>
        <source>Refine: click what is missing, right-click what is too much</source>
        <translation>精修：单击缺少的部分，右键单击多余的部分</translation>
    </message>
    <message>
        <source>IoU %1</source>
        <translation>IoU %1</translation>
    </message>
    <message>
        <source>How well the model believes this mask fits the object: 1.00 is perfect</source>
        <translation>模型估计的掩码与物体的吻合程度，1.00 为完全吻合</translation>
    </message>
    <message>
        <source>mask %1/%2</source>
        <translation>掩码 %1/%2</translation>
    </message>
    <message>
        <source>replace the mask</source>
        <translation>替换掩码</translation>
    </message>
    <message>
        <source>name it</source>
        <translation>命名</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
</context>
<context>
    <name>PromptTool</name>
    <message>
        <source>That click is outside the image; click on the image itself.</source>
        <translation>点在图像之外了，请点在图像上。</translation>
    </message>
    <message>
        <source>That box is empty; drag over the object, at least one pixel wide and high.</source>
        <translation>框是空的：请拖动框住物体，宽和高至少一个像素。</translation>
    </message>
</context>
<context>
    <name>ProposalChanges</name>
    <message numerus="yes">
        <source>Delete %n proposal(s)</source>
        <translation>
            <numerusform>删除 %n 个候选</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Accept %n proposal(s)</source>
        <translation>
            <numerusform>接受 %n 个候选</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ProposalListModel</name>
    <message>
        <source>IoU %1</source>
        <translation>IoU %1</translation>
    </message>
    <message>
        <source>%1 px</source>
        <translation>%1 像素</translation>
    </message>
</context>
<context>
    <name>ProposalNameStrip</name>
    <message numerus="yes">
        <source>Accept %n proposal(s) as</source>
        <translation>
            <numerusform>将 %n 个候选接受为</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ProposalsPanel</name>
    <message>
        <source>Proposals</source>
        <translation>候选</translation>
    </message>
    <message>
        <source>&amp;Accept</source>
        <translation>接受(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>删除(&amp;D)</translation>
    </message>
    <message>
        <source>Level, from whole objects to fine parts</source>
        <translation>层级：从整体到细小部件</translation>
    </message>
    <message>
        <source>Least predicted IoU</source>
        <translation>预测 IoU 下限</translation>
    </message>
    <message>
        <source>Make instances of all proposals that are shown; asks which category</source>
        <translation>把当前显示的候选全部变为实例，并询问其类别</translation>
    </message>
    <message>
        <source>Accept shown...</source>
        <translation>接受显示的...</translation>
    </message>
    <message>
        <source>Delete shown</source>
        <translation>删除显示的</translation>
    </message>
    <message>
        <source>Throw away all proposals that are shown; Undo brings them back</source>
        <translation>删除当前显示的所有候选；可以撤销</translation>
    </message>
    <message>
        <source>whole</source>
        <translation>整体</translation>
    </message>
    <message>
        <source>finest</source>
        <translation>最细</translation>
    </message>
    <message>
        <source>all</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>Hidden: %1 shows them.</source>
        <translation>候选已隐藏：按 %1 显示。</translation>
    </message>
    <message>
        <source>None on this level: move the slider to finer parts.</source>
        <translation>这一层级没有候选：请把滑块移向更细的部分。</translation>
    </message>
    <message>
        <source>None passes the filters.</source>
        <translation>没有符合筛选条件的候选。</translation>
    </message>
    <message>
        <source>%1 proposes masks for everything in the image.</source>
        <translation>%1：为图像中的所有物体生成候选掩码。</translation>
    </message>
    <message numerus="yes">
        <source>Delete all %n, shown or not</source>
        <translation>
            <numerusform>删除全部 %n 个（含未显示的）</numerusform>
        </translation>
    </message>
    <message>
        <source>Level</source>
        <translation>层级</translation>
    </message>
    <message>
        <source>IoU from</source>
        <translation>IoU 下限</translation>
    </message>
</context>
<context>
    <name>QAbstractFileIconProvider</name>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>%1 File</source>
        <translation>%1 文件</translation>
    </message>
    <message>
        <source>File Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Drive</source>
        <translation>驱动器</translation>
    </message>
    <message>
        <source>Unknown</source>
        <translation>未知</translation>
    </message>
</context>
<context>
    <name>QFileDialog</name>
    <message>
        <source>&amp;Look in:</source>
        <translation>查找范围(&amp;L)：</translation>
    </message>
    <message>
        <source>Files of &amp;type:</source>
        <translation>文件类型(&amp;T)：</translation>
    </message>
</context>
<context>
    <name>RecentMenu</name>
    <message>
        <source>Open &amp;recent</source>
        <translation>最近打开(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Clear this list</source>
        <translation>清空列表(&amp;C)</translation>
    </message>
    <message>
        <source>%1, images in %2</source>
        <translation>%1，图像在 %2</translation>
    </message>
</context>
<context>
    <name>RecoveryOffer</name>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>放弃</translation>
    </message>
    <message>
        <source>Bring back</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>The changes that had come back are discarded.</source>
        <translation>已放弃恢复的修改。</translation>
    </message>
</context>
<context>
    <name>RemoveCategoryDialog</name>
    <message>
        <source>Delete category</source>
        <translation>删除类别</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is in use: %2.</source>
        <translation>“%1”正在使用中：%2。</translation>
    </message>
    <message numerus="yes">
        <source>%n instance(s)</source>
        <translation>
            <numerusform>%n 个实例</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n proposal(s)</source>
        <translation>
            <numerusform>%n 个候选</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Move them to</source>
        <translation>移到(&amp;M)</translation>
    </message>
    <message>
        <source>The category they move to</source>
        <translation>移入的类别</translation>
    </message>
    <message>
        <source>&amp;Delete them</source>
        <translation>一并删除(&amp;D)</translation>
    </message>
    <message>
        <source>Delete the &amp;category</source>
        <translation>删除类别(&amp;C)</translation>
    </message>
</context>
<context>
    <name>ReviewField</name>
    <message>
        <source>Not reviewed</source>
        <translation>未审核</translation>
    </message>
    <message>
        <source>To review</source>
        <translation>待审核</translation>
    </message>
    <message>
        <source>Accepted</source>
        <translation>已通过</translation>
    </message>
    <message>
        <source>Rejected</source>
        <translation>已退回</translation>
    </message>
    <message>
        <source>mixed</source>
        <translation>不一致</translation>
    </message>
    <message>
        <source>What should be changed?</source>
        <translation>需要修改什么？</translation>
    </message>
</context>
<context>
    <name>Saver</name>
    <message>
        <source>Saving %1</source>
        <translation>正在保存 %1</translation>
    </message>
</context>
<context>
    <name>SelectTool</name>
    <message>
        <source>No proposal lies inside that rectangle as a whole.</source>
        <translation>没有候选完全位于该矩形内。</translation>
    </message>
</context>
<context>
    <name>SelectedOutline</name>
    <message>
        <source>The outline is another one by now, without that place: it stays as it is.</source>
        <translation>轮廓在此期间已改变，原先的位置已不存在，因此保持不变。</translation>
    </message>
    <message>
        <source>A shape keeps at least three vertices.</source>
        <translation>形状至少要保留三个顶点。</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>The system&apos;s language</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Show the mask under the resting pointer</source>
        <translation>指针停留时预览掩码</translation>
    </message>
    <message>
        <source>How often the COCO file is written; also when another image is chosen</source>
        <translation>多久写入一次 COCO 文件；切换图像时也会写入</translation>
    </message>
    <message>
        <source>Disk for embeddings</source>
        <translation>嵌入占用的磁盘</translation>
    </message>
    <message>
        <source>every </source>
        <translation>每 </translation>
    </message>
    <message>
        <source> min, and when the image changes</source>
        <translation> 分钟，切换图像时也保存</translation>
    </message>
    <message>
        <source>only when you save</source>
        <translation>仅在手动保存时</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>语言(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>主题(&amp;T)</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>预览</translation>
    </message>
    <message>
        <source>Auto&amp;save</source>
        <translation>自动保存(&amp;S)</translation>
    </message>
    <message>
        <source>Memory for &amp;embeddings</source>
        <translation>嵌入缓存(&amp;E)</translation>
    </message>
    <message>
        <source>Memory for &amp;images</source>
        <translation>图像缓存(&amp;I)</translation>
    </message>
    <message>
        <source>&amp;Disk for embeddings</source>
        <translation>嵌入占用的磁盘(&amp;D)</translation>
    </message>
    <message>
        <source>An image whose embedding is still in memory answers clicks at once; one embedding takes 4 MB.</source>
        <translation>嵌入仍在缓存中的图像可以立即响应点击；每个嵌入占用 4 MB。</translation>
    </message>
</context>
<context>
    <name>Shortcuts</name>
    <message>
        <source>&quot;%1&quot;</source>
        <translation>“%1”</translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message>
        <source>The model is starting; you can look around and place clicks meanwhile</source>
        <translation>模型正在启动，期间可以浏览图像，也可以先点击</translation>
    </message>
    <message>
        <source>The model stopped and is being started anew</source>
        <translation>模型已停止，正在重新启动</translation>
    </message>
    <message>
        <source>The model does not run: %1</source>
        <translation>模型未能运行：%1</translation>
    </message>
    <message>
        <source>computing the embedding...</source>
        <translation>正在计算嵌入...</translation>
    </message>
    <message>
        <source>embedding from memory</source>
        <translation>嵌入来自缓存</translation>
    </message>
    <message>
        <source>embedding %1 s</source>
        <translation>嵌入 %1 秒</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>decode %1 ms</source>
        <translation>解码 %1 毫秒</translation>
    </message>
    <message>
        <source>view only</source>
        <translation>只读</translation>
    </message>
    <message>
        <source>nothing to save yet</source>
        <translation>尚无内容可保存</translation>
    </message>
    <message>
        <source>saved</source>
        <translation>已保存</translation>
    </message>
    <message>
        <source>not saved</source>
        <translation>未保存</translation>
    </message>
    <message>
        <source>The mask is being computed; what you do meanwhile follows...</source>
        <translation>正在计算掩码，期间的操作会随后执行...</translation>
    </message>
    <message>
        <source>not saved, but kept</source>
        <translation>未保存（已留底）</translation>
    </message>
    <message>
        <source>The oldest changes can no longer be undone: those that can be take up to %1 MB of memory.</source>
        <translation>最早的修改已无法撤销：可撤销的修改最多占用 %1 MB 内存。</translation>
    </message>
    <message>
        <source>not saved, but kept: %1</source>
        <translation>未保存（已留底）：%1</translation>
    </message>
    <message>
        <source>not saved: %1</source>
        <translation>未保存：%1</translation>
    </message>
</context>
<context>
    <name>TonePanel</name>
    <message>
        <source>Brightness</source>
        <translation>亮度</translation>
    </message>
    <message>
        <source>Contrast</source>
        <translation>对比度</translation>
    </message>
    <message>
        <source>Gamma</source>
        <translation>伽马</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>重置</translation>
    </message>
    <message>
        <source>Show the image as it is</source>
        <translation>按原样显示图像</translation>
    </message>
    <message>
        <source>For viewing only</source>
        <translation>仅影响显示</translation>
    </message>
</context>
<context>
    <name>UnsavedList</name>
    <message>
        <source>Recovered work that is not saved yet</source>
        <translation>已恢复、尚未保存的内容</translation>
    </message>
    <message>
        <source>Save this work on %1 in a COCO file of its own</source>
        <translation>将对 %1 的这些修改另存为一个 COCO 文件</translation>
    </message>
    <message>
        <source>Open %1 with this work</source>
        <translation>打开 %1 并恢复这些修改</translation>
    </message>
    <message numerus="yes">
        <source>%1: %n change(s) that did not all fit any more, the last on %2</source>
        <translation>
            <numerusform>%1：%n 处修改未能全部应用，最后修改于 %2</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1: %n change(s), the last on %2</source>
        <translation>
            <numerusform>%1：%n 处修改，最后修改于 %2</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1: what you had begun to draw on %n image(s)</source>
        <translation>
            <numerusform>%1：%n 张图像上尚未画完的内容</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>UnsavedOpening</name>
    <message>
        <source>Remove it from the list</source>
        <translation>不再列出</translation>
    </message>
    <message numerus="yes">
        <source>Of %n change(s) to %1 not all fitted the file any more when it was opened. The masks they made can be saved in a COCO file of their own, from which you can import what you miss.</source>
        <translation>
            <numerusform>打开 %1 时，%n 处修改未能全部应用到该文件。可以把其中的掩码另存为一个 COCO 文件，再从中导入缺少的部分。</numerusform>
        </translation>
    </message>
    <message>
        <source>Save as a COCO file...</source>
        <translation>另存为 COCO 文件...</translation>
    </message>
    <message numerus="yes">
        <source>%n mask(s) are in %1 now: open their dataset and choose File &gt; Import.</source>
        <translation>
            <numerusform>已将 %n 个掩码保存到 %1：请打开其所属的数据集，然后选择“文件 &gt; 导入”。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>UnsavedWorkBox</name>
    <message>
        <source>Unsaved work</source>
        <translation>有未保存的内容</translation>
    </message>
    <message>
        <source>There are changes that are not in the COCO file yet. Save them?</source>
        <translation>有些更改尚未写入 COCO 文件，要保存吗？</translation>
    </message>
</context>
<context>
    <name>VertexEditor</name>
    <message>
        <source>Move the instance</source>
        <translation>移动实例</translation>
    </message>
    <message>
        <source>Move a vertex</source>
        <translation>移动顶点</translation>
    </message>
    <message>
        <source>Add a vertex</source>
        <translation>添加顶点</translation>
    </message>
    <message>
        <source>Remove a vertex</source>
        <translation>删除顶点</translation>
    </message>
</context>
<context>
    <name>ViewState</name>
    <message numerus="yes">
        <source>Lock %n instance(s)</source>
        <translation>
            <numerusform>锁定 %n 个实例</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Unlock %n instance(s)</source>
        <translation>
            <numerusform>解锁 %n 个实例</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>WeightsDialog</name>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精度</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Origin</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Installed weights</source>
        <translation>已安装的权重</translation>
    </message>
    <message>
        <source>For real work use the official weights: download &lt;b&gt;%1&lt;/b&gt; (39 MB) from &lt;a href=&apos;%2&apos;&gt;GitHub&lt;/a&gt; or &lt;a href=&apos;%3&apos;&gt;Hugging Face&lt;/a&gt; and import the file. MobileSAM&apos;s &lt;b&gt;mobile_sam.pt&lt;/b&gt; fits too.</source>
        <translation>正式标注请使用官方权重：从 &lt;a href=&apos;%2&apos;&gt;GitHub&lt;/a&gt; 或 &lt;a href=&apos;%3&apos;&gt;Hugging Face&lt;/a&gt; 下载 &lt;b&gt;%1&lt;/b&gt;（39 MB），然后导入该文件。MobileSAM 的 &lt;b&gt;mobile_sam.pt&lt;/b&gt; 也可以使用。</translation>
    </message>
    <message>
        <source>Imported weights are kept in %1</source>
        <translation>导入的权重保存在 %1</translation>
    </message>
    <message>
        <source>Checking the file</source>
        <translation>正在检查文件</translation>
    </message>
    <message>
        <source>Cancel the import</source>
        <translation>取消导入</translation>
    </message>
    <message>
        <source>&amp;Use these</source>
        <translation>使用(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Import a file...</source>
        <translation>导入文件(&amp;I)...</translation>
    </message>
    <message>
        <source>%1 (in use)</source>
        <translation>%1（使用中）</translation>
    </message>
    <message>
        <source>shipped</source>
        <translation>自带</translation>
    </message>
    <message>
        <source>imported</source>
        <translation>已导入</translation>
    </message>
    <message>
        <source>cannot be used</source>
        <translation>无法使用</translation>
    </message>
    <message>
        <source>Source: %1</source>
        <translation>来源：%1</translation>
    </message>
    <message>
        <source>Training data: %1</source>
        <translation>训练数据：%1</translation>
    </message>
    <message>
        <source>Quality: %1</source>
        <translation>质量：%1</translation>
    </message>
    <message>
        <source>The model is starting with %1.</source>
        <translation>模型正在用 %1 启动。</translation>
    </message>
    <message>
        <source>Import weights</source>
        <translation>导入权重</translation>
    </message>
    <message>
        <source>TinySAM checkpoints (%1)</source>
        <translation>TinySAM 权重文件 (%1)</translation>
    </message>
    <message>
        <source>Imported and in use from now on: %1</source>
        <translation>已导入并开始使用：%1</translation>
    </message>
</context>
<context>
    <name>WeightsLibrary</name>
    <message>
        <source>Importing %1</source>
        <translation>正在导入 %1</translation>
    </message>
</context>
<context>
    <name>WelcomePage</name>
    <message>
        <source>Label images by pointing at them</source>
        <translation>点一点，标注图像</translation>
    </message>
    <message>
        <source>or drop a folder, images or a COCO file here</source>
        <translation>或将文件夹、图像或 COCO 文件拖到这里</translation>
    </message>
    <message>
        <source>Open a folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Open images</source>
        <translation>打开图像</translation>
    </message>
    <message>
        <source>Open the example</source>
        <translation>打开示例</translation>
    </message>
    <message>
        <source>Recent</source>
        <translation>最近打开</translation>
    </message>
    <message>
        <source>Click an object, or drag a box around it. A right click takes a part away. [accept] keeps the mask, [save] saves a COCO file.</source>
        <translation>单击物体，或拖动框住它；右键单击去掉多余的部分。[accept] 接受掩码，[save] 保存 COCO 文件。</translation>
    </message>
</context>
<context>
    <name>Workspace</name>
    <message>
        <source>There is no image in this dataset.</source>
        <translation>这个数据集中没有图像。</translation>
    </message>
    <message>
        <source>Undo or redo</source>
        <translation>撤销或重做</translation>
    </message>
    <message>
        <source>%1 could not be read before, but can be now: open the folder again to work on it.</source>
        <translation>之前无法读取 %1，现在可以了：请重新打开文件夹再进行标注。</translation>
    </message>
    <message>
        <source>%1 has %2 pixels, but the COCO file says %3: its masks would not fit. Put the right image back, or open the image without that file.</source>
        <translation>%1 的尺寸是 %2 像素，而 COCO 文件中记录的是 %3，掩码会对不上。请放回正确的图像，或不经该文件单独打开这张图像。</translation>
    </message>
</context>
<context>
    <name>_JobRow</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>_Question</name>
    <message>
        <source>Unfinished masks</source>
        <translation>未完成的掩码</translation>
    </message>
    <message numerus="yes">
        <source>The masks on %n image(s) are not accepted yet: %1.</source>
        <translation>
            <numerusform>%n 张图像上的掩码尚未接受：%1。</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Accept it</source>
        <translation>接受(&amp;A)</translation>
    </message>
    <message>
        <source>Go on &amp;without</source>
        <translation>放弃掩码并继续(&amp;W)</translation>
    </message>
</context>
</TS>
