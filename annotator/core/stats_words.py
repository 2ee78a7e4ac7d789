"""What the page of statistics says, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class PageWords:
    """The texts of a page. code: of the language, as HTML names it. {n} and such stand for numbers.

    sources: what is said of where a mask came from, by what the document calls it.
    """

    code: str
    subtitle: str
    images: str
    with_instances: str
    done: str
    instances: str
    crowds: str
    empty: str
    categories: str
    used_categories: str
    proposals: str
    on_images: str
    review: str
    accepted: str
    rejected: str
    to_review: str
    no_instances: str
    nothing: str
    by_category: str
    category: str
    share: str
    median: str
    range: str
    pixels: str
    sizes: str
    size_classes: tuple[str, str, str]
    size_class_count: str
    size_note: str
    size_range: str
    per_image: str
    images_count: str
    none_on_image: str
    origin: str
    sources: Mapping[str, str]
    proposals_by_category: str
    proposal_sizes: str


ENGLISH = PageWords(
    code="en",
    subtitle="Annotation statistics",
    images="Images",
    with_instances="{n} with instances",
    done="{n} done",
    instances="Instances",
    crowds="{n} as crowds",
    empty="{n} without a pixel",
    categories="Categories",
    used_categories="{n} with instances",
    proposals="Proposals",
    on_images="not accepted yet; images: {n}",
    review="Reviewed",
    accepted="{n} accepted",
    rejected="{n} rejected",
    to_review="{n} to review",
    no_instances="There are no instances yet. Proposals become instances once they are accepted.",
    nothing="There are no instances yet.",
    by_category="Instances of each category",
    category="Category",
    share="Share",
    median="Median area",
    range="Smallest to largest",
    pixels="{n} px",
    sizes="Size of the instances",
    size_classes=("Small, below 32 × 32 px", "Medium", "Large, from 96 × 96 px"),
    size_class_count="{name}: {n} ({share})",
    size_note="The side of a square of the same area.",
    size_range="Side in pixels",
    per_image="Instances per image",
    images_count="Images",
    none_on_image="none",
    origin="Origin of the masks",
    sources={
        "tinysam": "TinySAM, prompted",
        "tinysam everything": "TinySAM, segment everything",
        "brush": "Brush",
        "polygon": "Polygon",
        "copied": "Copied from another image",
        "imported": "Imported",
        "unknown": "Not recorded",
    },
    proposals_by_category="Proposals of each category",
    proposal_sizes="Size of the proposals",
)

CHINESE = PageWords(
    code="zh-CN",
    subtitle="标注统计",
    images="图像",
    with_instances="{n} 张有实例",
    done="{n} 张已完成",
    instances="实例",
    crowds="{n} 个群体（crowd）",
    empty="{n} 个不含任何像素",
    categories="类别",
    used_categories="{n} 个有实例",
    proposals="候选",
    on_images="尚未接受；分布图像：{n} 张",
    review="已审核",
    accepted="{n} 张通过",
    rejected="{n} 张退回",
    to_review="{n} 张待审核",
    no_instances="还没有实例。候选被接受后才成为实例。",
    nothing="还没有实例。",
    by_category="各类别的实例数",
    category="类别",
    share="占比",
    median="面积中位数",
    range="最小至最大",
    pixels="{n} 像素",
    sizes="实例尺寸",
    size_classes=("小（不足 32 × 32 像素）", "中", "大（96 × 96 像素及以上）"),
    size_class_count="{name}：{n}，占 {share}",
    size_note="按同等面积的正方形边长统计。",
    size_range="边长（像素）",
    per_image="每张图像的实例数",
    images_count="图像数",
    none_on_image="无",
    origin="掩码来源",
    sources={
        "tinysam": "TinySAM 提示分割",
        "tinysam everything": "TinySAM 分割全部",
        "brush": "画笔",
        "polygon": "多边形",
        "copied": "从其他图像复制",
        "imported": "导入",
        "unknown": "未记录",
    },
    proposals_by_category="各类别的候选数",
    proposal_sizes="候选尺寸",
)

WORDS: Mapping[str, PageWords] = {words.code: words for words in (ENGLISH, CHINESE)}
